"""A person escalates a complaint: those whom the procedure tells are told, an emergency is opened
or raised where a level is given, and who did it and why is in the history of the case."""

from __future__ import annotations

from datetime import datetime

from service import cases, policy
from service.audit import Event
from service.builtins import RecordEffect
from service.db import touch
from service.engine.commands import SetVariables
from service.errors import FieldError, FormInvalid, StateConflict
from service.execution import Case, Outcome, Plan, Runtime, execute, on_case
from service.identity import Actor, Permission, check_permission
from service.operations.assess_intake import RAISED, note_alarm
from service.operations.foresee_escalation import groups_told
from service.sentence import Sentence

LONGEST = 1_000


def escalate(
    runtime: Runtime,
    number: str,
    *,
    reason: str,
    level: str | None = None,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Escalate an open complaint, with an emergency of the level where one is given; a complaint
    that belongs to one raises it. Raises Forbidden, FormInvalid, InvalidInput for a level that the
    policy does not know, NotFound, StateConflict for a complaint that is closed."""
    check_permission(actor, Permission.ESCALATE_COMPLAINTS)
    why = reason.strip()
    if not why or len(why) > LONGEST:
        wrong = Sentence(
            "expected 1 to {most} characters, got {count}", most=LONGEST, count=len(why)
        )
        raise FormInvalid([FieldError("/reason", wrong)])
    if level is not None:
        policy.level_policy(runtime.profile, level)
    with runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key

    def decide(case: Case) -> Plan:
        complaint = case.view.complaint
        if complaint is None or complaint.status != "open":
            raise StateConflict("The complaint is closed already.")
        case.view.effects.append(RecordEffect({"alarm": RAISED}))
        bundle = case.runtime.bundles.get(case.connection, case.instance.bundle_key)
        for group in groups_told(bundle):
            note_alarm(case.view, level=None, group=group, cause=why)
        note_alarm(case.view, level=level, group=None, cause=why)
        details = {"reason": why, "level": level}
        return Plan(
            SetVariables({}),
            Event.CASE_ESCALATED,
            details,
            # its facts are asked for nowhere else: nothing of the case itself changes
            after_write=lambda write: touch(write, root_key),
        )

    return execute(runtime, on_case(root_key, decide, actor=actor), now=now)
