"""The effects of a step become rows, in the transaction of its write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service import cases, notifications
from service.operations.effects import ArchiveEffect, CloseEffect, DeadlinesEffect, LetterEffect, RecordEffect
from service.operations.host import CaseView
from service.operations.write import Write


def write_effects(write: Write, view: CaseView) -> None:
    connection, root_key, now = write.connection, write.instance.root_key, write.now
    for effect in view.effects:
        match effect:
            case RecordEffect(facts):
                cases.record_facts(connection, root_key, facts)
            case DeadlinesEffect(deadlines, what):
                cases.put_deadlines(connection, root_key, deadlines)
                for entry in deadlines:
                    write.note("clocks", [entry.clock, what, entry.due_at.isoformat()])
            case CloseEffect(outcome):
                cases.close_complaint(connection, root_key, outcome=outcome, now=now)
            case ArchiveEffect(until):
                cases.archive_complaint(connection, root_key, now=now, facts={"retainUntil": until.date().isoformat()})
            case LetterEffect():
                _write_letter(write, view, effect)


def meet(write: Write, clock: str) -> None:
    """What the clock waited for has happened (property or header `meets`)."""
    cases.meet_deadline(write.connection, write.instance.root_key, clock, at=write.now)
    write.note("clocks", [clock, "met", write.now.isoformat()])


def _write_letter(write: Write, view: CaseView, effect: LetterEffect) -> None:
    complaint = cases.find_complaint(write.connection, write.instance.root_key)
    if complaint is None:
        return
    written = notifications.write_letter(
        effect.template,
        language=complaint.language,
        recipient=(complaint.contact_email or "") if effect.audience == "customer" else effect.to,
        audience=effect.audience,
        facts=letter_facts(complaint, view, effect.variables),
    )
    key = write.key()
    notifications.queue_letter(
        write.connection, written, root_key=write.instance.root_key, key=key, outbox_key=write.key(), now=write.now
    )
    if effect.meets:
        meet(write, effect.meets)
    write.note("letters", [effect.template, str(key)])


def letter_facts(complaint: cases.Complaint, view: CaseView, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What a letter template may say."""
    final = view.deadlines.get("final response")
    zone = view.profile.calendar.zone
    names = view.profile.authority
    return {
        "number": complaint.number,
        "customer": complaint.customer_name or {"en": "Customer"}.get(complaint.language, "客戶"),
        "registered": f"{complaint.registered_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "final_response": f"{final.due_at.astimezone(zone):%Y-%m-%d}" if final else "-",
        "authority": names.get(complaint.language, names["en"]),
        "currency": complaint.currency,
        "severity": complaint.severity,
        "variables": _Lenient(variables),
    }


class _Lenient(dict[str, Any]):
    """Variables of a case as a template sees them: one that is not there is None."""

    def __missing__(self, key: str) -> None:
        return None
