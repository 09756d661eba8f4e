"""Scopes of a state that nobody has asked for yet: most commands are about one of many.

They stay the rows that they were read as, until a task in them, or the scope itself, is wanted;
what is not read by then is written as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rows = list[Any]
"""`[caller, spec, data, completed, tasks]`, as in the state."""


class Scopes(dict[str, Any]):
    """The open scopes of a root instance by the id of the task that opened them."""

    def __init__(self) -> None:
        super().__init__()
        self.unread: dict[str, Rows] = {}
        self.homes: dict[str, str] = {}
        self.make: Callable[[Rows], None] | None = None

    def keep(self, scope: Rows) -> None:
        """Leave a scope unread."""
        caller = scope[0]
        self.unread[caller] = scope
        for row in scope[4]:
            self.homes[row[0]] = caller
            if row[5] and "alts" in row[5]:
                self.homes.update(dict.fromkeys(row[5]["alts"], caller))

    def find(self, identifier: str) -> bool:
        """Read the scope in which a task is; whether there is one."""
        home = self.homes.get(identifier)
        if home is None or home not in self.unread:
            return False
        self.read(home)
        return True

    def read(self, caller: str) -> None:
        """Read a scope, and those around it first."""
        scope = self.unread.pop(caller, None)
        if scope is not None and self.make is not None:
            self.find(caller)
            self.make(scope)

    def read_all(self) -> None:
        for caller in list(self.unread):
            self.read(caller)

    def get(self, caller: str, default: Any = None) -> Any:
        if caller in self.unread:
            self.read(caller)
        return super().get(caller, default)
