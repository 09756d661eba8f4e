"""What a case waits for and until when: its customer, a department, a time, a message. So that a
case without an open task is not lost from sight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from service.db import Connection
from service.engine import Bundle, OpenChoice, open_choices
from service.engine.bundle import ElementInfo
from service.instances.tables import process_instance
from service.jobs.tables import subscription, timer
from service.tasks.tables import task_candidate, user_task

CUSTOMER_MESSAGES = frozenset({"customer-information", "customer-answer"})
"""Messages that only a customer sends."""
DEPARTMENT = "department"
_DEPARTMENTS = sa.select(
    user_task.c.root_key,
    user_task.c.element_id,
    user_task.c.name,
    user_task.c.due_at,
    user_task.c.variables,
).join(
    task_candidate,
    (task_candidate.c.root_key == user_task.c.root_key)
    & (task_candidate.c.task_key == user_task.c.key)
    & (task_candidate.c.candidate == f"group:{DEPARTMENT}"),
)
"""The open tasks that are offered to departments."""
CATCHES = frozenset({"intermediateCatchEvent", "receiveTask"})
SAYS = "waitsFor"
"""The property of an event that says in the owner's words what is waited for (`waitsFor:zh-Hant`
in Chinese)."""


class WaitKind(StrEnum):
    """For whom or what."""

    CUSTOMER = "customer"
    DEPARTMENT = "department"
    TIMER = "timer"
    MESSAGE = "message"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that is waited for. `names` is what it is called, by language; `until` when the
    case goes on without it, None where it does not."""

    kind: WaitKind
    element: str
    names: Mapping[str, str]
    until: datetime | None


def list_waits(
    connection: Connection, roots: Iterable[int], bundle_of: Callable[[int], Bundle]
) -> dict[int, list[Wait]]:
    """What each of these running cases waits for, the nearest first."""
    wanted = list(dict.fromkeys(roots))
    if not wanted:
        return {}
    bundles = {
        row.root_key: bundle_of(row.bundle_key)
        for row in connection.execute(
            sa.select(process_instance.c.root_key, process_instance.c.bundle_key).where(
                process_instance.c.root_key.in_(wanted), process_instance.c.state == "active"
            )
        )
    }
    return list_waits_of(connection, bundles)


def list_waits_of(connection: Connection, bundles: Mapping[int, Bundle]) -> dict[int, list[Wait]]:
    """The same of running cases whose versions are known already, by root key."""
    if not bundles:
        return {}
    timers = _by_root(connection, sa.select(timer).where(timer.c.root_key.in_(list(bundles))))
    messages = _by_root(
        connection,
        sa.select(subscription).where(
            subscription.c.root_key.in_(list(bundles)), subscription.c.kind == "message"
        ),
    )
    open_tasks = _by_root(connection, _DEPARTMENTS.where(user_task.c.root_key.in_(list(bundles))))
    choices = _choices(connection, bundles)
    return {
        root: _waits(
            bundle,
            timers.get(root, []),
            messages.get(root, []),
            open_tasks.get(root, []),
        )
        + choices.get(root, [])
        for root, bundle in bundles.items()
    }


def _choices(connection: Connection, bundles: Mapping[int, Bundle]) -> dict[int, list[Wait]]:
    """Ad-hoc sub-processes in which nothing is active until somebody begins it, by root key."""
    asked = [root for root, bundle in bundles.items() if bundle.chooses]
    if not asked:
        return {}
    query = sa.select(process_instance.c.root_key, process_instance.c.engine_state).where(
        process_instance.c.root_key.in_(asked)
    )
    return {
        row.root_key: [
            Wait(WaitKind.CHOICE, each.element_id, _named(bundles[row.root_key], each), None)
            for each in open_choices(bundles[row.root_key], row.engine_state)
            if each.idle
        ]
        for row in connection.execute(query)
    }


def _named(bundle: Bundle, choice: OpenChoice) -> Mapping[str, str]:
    return bundle.processes[choice.process_id].elements[choice.element_id].names


def _by_root(
    connection: Connection, query: sa.Select[tuple[object, ...]]
) -> dict[int, list[sa.RowMapping]]:
    found: dict[int, list[sa.RowMapping]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["root_key"], []).append(row)
    return found


def _waits(
    bundle: Bundle,
    timers: Sequence[sa.RowMapping],
    messages: Sequence[sa.RowMapping],
    open_tasks: Sequence[sa.RowMapping],
) -> list[Wait]:
    elements = {e.id: e for process in bundle.processes.values() for e in process.elements.values()}
    due = {row["element_id"]: row["due_at"] for row in timers}
    found = [_for_department(row, elements) for row in open_tasks]
    together: set[str] = set()
    for row in messages:
        element = elements.get(row["element_id"])
        if element is None or not (element.kind in CATCHES or row["name"] in CUSTOMER_MESSAGES):
            continue
        siblings = _siblings(element, elements)
        together |= siblings
        until = min((due[each] for each in siblings if each in due), default=None)
        customer = row["name"] in CUSTOMER_MESSAGES
        kind = WaitKind.CUSTOMER if customer else WaitKind.MESSAGE
        found.append(Wait(kind, element.id, _said(element), until))
    for row in timers:
        element = elements.get(row["element_id"])
        if element is not None and element.kind in CATCHES and element.id not in together:
            found.append(Wait(WaitKind.TIMER, element.id, _said(element), row["due_at"]))
    return sorted(found, key=lambda wait: (wait.until is None, wait.until, wait.element))


def _for_department(row: sa.RowMapping, elements: Mapping[str, ElementInfo]) -> Wait:
    element = elements.get(row["element_id"])
    names = dict(element.names) if element is not None else {"en": row["name"]}
    about = row["variables"].get("department")
    if about:
        names = {language: f"{name} ({about})" for language, name in names.items()}
    return Wait(WaitKind.DEPARTMENT, row["element_id"], names, row["due_at"])


def _at_the_same_gateway(element: ElementInfo, elements: Mapping[str, ElementInfo]) -> set[str]:
    gateways = [e for e in elements.values() if e.kind == "eventBasedGateway"]
    before = [e for e in gateways if set(e.outgoing) & set(element.incoming)]
    flows = {flow for e in before for flow in e.outgoing}
    return {e.id for e in elements.values() if set(e.incoming) & flows}


def _siblings(element: ElementInfo, elements: Mapping[str, ElementInfo]) -> set[str]:
    """The events that are waited for at the same gateway, or on the same activity."""
    beside = _at_the_same_gateway(element, elements)
    if element.attached_to:
        beside |= {e.id for e in elements.values() if e.attached_to == element.attached_to}
    return beside


def _said(element: ElementInfo) -> dict[str, str]:
    """In the owner's words, else the name of the event."""
    own = {
        key.partition(":")[2] or "en": value
        for key, value in element.properties.items()
        if key.partition(":")[0] == SAYS and value
    }
    return own or dict(element.names)
