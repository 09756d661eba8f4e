"""What the address of the task list asks for: which list, narrowed to what, from where on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from service import cases
from service.db import Connection
from service.reporting import InboxFilter, Key
from service.sentence import Counted, Plurals
from service.tasks import Scope
from service.web.paging import cursor_of, place_of

NARROWING = ("role", "process", "step", "severity", "channel", "product", "assignee", "due", "q")
"""The parts of an address that narrow a list, in the order they are shown."""
DUE = ("late", "today", "week", "none")
FEW_FOUND = 60
"""A text that so many cases have, at most, leads to their tasks; one that more have is looked for
in the tasks that are due next."""


@dataclass(frozen=True, slots=True)
class View:
    """A list as it was asked for. `narrowed` holds what it is narrowed to, by part of the
    address."""

    scope: Scope
    narrowed: Mapping[str, str]
    after: Key | None = None

    def query(self, **changes: str | None) -> str:
        """The query string of this list, with changes; the first page unless `after` is among
        them."""
        parts: dict[str, str | None] = {"show": self.scope.value, **self.narrowed, **changes}
        return urlencode({name: value for name, value in parts.items() if value})

    def here(self) -> str:
        """The query string of this very page."""
        return self.query(after=None if self.after is None else cursor_of(self.after))


def link(path: str, query: str) -> str:
    """An address with a query string, where there is one."""
    return f"{path}?{query}" if query else path


def view_of(args: Mapping[str, str]) -> View:
    """What an address asks for; what it cannot mean is left out."""
    show = args.get("show", "")
    narrowed = {name: args[name].strip()[:200] for name in NARROWING if args.get(name, "").strip()}
    if narrowed.get("due") not in DUE:
        narrowed.pop("due", None)
    return View(
        Scope(show) if show in list(Scope) else Scope.GROUPS,
        narrowed,
        place_of(args.get("after", "")),
    )


def filter_of(view: View, connection: Connection, *, now: datetime, zone: Any) -> InboxFilter:
    """The filter of a view. A text is searched for in the cases."""
    found: dict[str, Any] = {
        name: view.narrowed.get(name, "") for name in NARROWING if name not in ("due", "q")
    }
    only = InboxFilter(**found)
    midnight = datetime.combine(
        now.astimezone(zone).date() + timedelta(days=1), time(0), zone
    ).astimezone(UTC)
    match view.narrowed.get("due"):
        case "late":
            only = replace(only, due_until=now)
        case "today":
            only = replace(only, due_until=midnight)
        case "week":
            only = replace(only, due_until=midnight + timedelta(days=6))
        case "none":
            only = replace(only, due_from=datetime(9999, 1, 1, tzinfo=UTC))
    return with_text(connection, only, view.narrowed.get("q", ""))


def with_text(connection: Connection, only: InboxFilter, text: str) -> InboxFilter:
    """A filter narrowed to the cases that a text is found in; as it is for no text."""
    if not text:
        return only
    roots = cases.search_roots(connection, text, limit=FEW_FOUND + 1)
    return replace(only, text=text) if len(roots) > FEW_FOUND else replace(only, roots=tuple(roots))


LEFT: Plurals = {
    "minutes": ("{n} minute left", "{n} minutes left"),
    "calendar hours": ("{n} calendar hour left", "{n} calendar hours left"),
    "calendar days": ("{n} calendar day left", "{n} calendar days left"),
}
LATE: Plurals = {
    "minutes": ("late by {n} minute", "late by {n} minutes"),
    "calendar hours": ("late by {n} calendar hour", "late by {n} calendar hours"),
    "calendar days": ("late by {n} calendar day", "late by {n} calendar days"),
}


def time_left(due: datetime, now: datetime) -> Counted:
    """How long there is until then, or since when it is late."""
    n, unit = span_of(abs((due - now).total_seconds()))
    return Counted(*(LATE if due <= now else LEFT)[unit], n)


def span_of(seconds: float) -> tuple[int, str]:
    """Time by the calendar as a number and its unit: minutes below two hours, hours below two days,
    else days. One unit for every task, so that the numbers can be compared."""
    size = int(seconds) // 60
    if size < 120:
        return size, "minutes"
    return (size // 60, "calendar hours") if size < 2_880 else (size // 1_440, "calendar days")
