"""The table of commands: `--help` loads none of them, and says of each what it says itself."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from service.cli import COMMANDS, main

LIST = (
    "from service.cli import main; main(['--help'], standalone_mode=False); import sys; "
    "print(*sys.modules)"
)


def test_help_imports_no_command() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", LIST], capture_output=True, text=True, check=True
    ).stdout
    help_text, _, listed = printed.rstrip().rpartition("\n")
    modules = listed.split()
    lines = [line[2:] for line in help_text.partition("Commands:\n")[2].splitlines()]
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == sorted(COMMANDS)
    ours = sorted(name for name in modules if name.split(".")[0] == "service")
    assert ours == ["service", "service.cli", "service.cli.lazy"]
    heavy = {
        "SpiffWorkflow",
        "sqlalchemy",
        "alembic",
        "lxml",
        "flask",
        "granian",
        "jsonschema_rs",
        "pydantic",
        "rich",
    }
    assert heavy.isdisjoint(name.split(".")[0] for name in modules)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_line_is_how_the_command_begins(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    said = (command.help or "").strip().replace("\n", " ")
    assert said.startswith(COMMANDS[name][1].removesuffix("."))


def test_a_command_that_is_not_there_is_a_usage_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service", "fly"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "No such command 'fly'" in done.stderr
