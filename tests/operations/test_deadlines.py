"""A published calendar moves the dates that stood on it, with a row of the history, on both
databases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from service import audit, cases, policy
from service.cases import NewComplaint
from service.execution import Runtime
from service.identity import Actor
from service.operations import register_complaint
from service.operations.recompute_deadlines import recompute_deadlines
from service.policy import load_profile
from service.policy.files import SHIPPED
from tests.kit.clock import NOW

AMY = Actor("amy")


def test_dates_are_computed_again_when_a_calendar_is_published(
    runtime: Runtime, tmp_path: Path
) -> None:
    new = NewComplaint("Lin", None, "lin@customer.invalid", None, "phone", "Charged twice", NOW)
    made = register_complaint(runtime, new, actor=AMY, now=NOW)
    with runtime.database.transaction() as connection:
        cases.put_deadlines(
            connection, made.root_key, [policy.other_deadline(runtime.profile, "next answer", NOW)]
        )
        before = {entry.clock: entry for entry in cases.list_deadlines(connection, made.root_key)}
    assert recompute_deadlines(runtime, made.root_key, actor=AMY, now=NOW) == ()

    document = json.loads((SHIPPED / "calendars.json").read_text("utf-8"))
    document["calendars"]["TW"]["closed"] = ["2026-03-03"]
    (tmp_path / "calendars.json").write_text(json.dumps(document), "utf-8")
    fresh = replace(runtime, profile=load_profile("TW-FCPA", tmp_path))
    moved = recompute_deadlines(fresh, made.root_key, actor=AMY, now=NOW)

    later = {entry.clock: entry.due_at - before[entry.clock].due_at for entry in moved}
    assert later["next answer"].days == 1
    assert set(later) == {"first contact", "plan", "next answer"}
    with runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, made.number)
        last = audit.list_history(connection, made.root_key)[-1]
        assert audit.verify(connection, made.root_key) is None
        running = [
            entry.due_at
            for entry in cases.list_deadlines(connection, made.root_key)
            if entry.met_at is None
        ]
    assert complaint.due_at == min(running)
    assert (last.event, last.actor) == ("case:clocks:recomputed", "amy")
