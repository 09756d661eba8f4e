"""The task list: open tasks a person may see, those of open emergencies and of the most severe
complaints first, then by the nearest deadline, in pages that cost the same at any size.

Two roads. By due date: an index gives each group's nearest tasks, and a filter looks at a bounded
window of them. By case: where a filter fits few cases, those cases give the tasks. Neither reads
more rows than its bound, however many tasks are open; a page says when it did not look at
everything (`more` with a cursor), so that one can look further.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from service.cases import MOST_URGENT, URGENT, list_emergencies, list_urgent
from service.cases.tables import complaint, emergency
from service.db import MOST_COUNTED, Connection, Prepared, keys_given, root_column
from service.identity import Actor, Permission
from service.reporting.inbox_counts import Counting, count_lists
from service.reporting.inbox_keys import (
    InboxFilter,
    Key,
    Reach,
    keys_by_case,
    keys_by_due,
    probe_cases,
)
from service.tasks import Scope
from service.tasks.tables import user_task

PAGE_SIZE = 50
NO_FILTER = InboxFilter()


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the list."""

    key: int
    name: str
    properties: dict[str, str]
    element_id: str
    process_id: str
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    priority: int
    revision: int
    due_at: datetime | None
    created_at: datetime
    number: str | None
    customer: str | None
    severity: str | None
    channel: str | None
    product: str | None
    level: str | None
    """The level of the emergency that it is a task of; None for all others."""

    @property
    def is_urgent(self) -> bool:
        """Whether it stands before all that is not, whatever is due first."""
        return self.level is not None or self.severity == URGENT


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Some lines, and from where to go on; `bounded` when the window ended before the page was
    full."""

    rows: Sequence[InboxRow]
    more: Key | None
    bounded: bool = False


def list_inbox(
    connection: Connection,
    actor: Actor,
    *,
    scope: Scope,
    only: InboxFilter = NO_FILTER,
    after: Key | None = None,
    size: int = PAGE_SIZE,
) -> InboxPage:
    """A page of the list, from just after a key."""
    reach = reach_of(actor, scope, only)
    if reach is None:
        return InboxPage((), None)
    urgent = _urgent(connection, reach, only)
    limit = size + 1 + len(urgent)
    cases = probe_cases(connection, only)
    if cases is not None:
        found = keys_by_case(connection, reach, cases, only, after=after, limit=limit)
    else:
        found = keys_by_due(connection, reach, only, after=after, limit=limit)
    others = [key for key in found.keys if key not in urgent]
    keys = others[:size]
    more = keys[-1] if len(others) > size else found.window_end
    return InboxPage(
        _rows(connection, [*(urgent if after is None else ()), *keys]),
        more,
        bounded=len(others) <= size and more is not None,
    )


def _urgent(connection: Connection, reach: Reach, only: InboxFilter) -> Sequence[Key]:
    """The nearest tasks of open emergencies, then of the most severe complaints: they stand before
    all others, whatever is due first."""
    if only.severity not in ("", URGENT) or only.roots is not None or only.text:
        return ()
    emergencies = (
        [] if only.severity else list_emergencies(connection, status="open", limit=MOST_URGENT)
    )
    found: list[Key] = []
    for roots, narrowed in (
        ([each.root_key for each in emergencies], only),
        (list_urgent(connection), replace(only, severity=URGENT)),
    ):
        if roots:
            kept = keys_by_case(connection, reach, roots, narrowed, after=None, limit=MOST_URGENT)
            found += kept.keys
    return found


def reach_of(actor: Actor, scope: Scope, only: InboxFilter) -> Reach | None:
    """Which offers lead to the tasks of a list; None when there can be none."""
    mine, groups = f"user:{actor.name}", [f"group:{group}" for group in sorted(actor.groups)]
    oversees = actor.may(Permission.SEE_ALL_TASKS)
    if scope is Scope.MINE:
        return Reach(None, actor.name) if only.assignee in ("", actor.name) else None
    if scope is Scope.ALL and oversees and not only.role:
        return Reach(None, only.assignee)
    wanted = [f"group:{only.role}"] if only.role else [mine, *groups]
    if not oversees or scope is Scope.GROUPS:
        wanted = [each for each in wanted if each in (mine, *groups)]
    held = [False] if scope is Scope.GROUPS else [False, True]
    if only.assignee:
        held = [state for state in held if state is (only.assignee != "-")]
    offers = tuple((each, state) for each in wanted for state in held)
    return Reach(offers) if offers else None


_COLUMNS = [
    *(
        user_task.c[name]
        for name in (
            "key",
            "name",
            "properties",
            "element_id",
            "process_id",
            "assignee",
            "candidate_groups",
            "candidate_users",
            "priority",
            "revision",
            "due_at",
            "created_at",
        )
    ),
    sa.func.coalesce(complaint.c.number, user_task.c.business_key).label("number"),
    complaint.c.customer_name.label("customer"),
    *(complaint.c[name] for name in ("severity", "channel", "product")),
    emergency.c.level,
]
_ROWS = Prepared(
    {
        dialect: sa.select(*_COLUMNS).select_from(
            keys.join(
                user_task,
                (user_task.c.key == keys.c.value)
                & (user_task.c.root_key == root_column(keys.c.value)),
            )
            .outerjoin(complaint, complaint.c.root_key == user_task.c.root_key)
            .outerjoin(emergency, emergency.c.root_key == user_task.c.root_key)
        )
        for dialect, keys in keys_given("b_keys").items()
    }
)


def _rows(connection: Connection, keys: Iterable[Key]) -> list[InboxRow]:
    """The lines of these keys, in their order; a task that ended meanwhile is left out."""
    order = [key for _, key in keys]
    if not order:
        return []
    found = {row["key"]: InboxRow(**row) for row in _ROWS.all(connection, {"b_keys": order})}
    return [found[key] for key in order if key in found]


@dataclass(frozen=True, slots=True)
class Count:
    """A list to be counted: due before `until`, without those `aside`."""

    scope: Scope
    until: datetime | None = None
    aside: tuple[int, ...] = ()


def count_inboxes(
    connection: Connection, actor: Actor, wanted: Sequence[Count], *, most: int = MOST_COUNTED
) -> list[int]:
    """How many tasks each of these lists has, counted up to `most`; one statement."""
    reaches = [reach_of(actor, each.scope, NO_FILTER) for each in wanted]
    counted = iter(
        count_lists(
            connection,
            [
                Counting(reach, each.until, each.aside)
                for reach, each in zip(reaches, wanted, strict=True)
                if reach is not None
            ],
            most=most,
        )
    )
    return [0 if reach is None else next(counted) for reach in reaches]
