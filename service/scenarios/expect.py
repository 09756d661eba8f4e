"""What was to be seen, compared with what was: one sentence for each difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.engine import changes as c
from service.engine import inspect
from service.scenarios.case import VirtualCase
from service.sentence import Sentence


def compare(case: VirtualCase, then: Mapping[str, Any]) -> list[str]:
    """Every difference; none when the case did what the scenario says."""
    return [problem for key, wanted in then.items() for problem in _CHECKS[key](case, wanted)]


def _path(case: VirtualCase, wanted: Any) -> Iterator[str]:
    """These elements, in this order; others may come between."""
    entered = iter(_entered(case))
    for element in wanted:
        if not any(element == each for each in entered):
            yield Sentence(
                "path: expected {element} (in the order given), which was not come to",
                element=element,
            )
            return


def _never(case: VirtualCase, wanted: Any) -> Iterator[str]:
    entered = set(_entered(case))
    for element in wanted:
        if element in entered:
            yield Sentence("never: {element} was come to", element=element)


def _letters(case: VirtualCase, wanted: Any) -> Iterator[str]:
    """Exactly these letters to the customer, in this order."""
    sent = [letter for letter in case.letters if not letter.startswith("notice to ")]
    if sent != list(wanted):
        yield Sentence(
            "letters: expected {wanted!s}, found {sent!s}", wanted=list(wanted), sent=sent
        )


def _decisions(case: VirtualCase, wanted: Any) -> Iterator[str]:
    """For each decision named: the value it came to, or the rule that matched, the last time it was
    asked."""
    made = {
        change.decision_id: change.record
        for change in case.done
        if isinstance(change, c.DecisionMade)
    }
    for decision, value in wanted.items():
        record = made.get(decision)
        if record is None:
            yield Sentence("decisions: {decision} was not asked", decision=decision)
            continue
        rules = [rule["rule"] for each in record["evaluated"] for rule in each["rules"]]
        if record["result"] != value and value not in rules:
            by = ", ".join(rules) or "no rule"
            yield Sentence(
                "decisions: {decision}: expected {value!r}, found {given!r} by {by}",
                decision=decision,
                value=value,
                given=record["result"],
                by=by,
            )


def _end(case: VirtualCase, wanted: Any) -> Iterator[str]:
    ends = [change.end_elements for change in case.done if isinstance(change, c.InstanceEnded)]
    found = list(ends[-1]) if ends else []
    if not ends:
        waiting = sorted(each.element_id for each in case.open.values())
        yield Sentence(
            "end: expected {wanted!s}, but the case goes on; open: {names}",
            wanted=wanted,
            names=waiting,
        )
    elif sorted(found) != sorted(wanted):
        yield Sentence(
            "end: expected {wanted!s}, found {found!s}", wanted=sorted(wanted), found=sorted(found)
        )


def _open(case: VirtualCase, wanted: Any) -> Iterator[str]:
    found = sorted(each.element_id for each in case.waiting(c.TaskCreated))
    if found != sorted(wanted):
        yield Sentence(
            "open: expected the tasks {wanted!s}, found {found!s}",
            wanted=sorted(wanted),
            found=found,
        )


def _waits(case: VirtualCase, wanted: Any) -> Iterator[str]:
    """These timers and messages are waited for, among others."""
    waiting = {each.element_id for each in case.open.values()}
    for element in wanted:
        if element not in waiting:
            yield (
                Sentence(
                    "waits: nothing waits at {element}; open: {names}",
                    element=element,
                    names=", ".join(sorted(waiting)) or "nothing",
                )
            )


def _variables(case: VirtualCase, wanted: Any) -> Iterator[str]:
    assert case.state is not None
    found = inspect(case.bundle, case.state).variables.get("", {})
    for name, value in wanted.items():
        if found.get(name) != value:
            yield Sentence(
                "variables: {name}: expected {value!r}, found {given!r}",
                name=name,
                value=value,
                given=found.get(name),
            )


def _status(case: VirtualCase, wanted: Any) -> Iterator[str]:
    of = case.complaint or case.emergency
    if of is None or of.status != wanted:
        yield (
            Sentence(
                "status: expected {wanted}, found {status}",
                wanted=wanted,
                status=of.status if of else Sentence("neither a complaint nor an emergency"),
            )
        )


def _entered(case: VirtualCase) -> list[str]:
    return [change.element_id for change in case.done if isinstance(change, c.ElementEntered)]


_CHECKS: Mapping[str, Callable[[VirtualCase, Any], Iterator[str]]] = {
    "path": _path,
    "never": _never,
    "letters": _letters,
    "decisions": _decisions,
    "end": _end,
    "open": _open,
    "waits": _waits,
    "variables": _variables,
    "status": _status,
}
