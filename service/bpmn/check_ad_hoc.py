"""What is wrong with an ad-hoc sub-process, by Camunda's rules."""

from __future__ import annotations

from collections.abc import Iterator

from service.bpmn import names as n
from service.bpmn.finding import Finding, error
from service.bpmn.model import Element, Process
from service.bpmn.reach import reached_from
from service.bpmn.read_ad_hoc import CODE
from service.feel import Expression, FeelError, to_json
from service.sentence import Sentence


def check_ad_hoc(process: Process, host: Element) -> Iterator[Finding]:
    """What an ad-hoc sub-process holds: activities, with neither start nor end events, nor event
    sub-processes; and what may begin in it is what its list names."""
    inside = process.children.get(host.id, ())
    if not any(each.kind in n.ACTIVITIES for each in inside):
        yield error(CODE, "there is nothing to do in this ad-hoc sub-process", "Draw an activity.")
    for each in inside:
        if each.kind in ("startEvent", "endEvent") or each.triggered_by_event:
            yield error(
                CODE,
                Sentence(
                    "{id} is a {kind}: an ad-hoc sub-process has no start events, no end events "
                    "and no event sub-processes",
                    id=each.id,
                    kind=each.kind,
                ),
                "Remove it: what no flow leads to can begin by itself.",
            )
    if host.loop is not None:
        yield error(
            CODE,
            "an ad-hoc sub-process cannot be done for each of many items",
            "Put it into a sub-process that is.",
        )
    if host.job_type is not None:
        yield error(
            CODE,
            "a worker cannot decide what begins in an ad-hoc sub-process",
            "Give activeElementsCollection an expression, or let people or programs activate.",
        )
    yield from _active(process, host)
    yield from _joins(process, host)


def _active(process: Process, host: Element) -> Iterator[Finding]:
    """The list of what begins, where it can be told without data."""
    active = host.ad_hoc.active if host.ad_hoc is not None else None
    if active is None:
        return
    if active.expression is None:
        yield error(
            "feel-missing-equals",
            Sentence("the expression {text!r} does not begin with =", text=active.source[:80]),
            Sentence("Write ={text}.", text=active.source[:80]),
        )
        return
    known = [each.id for each in process.choices(host.id)]
    for name in _literal(active.expression):
        if name not in known:
            yield error(
                CODE,
                Sentence("{name!r} cannot begin in this ad-hoc sub-process", name=str(name)[:80]),
                Sentence("Name one of {known}.", known=known),
            )


def _literal(expression: Expression) -> list[object]:
    """The ids that a list without variables names."""
    if expression.names:
        return []
    try:
        found = to_json(expression.evaluate({}, now=n.SOME_DAY))
    except FeelError:
        return []
    return list(found) if isinstance(found, list) else [found]


def _joins(process: Process, host: Element) -> Iterator[Finding]:
    """What begins on its own is a scope of its own: a join waits for tokens of the same one."""
    choices = [(each.id, reached_from(process, each)) for each in process.choices(host.id)]
    for join in process.children.get(host.id, ()):
        if join.kind != "parallelGateway" or len(join.incoming) < 2:
            continue
        sources = _before(process, join)
        halves = [start for start, seen in choices if sources & seen and sources - seen]
        if halves:
            yield error(
                CODE,
                Sentence(
                    "{id} waits for ever when {start} begins: each element that begins in an "
                    "ad-hoc sub-process goes on by itself",
                    id=join.id,
                    start=halves[0],
                ),
                "Put what belongs together into a sub-process.",
            )


def _before(process: Process, element: Element) -> set[str]:
    """The elements of its scope from which a flow leads to an element."""
    siblings = process.children.get(element.scope, ())
    return {
        each.id for each in siblings if any(flow.target == element.id for flow in each.outgoing)
    }
