"""How a complaint ended: outcome, redress, cause and lesson, for who opens a closed case."""

from __future__ import annotations

from service.cases import Complaint
from service.engine import Bundle
from service.reporting.briefing_values import Reader, Row, find_label, is_empty, shown

TOLD = ("issueFindings", "remedy", "rootCause", "lesson", "improvement", "satisfaction")
"""Facts that stay to be told, in this order; labelled by the form that asks for them."""


def outcome_of(complaint: Complaint, bundle: Bundle, reader: Reader) -> list[Row]:
    """Nothing while the complaint is open."""
    if complaint.status == "open":
        return []
    facts = complaint.facts
    rows = [Row(reader.say("Outcome"), reader.say(complaint.outcome or "—"))]
    amount = facts.get("compensationAmount")
    redress = reader.money(amount) if amount else reader.say("no money")
    rows.append(Row(reader.say("Redress"), redress))
    for name in TOLD:
        value = facts.get(name)
        if is_empty(value):
            continue
        label, how = find_label(bundle, reader, "remedies" if name == "remedy" else name)
        rows.append(Row(label, shown(reader, how["schema"], how["ui"], value)))
    return rows
