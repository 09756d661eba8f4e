"""Expressions as trees, read once."""

from __future__ import annotations

from functools import lru_cache

from service.feel import BUILTINS, FeelError
from service.feel.parser import Parser
from service.feel.tree import Node


@lru_cache(maxsize=4096)
def tree_of(source: str, names: tuple[str, ...]) -> Node | None:
    """The tree of an expression; None where it cannot be read, which the reader has reported."""
    try:
        return Parser(source, (*_spaced(), *names), {}).parse_whole()
    except (FeelError, RecursionError):
        return None


@lru_cache(maxsize=1)
def _spaced() -> tuple[str, ...]:
    return tuple(name for name in BUILTINS if not name.isidentifier())
