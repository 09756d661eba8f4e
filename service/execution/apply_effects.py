"""The effects of a step become rows: facts and clocks of the complaint, letters.

They are first played in memory, in their order, on the complaint as it was read; then its row and
its clocks are written once. The write is guarded by the case's version, so what was read is what is
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from service import cases, letters
from service.builtins import (
    ArchiveEffect,
    CaseView,
    CloseEffect,
    DeadlinesEffect,
    LetterEffect,
    OfferAnsweredEffect,
    OfferEffect,
    RecordEffect,
    RegimeEffect,
)
from service.cases import Complaint
from service.db import Connection
from service.errors import StateConflict
from service.execution.apply_offer import end_open_offer, write_answer, write_offer
from service.execution.write import Write
from service.instances import Instance
from service.letters.compose import LetterOrder, compose_letter
from service.letters.compose_plain import PlainCase, compose_plain_letter
from service.policy import Deadline, alike


@dataclass(slots=True)
class _File:
    """The complaint and its clocks while the effects are played on them."""

    complaint: Complaint
    clocks: dict[str, Deadline]
    moved: set[str] = field(default_factory=set)
    letters: list[letters.Queued] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)

    def put(self, entry: Deadline) -> None:
        """Set a clock; one that has been met stays, unless it starts anew."""
        known = self.clocks.get(entry.clock)
        if known is None or known.met_at is None or entry.started_at >= known.met_at:
            self.clocks[entry.clock] = entry
            self.moved.add(entry.clock)

    def drop(self, names: Iterable[str]) -> None:
        """The clocks are no clocks of the case any more."""
        for name in names:
            if self.clocks.pop(name, None) is not None:
                self.dropped.add(name)
                self.moved.discard(name)


def write_effects(
    write: Write, view: CaseView, *, met: str = "", by: str = ""
) -> Mapping[str, Deadline] | None:
    """Write them; the clocks as they are then, None where there was nothing to write. `met` names
    the clock that the completed task meets, `by` who gave the command. Raises StateConflict when
    the complaint is not where an effect expects it."""
    if view.complaint is None:
        _write_plain_letters(write, view)
        return None
    if not (view.effects or met):
        return None
    file = _File(view.complaint, dict(view.stored))
    if met:
        _meet(file, met, write)
    for effect in view.effects:
        _play(file, effect, write, view, by)
    _save(file, write, view.complaint)
    return file.clocks


def letters_of(
    connection: Connection, instance: Instance, view: CaseView, *, now: datetime
) -> list[letters.Queued]:
    """The letters to the customer that the effects of a step would queue. Only reads."""
    if view.complaint is None:
        return []
    write = Write(connection, instance, now, instance.next_child)
    file = _File(view.complaint, dict(view.stored))
    for effect in view.effects:
        if isinstance(effect, RecordEffect | DeadlinesEffect | RegimeEffect | LetterEffect):
            _play(file, effect, write, view, "")
    return [each for each in file.letters if each.written.audience == "customer"]


def _write_plain_letters(write: Write, view: CaseView) -> None:
    """The letters of a process that has to do with no complaint."""
    if view.emergency is not None or view.review is not None:
        return
    queued = []
    for effect in view.effects:
        if isinstance(effect, LetterEffect):
            order = LetterOrder(effect.template, effect.audience, effect.to, effect.variables)
            queued.append(
                compose_plain_letter(
                    write.connection,
                    PlainCase(write.instance.root_key, write.instance.business_key),
                    view.profile,
                    order,
                    bank=view.bank,
                    keys=(write.key(), write.key()),
                    now=write.now,
                )
            )
            write.note("letters", [effect.template, str(queued[-1].key)])
    letters.queue_letters(write.connection, write.instance.root_key, queued, now=write.now)


def _play(file: _File, effect: Any, write: Write, view: CaseView, by: str) -> None:
    match effect:
        case RecordEffect(facts):
            _record(file, facts)
        case DeadlinesEffect(deadlines, what):
            for entry in deadlines:
                file.put(entry)
                write.note("clocks", [entry.clock, what, entry.due_at.isoformat()])
        case RegimeEffect(record, dropped):
            file.complaint = replace(file.complaint, regime=dict(record))
            file.drop(dropped)
            write.note("regime", record)
        case CloseEffect(outcome):
            _close(file, outcome, write)
        case ArchiveEffect(until):
            _archive(file, {"retainUntil": until.isoformat()}, write)
        case OfferEffect():
            write_offer(write, file.complaint, effect, by=by)
        case OfferAnsweredEffect():
            write_answer(write, file.complaint, effect, by=by)
        case LetterEffect():
            _write_letter(file, effect, write, view)


def _save(file: _File, write: Write, before: Complaint) -> None:
    letters.queue_letters(write.connection, before.root_key, file.letters, now=write.now)
    cases.drop_clocks(write.connection, before.root_key, file.dropped)
    if file.moved or file.dropped:
        cases.write_deadlines(
            write.connection, before.root_key, [file.clocks[clock] for clock in sorted(file.moved)]
        )
        due_at = cases.nearest(file.clocks.values())
        if file.complaint.status == "open" and file.complaint.due_at != due_at:
            file.complaint = replace(file.complaint, due_at=due_at)
    if file.complaint != before:
        cases.save_complaint(write.connection, file.complaint)
        fresh = cases.newly_written(before.facts, file.complaint.facts)
        if fresh:
            cases.extend_case(write.connection, before.root_key, *fresh)


def _meet(file: _File, clock: str, write: Write) -> None:
    """What the clock waited for has happened (property or header `meets`)."""
    for name in (part.strip() for part in clock.split(",")):
        for entry in alike(file.clocks, name):
            if entry.met_at is None:
                file.put(replace(entry, met_at=write.now))
                write.note("clocks", [entry.clock, "met", write.now.isoformat()])


def _record(file: _File, facts: Mapping[str, Any]) -> None:
    """Later facts replace earlier ones of the same name."""
    complaint = file.complaint
    file.complaint = replace(
        complaint,
        facts={**complaint.facts, **facts},
        severity=facts["severity"] if facts.get("severity") is not None else complaint.severity,
        outcome=facts["outcome"] if facts.get("outcome") is not None else complaint.outcome,
        investigator=facts["investigator"]
        if facts.get("investigator") is not None
        else complaint.investigator,
    )


def _close(file: _File, outcome: str | None, write: Write) -> None:
    """Every clock that still runs is met or missed now."""
    if file.complaint.status != "open":
        raise StateConflict("The complaint is closed already.")
    file.complaint = replace(
        file.complaint, status="closed", closed_at=write.now, due_at=None, outcome=outcome
    )
    end_open_offer(write, file.complaint)
    for entry in list(file.clocks.values()):
        if entry.met_at is None:
            file.put(replace(entry, met_at=write.now))


def _archive(file: _File, facts: Mapping[str, Any], write: Write) -> None:
    """The file is complete; `facts` say how long it is kept."""
    if file.complaint.status != "closed":
        raise StateConflict("Only a closed complaint can be archived.")
    _record(file, facts)
    file.complaint = replace(file.complaint, status="archived", archived_at=write.now)


def _write_letter(file: _File, effect: LetterEffect, write: Write, view: CaseView) -> None:
    """A letter that cannot be written whole does not meet its clock; one on paper does when it is
    posted."""
    order = LetterOrder(
        effect.template, effect.audience, effect.to, effect.variables, meets=effect.meets
    )
    keys = (write.key(), write.key())
    queued = compose_letter(
        write.connection,
        file.complaint,
        file.clocks,
        view.profile,
        order,
        bank=view.bank,
        keys=keys,
        now=write.now,
    )
    file.letters.append(queued)
    if queued.meets:
        _meet(file, queued.meets, write)
    write.note("letters", [effect.template, str(queued.key)])
