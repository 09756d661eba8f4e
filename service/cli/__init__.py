"""The command line: `redress …`. Errors are one line: what was expected, what was found."""

from service.cli.commands import main

__all__ = ["main"]
