"""Who looks at a change of a procedure before it is in force: nobody, a second person, compliance.

A procedure goes by the name of its bundle. Whoever deploys under another name what a procedure
holds, or ever held, is under the stricter of the two: releasing it would replace the other's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service import audit
from service.audit import HouseEvent
from service.audit.tables import house_history
from service.db import Connection
from service.definitions.governed import is_governed
from service.definitions.tables import (
    bundle,
    decision_definition,
    form_definition,
    process_definition,
)

ALL = "*"
"""The name under which stands what is so for procedures that say nothing themselves."""
COMPLAINT_PROCESS = "complaint"


class ReviewPolicy(StrEnum):
    """Who reviews. The later ones are the stricter ones."""

    NONE = "none"
    FOUR_EYES = "four eyes"
    COMPLIANCE = "by compliance"


DEFAULT = ReviewPolicy.FOUR_EYES
_STRICTNESS = list(ReviewPolicy)
_HELD = (
    (process_definition, "process_id"),
    (decision_definition, "decision_id"),
    (form_definition, "form_id"),
)
"""What a version holds, and by what it replaces the same of another."""
SUBJECT = "procedure:"


@dataclass(frozen=True, slots=True)
class PolicyAsked:
    """A less strict policy that waits for a second person: by whom it was asked for, and why."""

    review: ReviewPolicy
    reason: str
    by: str


def _last_rows(*events: HouseEvent) -> sa.Select[tuple[str, str, str, dict[str, Any]]]:
    """Of each procedure the last of these events."""
    later, names = house_history.alias(), [event.value for event in events]
    return sa.select(
        house_history.c.subject,
        house_history.c.event,
        house_history.c.actor,
        house_history.c.details,
    ).where(
        house_history.c.subject >= SUBJECT,
        house_history.c.subject < "procedure;",
        house_history.c.event.in_(names),
        ~sa.exists().where(
            later.c.subject == house_history.c.subject,
            later.c.seq > house_history.c.seq,
            later.c.event.in_(names),
        ),
    )


_SAID = _last_rows(HouseEvent.POLICY_SET)
_SAID_OR_ASKED = _last_rows(HouseEvent.POLICY_SET, HouseEvent.POLICY_ASKED)


def _list_said(connection: Connection) -> dict[str, ReviewPolicy]:
    """What was said last of each procedure, by its name."""
    return {
        row.subject.removeprefix(SUBJECT): ReviewPolicy(row.details["review"]["to"])
        for row in connection.execute(_SAID)
    }


def list_asked(connection: Connection) -> dict[str, PolicyAsked]:
    """What waits for a second person, by the name of the procedure."""
    return {
        row.subject.removeprefix(SUBJECT): PolicyAsked(
            ReviewPolicy(row.details["review"]["to"]), row.details["reason"], row.actor
        )
        for row in connection.execute(_SAID_OR_ASKED)
        if row.event == HouseEvent.POLICY_ASKED.value
    }


def policy_of(connection: Connection, bundle_key: int) -> ReviewPolicy:
    """What counts for a version: the strictest of the procedures that it would replace a part of.
    The complaint procedure is always compliance's to review."""
    if is_governed(connection, bundle_key, COMPLAINT_PROCESS):
        return ReviewPolicy.COMPLIANCE
    said = _list_said(connection)
    return _strictest(_said_of(said, name) for name in _names_with(connection, bundle_key))


def policies_by_name(connection: Connection) -> dict[str, ReviewPolicy]:
    """The same for every procedure that is stored, from two statements."""
    said, sharing = _list_said(connection), defaultdict[tuple[str, str], set[str]](set)
    itself = sa.select(bundle.c.name, sa.literal("name").label("kind"), bundle.c.name.label("part"))
    held = (_held_by_all(table, column) for table, column in _HELD)
    for row in connection.execute(sa.union(itself, *held)):
        sharing[row.kind, row.part].add(row.name)
    governed = sharing.get(("process_id", COMPLAINT_PROCESS), set())
    found: dict[str, ReviewPolicy] = {}
    for (kind, _), names in sharing.items():
        counts = [_said_of(said, name) for name in names]
        if kind == "process_id" and names & governed:
            counts.append(ReviewPolicy.COMPLIANCE)
        for name in names:
            found[name] = _strictest([*counts, found.get(name, ReviewPolicy.NONE)])
    return found


def _said_of(said: Mapping[str, ReviewPolicy], name: str) -> ReviewPolicy:
    return said.get(name) or said.get(ALL) or DEFAULT


def _strictest(policies: Iterable[ReviewPolicy]) -> ReviewPolicy:
    return max(policies, key=_STRICTNESS.index)


def _held_by_all(table: sa.Table, column: str) -> sa.Select[tuple[str, str, str]]:
    return sa.select(
        bundle.c.name, sa.literal(column).label("kind"), table.c[column].label("part")
    ).join(table, table.c.bundle_key == bundle.c.key)


def was_in_force(connection: Connection, bundle_key: int) -> bool:
    """Whether another version of a procedure that it would replace a part of is or was in force."""
    query = (
        sa.select(bundle.c.key)
        .where(
            bundle.c.key != bundle_key,
            bundle.c.state != "deployed",
            bundle.c.name.in_(_names_with(connection, bundle_key)),
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def put_policy(
    connection: Connection,
    name: str,
    review: ReviewPolicy,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    """Say it of a procedure; whether it counts. What is less strict waits until a second person
    says the same; whatever else is said meanwhile takes its place. The record of the house is
    where it stands: so nobody changes it unseen."""
    before, asked = _said_of(_list_said(connection), name), list_asked(connection).get(name)
    details: dict[str, Any] = {
        "review": {"from": before.value, "to": review.value},
        "reason": reason,
    }
    if asked is not None and asked.review is review and asked.by != by:
        details["askedBy"] = asked.by
    looser = _STRICTNESS.index(review) < _STRICTNESS.index(before)
    counts = not looser or "askedBy" in details
    audit.record(
        connection,
        f"{SUBJECT}{name}",
        HouseEvent.POLICY_SET if counts else HouseEvent.POLICY_ASKED,
        actor=by,
        at=now,
        details=details,
    )
    return counts


def _names_with(connection: Connection, bundle_key: int) -> set[str]:
    """The names of the procedures that ever held a process, decision or form of this version."""
    held = [_names_of(table, column, bundle_key) for table, column in _HELD]
    own = sa.select(bundle.c.name).where(bundle.c.key == bundle_key)
    return set(connection.execute(sa.union(own, *held)).scalars())


def _names_of(table: sa.Table, column: str, bundle_key: int) -> sa.Select[tuple[str]]:
    mine = table.alias()
    return (
        sa.select(bundle.c.name)
        .join(table, table.c.bundle_key == bundle.c.key)
        .join(mine, mine.c[column] == table.c[column])
        .where(mine.c.bundle_key == bundle_key)
    )
