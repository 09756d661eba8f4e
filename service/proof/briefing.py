"""Nobody decides blind: that what a user task needs is shown on its page, on every way to it.

`briefing-blind` names what is not shown, the task, and the way; `briefing-unknown` a card that is
none; `briefing-nothing` one that nothing on any way would fill; `briefing-exempt`, a warning, what
the owner leaves out and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from service.bpmn.briefing import (
    ANSWERS,
    CARDS,
    PROPERTY,
    VALUE,
    Briefing,
    named,
    read_briefing,
)
from service.bpmn.model import Element, Process
from service.errors import Problem, Severity
from service.proof.briefing_needs import ANYTHING, Derivation, Need
from service.proof.briefing_origins import From, Origin
from service.proof.briefing_reads import fields_of
from service.sentence import Sentence

ABOUT = frozenset(each.start for each in CARDS.values() if each.start)
"""Processes that are about something a card shows whole."""
WHOLE = frozenset({From.FUNCTION, From.MESSAGE, From.START})
"""What a named card shows together with more."""


def check_briefings(derivation: Derivation) -> list[Problem]:
    """Every problem of the briefings that owners wrote; others have the derived cards."""
    found: list[Problem] = []
    for process in derivation.ways.processes.values():
        for element in process.elements.values():
            if element.kind == "userTask" and PROPERTY in element.properties:
                found += _check(derivation, process, element)
    return found


def cards_of(derivation: Derivation, process: str, element: Element) -> tuple[str, ...]:
    """The cards of a task: the owner's, else those that its needs are derived to."""
    text = element.properties.get(PROPERTY)
    if text is not None:
        return read_briefing(text).cards
    briefing = Briefing()
    cards: dict[str, None] = {}
    needs = derivation.needs(process, element.id)
    for need in sorted(needs, key=lambda each: each.origin.kind not in WHOLE):
        if not _is_shown(derivation, element, briefing, need.origin):
            cards[_card_for(need.origin)] = None
            briefing = Briefing(tuple(cards))
    return tuple(cards)


def _check(derivation: Derivation, process: Process, element: Element) -> Iterator[Problem]:
    briefing = read_briefing(element.properties[PROPERTY])
    for part in briefing.wrong:
        yield _problem(
            "briefing-unknown",
            process,
            element,
            Sentence("the briefing names {part!r}, which is no card", part=part),
            Sentence(
                "Use {cards}, answers:TASK, value:VARIABLE or without:NAME (reason).",
                cards=tuple(CARDS),
            ),
        )
    needs = derivation.needs(process.id, element.id)
    needed = frozenset(need.origin.name for need in needs)
    yield from _unfilled(derivation, process, element, briefing, needed=needed)
    for name, reason in briefing.exempt.items():
        yield _problem(
            "briefing-exempt",
            process,
            element,
            Sentence("{name!r} is left out of the briefing: {reason}", name=name, reason=reason),
            "Compliance decides on it in the review.",
            severity=Severity.WARNING,
        )
    for need in needs:
        if need.origin.name not in briefing.exempt and not _is_shown(
            derivation, element, briefing, need.origin
        ):
            yield _blind(process, element, need)
    if not derivation.whole:
        yield _problem(
            "briefing-not-proved",
            process,
            element,
            "the diagrams have too many ways to prove that what is needed is shown",
            "Divide them into processes that call each other less.",
            severity=Severity.WARNING,
        )


def _unfilled(
    derivation: Derivation,
    process: Process,
    element: Element,
    briefing: Briefing,
    *,
    needed: frozenset[str],
) -> Iterator[Problem]:
    """Cards of answers and variables that no way to the task gives."""
    tasks = {
        each.id: key
        for key, known in derivation.ways.processes.items()
        for each in known.elements.values()
        if each.kind == "userTask"
    }
    empty = [f"{ANSWERS}:{name}" for name in named(ANSWERS, briefing.cards) if name not in tasks]
    empty += [
        f"{VALUE}:{name}"
        for name in named(VALUE, briefing.cards)
        if name not in needed and not derivation.produced(process.id, element.id, name)
    ]
    for card in empty:
        yield _problem(
            "briefing-nothing",
            process,
            element,
            Sentence(
                "the briefing names {card!r}, which nothing on any way to the task gives",
                card=card,
            ),
            "Name a user task, or a variable that is there.",
        )


def _is_shown(derivation: Derivation, element: Element, briefing: Briefing, origin: Origin) -> bool:
    known = derivation.known
    shows = [CARDS[card] for card in briefing.cards if card in CARDS]
    names = {*named(VALUE, briefing.cards), *fields_of(element, known)}
    names |= {name for each in shows for name in each.variables}
    match origin.kind:
        case From.ANSWER:
            answered = {element.id, *named(ANSWERS, briefing.cards)}
            form = _form_of(derivation, origin.name)
            forms = chain.from_iterable(each.forms for each in shows)
            return origin.name in answered or form in forms
        case From.MESSAGE:
            return any(each.words for each in shows)
        case From.FUNCTION:
            return any(origin.name in each.functions for each in shows)
        case From.START:
            return origin.name in names or any(each.start == origin.root for each in shows)
        case _:
            return origin.name in names


def _form_of(derivation: Derivation, task: str) -> str:
    for process in derivation.ways.processes.values():
        if task in process.elements:
            return process.elements[task].form_id or ""
    return ""


def _card_for(origin: Origin) -> str:
    """The card that shows what the owner said nothing about."""
    if origin.kind is From.ANSWER:
        return f"{ANSWERS}:{origin.name}"
    for card, each in CARDS.items():
        start = origin.kind is From.START and each.start == origin.root
        if start or (origin.kind is From.MESSAGE and each.words):
            return card
        if origin.kind is From.FUNCTION and origin.name in each.functions:
            return card
    return f"{VALUE}:{origin.name}"


def _blind(process: Process, element: Element, need: Need) -> Problem:
    origin = need.origin
    return Problem(
        "briefing-blind",
        process.file,
        element.line,
        element.id,
        Sentence(
            "{task} is decided blind: its page does not show {what}, which matters at {reader}",
            task=element.name or element.id,
            what=_what(origin),
            reader=need.reader,
        ),
        Sentence(
            "Add {card!r} to the property {name}, a read-only field to the form, or "
            "without:{what} (reason).",
            card=_card_for(origin),
            name=PROPERTY,
            what=origin.name,
        ),
        path=need.path,
    )


def _what(origin: Origin) -> Sentence:
    if origin.name == ANYTHING:
        return Sentence("what {root!r} was started about", root=origin.root)
    match origin.kind:
        case From.ANSWER:
            return Sentence("the answers of {name!r}", name=origin.name)
        case From.MESSAGE:
            return Sentence("what came with the message {name!r}", name=origin.name)
        case From.FUNCTION:
            return Sentence("what {name!r} tells", name=origin.name)
        case From.START:
            return Sentence(
                "{name!r}, which {root!r} was started with", name=origin.name, root=origin.root
            )
        case _:
            return Sentence("{name!r}", name=origin.name)


def _problem(
    code: str,
    process: Process,
    element: Element,
    message: str,
    fix: str,
    *,
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(code, process.file, element.line, element.id, message, fix, severity)
