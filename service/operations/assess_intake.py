"""What the tables say of a complaint at registration, by the facts that are known then.

The same tables decide again at triage, by what was found out meanwhile. A report of somebody who
may not escalate, such as a visitor of the portal, alarms nobody: it waits for a confirmation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from service.builtins import AlarmEffect, CaseView, LetterEffect, RecordEffect, functions_of
from service.cases import is_higher
from service.db import Connection
from service.engine import Bundle
from service.errors import RedressError
from service.execution import tell_people
from service.identity import Actor, Limit, Permission, count_up, list_candidates
from service.policy import LEVELS, severity_deadlines

SEVERITY, ESCALATION = "severity", "escalation"
"""The decisions of a bundle that are asked; a bundle without them assesses nothing."""
RAISED, TO_CONFIRM = "raised", "to confirm"
"""What became of an alarm: the fact `alarm` of a complaint."""
UNCONFIRMED = Limit("unconfirmed alarm", 1, timedelta(minutes=10))
"""Reports of strangers that come within it are one notice, however many they are."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the tables say. `level` is that of an emergency or None, `informed` the group to tell or
    None, `signs` the facts that hold."""

    severity: str
    route: str | None
    level: str | None
    rule: str
    informed: str | None
    reason: str
    signs: tuple[str, ...]

    @property
    def alarms(self) -> bool:
        return self.level is not None or self.informed is not None


def assess(
    bundle: Bundle, variables: Mapping[str, Any], view: CaseView, now: datetime
) -> Assessment | None:
    """Evaluate the tables; None where there are none, or where they say no severity. A table that
    fails keeps no complaint out of the record: triage will meet the same failure and raise it."""
    found = _evaluate(bundle, SEVERITY, variables, view, now)
    severity = found.get("severity")
    if severity not in view.profile.severity["targets"]:
        return None
    level = found.get("emergencyLevel")
    told = _evaluate(bundle, ESCALATION, {**variables, **found}, view, now)
    informed = told.get("informed")
    return Assessment(
        severity=str(severity),
        route=found.get("route"),
        level=level if level in LEVELS else None,
        rule=str(found.get("rule") or ""),
        informed=None if informed in (None, "none") else str(informed),
        reason=str(told.get("reason") or ""),
        signs=tuple(sorted(name for name, value in variables.items() if value is True)),
    )


def note_assessment(
    view: CaseView, found: Assessment, actor: Actor, now: datetime, *, by_number: str | None = None
) -> None:
    """Note what follows: the severity with its clocks, and the alarm, or that somebody has to
    confirm it first. Where similar complaints make an emergency of the level `by_number`, this one
    joins it, unless it is more serious than that."""
    facts: dict[str, Any] = {
        "severity": found.severity,
        "rule": found.rule,
        "signs": {"rule": found.rule, "facts": list(found.signs)},
    }
    if found.level is not None:
        facts["emergencyLevel"] = found.level
    raises = actor.may(Permission.ESCALATE_COMPLAINTS)
    if found.alarms:
        facts["alarm"] = RAISED if raises else TO_CONFIRM
    view.effects.append(RecordEffect(facts))
    view.set_clocks(severity_deadlines(view.profile, found.severity, now), "started")
    if found.alarms and raises:
        own = by_number is None or (found.level is not None and is_higher(found.level, by_number))
        level = found.level if own else None
        note_alarm(view, level=level, group=found.informed, cause=found.rule)


def ask_for_confirmation(
    connection: Connection, root_key: int, *, today: date, now: datetime
) -> bool:
    """Tell those who confirm alarms of a stranger's report, where they are there `today`, the day
    of the bank; whether they were told. Further ones
    within the window ring nobody: they stand first in the lists beside it."""
    if count_up(connection, UNCONFIRMED, "everybody", now=now) > UNCONFIRMED.most:
        return False
    able = list_candidates(connection, Permission.CONFIRM_ALARMS, on=today)
    there = [each.name for each in able if not each.absent]
    tell_people(connection, there, "alert", root_key=root_key, subject_key=root_key, now=now)
    return True


def note_alarm(view: CaseView, *, level: str | None, group: str | None, cause: str) -> None:
    """Tell the group, and open or raise the emergency of that level."""
    if group is not None:
        view.effects.append(LetterEffect("notice", "staff", group, {"reason": cause}))
    if level is not None:
        view.effects.append(AlarmEffect(level, cause))


def _evaluate(
    bundle: Bundle, decision: str, variables: Mapping[str, Any], view: CaseView, now: datetime
) -> Mapping[str, Any]:
    model = bundle.decisions.get(decision)
    if model is None:
        return {}
    try:
        inputs = model.read_inputs(variables)
        value = model.evaluate(
            decision, inputs, now=now, functions=functions_of(view), trace=False
        ).value
    except RedressError:
        return {}
    return value if isinstance(value, Mapping) else {}
