"""What an editor can offer at an element: the tables that the check itself goes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.feel import BUILTINS
from service.lint.check import Analysis
from service.lint.kinds import Kind
from service.lint.signatures import how


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to choose: a variable, function, group, clock, clause, message, form, decision,
    process or service. `detail` says its kind, its parameters or its texts."""

    what: str
    name: str
    detail: str = ""


def known_at(analysis: Analysis, process_id: str, element_id: str) -> list[Offer]:
    """Everything known at an element, variables first. The variables are those its outputs and its
    outgoing conditions can read; none for an element that no token reaches."""
    flow = analysis.flows.get(process_id)
    scope = None if flow is None else flow.done.get(element_id) or flow.entry.get(element_id)
    names = () if scope is None else sorted(scope.known)
    found = [Offer("variable", name, _told(scope.find(name))) for name in names if scope]
    return [*found, *_functions(analysis), *_names(analysis)]


def _told(kind: Kind | None) -> str:
    if kind is None or kind.unknown:
        return ""
    if kind.texts:
        return ", ".join(sorted(kind.texts))
    return str(kind)


def _functions(analysis: Analysis) -> Iterator[Offer]:
    for name, function in sorted(BUILTINS.items()):
        yield Offer("function", name, how(function))
    for name, offered in sorted(analysis.bundle.world.functions.items()):
        shown = ", ".join(each.name for each in offered.parameters)
        yield Offer("function", name, f"{name}({shown})")


def _names(analysis: Analysis) -> Iterator[Offer]:
    bundle = analysis.bundle
    for what, names in (
        ("group", bundle.world.groups),
        ("clock", bundle.world.clocks),
        ("clause", bundle.world.clauses),
        ("message", bundle.world.messages),
        ("service", bundle.world.services),
        ("form", bundle.forms),
        ("decision", bundle.models),
        ("process", bundle.processes),
    ):
        yield from (Offer(what, name) for name in sorted(names))
