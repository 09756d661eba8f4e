"""A write under way: the keys it hands out, and what the history row will say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.audit import Tip
from service.db import MAX_CHILD, Connection
from service.engine import changes as c
from service.errors import RedressError
from service.instances import Instance


@dataclass(slots=True)
class Write:
    """One write under way: hands out child keys and collects what the history row will say."""

    connection: Connection
    instance: Instance
    now: datetime
    next_child: int
    moved: dict[str, Any] = field(default_factory=dict)
    new_tasks: list[int] = field(default_factory=list)
    signals: list[c.SignalThrown] = field(default_factory=list)
    tip: Tip | None = None
    """Where the history ends with what this write has added to it."""

    def key(self) -> int:
        if self.next_child > MAX_CHILD:
            raise RedressError("The case has used all of its {most} keys.", most=MAX_CHILD)
        key = self.instance.root_key + self.next_child
        self.next_child += 1
        return key

    def note(self, kind: str, what: Any) -> None:
        self.moved.setdefault(kind, []).append(what)
