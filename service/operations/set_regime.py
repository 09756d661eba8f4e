"""A person puts a complaint under other regimes, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service import audit, cases
from service.audit import Event
from service.builtins import CaseView, DeadlinesEffect, RegimeEffect, govern
from service.cases import Complaint
from service.db import Connection
from service.errors import FieldError, FormInvalid, StateConflict
from service.execution import Runtime, case_view, get_instance, redate_tasks, take_children
from service.identity import Actor, Permission, check_permission
from service.lengths import find_length_problem
from service.operations.move_timers import move_timers
from service.policy import Choice, Ground
from service.sentence import Sentence

LONGEST = 1_000


def set_regime(
    runtime: Runtime,
    number: str,
    profiles: Sequence[str],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Govern an open complaint by these profiles, the leading one first: its clocks follow, counted
    from receipt, and its timers with them. Raises Forbidden, FormInvalid, NotFound,
    StateConflict."""
    check_permission(actor, Permission.CHOOSE_REGIMES)
    why = reason.strip()
    _check(runtime, profiles, why)
    choice = Choice(tuple(dict.fromkeys(profiles)), Ground.PERSON, reason=why)
    with runtime.database.transaction() as connection:
        root_key = cases.get_complaint(connection, number).root_key
        take_children(connection, root_key)
        complaint = cases.get_complaint(connection, number)
        if complaint.status != "open":
            raise StateConflict("{number} is closed; its law is settled.", number=number)
        if [each.id for each in runtime.profile_of(complaint).together] == list(choice.profiles):
            raise StateConflict("{number} is under these regimes already.", number=number)
        _write(connection, runtime, complaint, choice, actor=actor, now=now)


def _check(runtime: Runtime, profiles: Sequence[str], why: str) -> None:
    known = [each.id for each in runtime.choices]
    unknown = [name for name in profiles if name not in known]
    errors = []
    if unknown or not profiles:
        errors.append(
            FieldError(
                "/profiles",
                Sentence(
                    "expected profiles that this bank has enabled ({known}), got {unknown}",
                    known=known,
                    unknown=unknown,
                ),
            )
        )
    problem = find_length_problem("/reason", why, LONGEST)
    if problem is not None:
        errors.append(problem)
    if errors:
        raise FormInvalid(errors)


def _write(
    connection: Connection,
    runtime: Runtime,
    complaint: Complaint,
    choice: Choice,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    root_key = complaint.root_key
    before = {entry.clock: entry for entry in cases.list_deadlines(connection, root_key)}
    view = case_view(runtime, complaint, now, before.values, connection=connection)
    govern(view, choice, cases.legal_facts(complaint), by=actor.name)
    dropped = _apply(connection, root_key, view)
    redate_tasks(connection, runtime, root_key, before=before.values(), now=now)
    after = {name: entry for name, entry in view.deadlines.items() if name not in dropped}
    bundle = runtime.bundles.get(connection, get_instance(connection, root_key).bundle_key)
    timers = move_timers(connection, bundle, root_key, before, after)
    audit.append(
        connection,
        root_key,
        Event.REGIME_CHOSEN,
        actor=actor.name,
        at=now,
        details={
            "reason": choice.reason,
            "profiles": ", ".join(choice.profiles),
            "was": ", ".join(each.id for each in runtime.profile_of(complaint).together),
            "clocks": [
                [entry.clock, entry.due_at.isoformat()]
                for name, entry in after.items()
                if before.get(name) != entry
            ],
            "dropped": list(dropped),
            "timers": [[element, due.isoformat()] for element, due in timers],
        },
    )


def _apply(connection: Connection, root_key: int, view: CaseView) -> tuple[str, ...]:
    dropped: tuple[str, ...] = ()
    for effect in view.effects:
        if isinstance(effect, RegimeEffect):
            dropped = effect.dropped
            cases.drop_clocks(connection, root_key, dropped)
            cases.set_regime(connection, root_key, effect.record)
        elif isinstance(effect, DeadlinesEffect):
            cases.write_deadlines(connection, root_key, effect.deadlines)
    cases.put_deadlines(connection, root_key, ())
    return dropped
