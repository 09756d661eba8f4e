"""Nobody decides blind: what a user task needs is derived from the diagrams, and a briefing that
leaves any of it out is found, for every user task of the shipped procedure, with the way."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import pytest

from service.bpmn.briefing import CARDS, PROPERTY, read_briefing
from service.definitions import shipped_files
from service.engine.parts import Parts, read_parts
from service.errors import Problem
from service.operations.find_blind import needs_of
from service.proof.briefing import cards_of, check_briefings

FILES = shipped_files()
PARTS = read_parts(FILES)[0]
TASKS = sorted(
    (process.id, element.id)
    for process in PARTS.processes.values()
    for element in process.elements.values()
    if element.kind == "userTask"
)


def problems(parts: Parts) -> list[Problem]:
    return check_briefings(needs_of(parts, FILES))


def with_briefing(process: str, element: str, value: str | None) -> Parts:
    """The shipped diagrams with another briefing of one task, or none."""
    owner = PARTS.processes[process]
    properties = {k: v for k, v in owner.elements[element].properties.items() if k != PROPERTY}
    more = {} if value is None else {PROPERTY: value}
    changed = replace(owner.elements[element], properties=properties | more)
    elements = {**owner.elements, element: changed}
    processes = {**PARTS.processes, process: replace(owner, elements=elements)}
    return Parts(processes, PARTS.decisions, PARTS.forms)


def without_field(form: str, name: str) -> Parts:
    """The shipped diagrams with a form that has one field fewer."""
    fewer = deepcopy(PARTS.forms[form])
    del fewer["schema"]["properties"][name]
    return Parts(PARTS.processes, PARTS.decisions, {**PARTS.forms, form: fewer})


def test_the_shipped_procedure_shows_all_that_is_needed_without_exemptions() -> None:
    assert problems(PARTS) == []
    written = {
        element.id
        for process in PARTS.processes.values()
        for element in process.elements.values()
        if PROPERTY in element.properties
    }
    assert written == {element for _, element in TASKS}


@pytest.mark.parametrize(("process", "element"), TASKS)
def test_every_task_needs_something_and_its_loss_is_found(process: str, element: str) -> None:
    """Cards that the proof needs, and read-only fields of the form, are taken away one by one."""
    owner = PARTS.processes[process].elements[element]
    cards = read_briefing(owner.properties[PROPERTY]).cards
    form = PARTS.forms.get(owner.form_id or "", {"schema": {"properties": {}}})
    blind = list(_blind_without_a_card(process, element, cards))
    for name, each in form["schema"]["properties"].items():
        if each.get("readOnly"):
            found = problems(without_field(str(owner.form_id), name))
            blind += [p for p in found if p.element == element and repr(name) in p.message]
    assert blind
    assert all(p.code == "briefing-blind" and p.path and p.line for p in blind)
    assert all(p.path[-1] == element or p.path[0] == element for p in blind)


def _blind_without_a_card(process: str, element: str, cards: tuple[str, ...]) -> Iterator[Problem]:
    for card in cards:
        left = "; ".join(each for each in cards if each != card)
        yield from (
            p for p in problems(with_briefing(process, element, left)) if p.element == element
        )


@pytest.mark.parametrize(("process", "element"), TASKS)
def test_what_the_owner_says_nothing_about_is_shown(process: str, element: str) -> None:
    derivation = needs_of(with_briefing(process, element, None), FILES)
    cards = cards_of(derivation, process, derivation.ways.processes[process].elements[element])
    found = problems(with_briefing(process, element, "; ".join(cards)))
    assert [problem for problem in found if problem.element == element] == []


def test_who_approves_has_to_see_the_proposal() -> None:
    [*found] = problems(with_briefing("decide-solution", "approve-solution", "finding; customer"))
    said = " ".join(p.message for p in found)
    assert "the answers of 'propose-solution'" in said and "'earlier compensation'" in said
    ways = {p.path for p in found if "'propose-solution'" in p.message}
    assert any(way[0] == "approve-solution" or way[-1] == "approve-solution" for way in ways)


def test_a_field_that_a_gateway_reads_is_missed() -> None:
    """The approval is answered in the form itself: without that field nobody could tell it."""
    found = problems(without_field("approve-solution", "approved"))
    assert "briefing-blind" not in {p.code for p in found if p.element == "approve-by-committee"}
    read_only = problems(without_field("keep-promise", "promise"))
    assert [(p.element, p.code) for p in read_only] == [("keep-promise-task", "briefing-blind")]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("proposals", "briefing-unknown"),
        ("value:", "briefing-unknown"),
        ("answers:no-such-task", "briefing-nothing"),
        ("value:neverWritten", "briefing-nothing"),
        ("without:customer", "briefing-unknown"),
    ],
)
def test_a_card_that_is_none_is_said(value: str, code: str) -> None:
    found = problems(with_briefing("check-standing", "check-proxy", f"customer; {value}"))
    assert [p.code for p in found] == [code]
    assert value.partition(" ")[0].rstrip(":") in found[0].message


def test_an_exemption_has_a_reason_that_the_review_shows() -> None:
    owner = PARTS.processes["decide-solution"].elements["approve-solution"]
    shown, left_out = owner.properties[PROPERTY], "answers:assign-investigator"
    assert left_out in shown
    value = shown.replace(left_out, "without:assign-investigator (x y)")
    [found] = problems(with_briefing("decide-solution", "approve-solution", value))
    assert (found.code, found.severity) == ("briefing-exempt", "warning")
    assert "x y" in found.message


def test_cards_are_read_in_one_syntax() -> None:
    read = read_briefing("proposal; answers:a ;value:b; without:c (of no use); ; nonsense")
    assert read.cards == ("proposal", "answers:a", "value:b")
    assert read.exempt == {"c": "of no use"} and read.wrong == ("nonsense",)
    assert len(read_briefing("; ".join(f"value:v{n}" for n in range(99))).cards) == 30
    assert set(CARDS) >= {"proposal", "finding", "question", "error", "payment", "evidence"}
