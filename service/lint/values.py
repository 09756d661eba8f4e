"""The kinds of values, names and parts of values."""

from __future__ import annotations

from service.bpmn.near import advice
from service.feel import BUILTINS
from service.feel.tree import Node
from service.lint import signatures as s
from service.lint.kinds import ANY, NULL, Kind, context, join_all, list_of, nullable, of, text
from service.lint.looking import Judge
from service.sentence import Sentence

_TEMPORAL_PARTS = frozenset(
    {
        "year",
        "month",
        "day",
        "weekday",
        "hour",
        "minute",
        "second",
        "timezone",
        "time offset",
        "days",
        "hours",
        "minutes",
        "seconds",
        "years",
        "months",
    }
)


def constant(judge: Judge, node: Node) -> Kind:
    value = node.parts[0]
    if value is None:
        return NULL
    if isinstance(value, bool):
        return of("boolean")
    return text(value) if isinstance(value, str) else of("number")


def moment(judge: Judge, node: Node) -> Kind:
    written = str(node.parts[0])
    if written.lstrip("-").startswith("P"):
        return of(*s.SPANS)
    if "T" in written[1:]:
        return of(s.MOMENT)
    return of(s.TIME) if ":" in written or written.startswith("T") else of(s.DAY)


def name_of(judge: Judge, node: Node) -> Kind:
    name = str(node.parts[0])
    judge.read.add(name)
    found = judge.scope.find(name)
    if found is not None:
        return found
    if name in BUILTINS or name in judge.world.functions or name == "?":
        return of("function") if name != "?" else ANY
    if name in judge.scope.later:
        judge.report(
            "data-read-before-written",
            Sentence(
                "{name!r} is written only further on: here it is null on every path", name=name
            ),
            "Write it before, or read it after.",
        )
        return NULL
    fix = advice(name, judge.scope.known, otherwise=Sentence("Write it before it is read."))
    judge.report(
        "data-unknown-variable", Sentence("nothing writes a variable {name!r}", name=name), fix
    )
    return judge.absent


def part_of(judge: Judge, node: Node) -> Kind:
    source, name = judge.kind(node.parts[0]), str(node.parts[1])
    if source.unknown or source.only_null or "range" in source.names:
        return ANY
    if "list" in source.names:
        return ANY
    if "context" in source.names:
        return _entry(judge, source, name)
    if source.solid & set(s.TEMPORAL):
        if name not in _TEMPORAL_PARTS:
            judge.report(
                "data-unknown-part",
                Sentence("{source} has no {name!r}", source=source, name=name),
                "Correct it.",
            )
        return ANY
    fix = "Read the value itself, or a part of another variable."
    judge.report(
        "data-unknown-part",
        Sentence("{source} has no parts, such as {name!r}", source=source, name=name),
        fix,
    )
    return ANY


def _entry(judge: Judge, source: Kind, name: str) -> Kind:
    if source.entries is None:
        return ANY
    found = source.part(name)
    if found is None:
        known = [each for each, _ in source.entries]
        message = Sentence(
            "there is no {name!r} among {names}",
            name=name,
            names=", ".join(known[:8]) or Sentence("its parts"),
        )
        judge.report("data-unknown-part", message, advice(name, known))
        return ANY
    return nullable(found) if "null" in source.names else found


def function(judge: Judge, node: Node) -> Kind:
    names, _, external, body = node.parts
    if not external:
        judge.within(dict.fromkeys(names, ANY)).kind(body)
    return of("function")


def list_kind(judge: Judge, node: Node) -> Kind:
    kinds = [judge.kind(part) for part in node.parts]
    return list_of(join_all(kinds)) if kinds else of("list")


def context_kind(judge: Judge, node: Node) -> Kind:
    entries: dict[str, Kind] = {}
    for name, value in node.parts:
        entries[str(name)] = judge.within(entries).kind(value)
    return context(entries)


def range_kind(judge: Judge, node: Node) -> Kind:
    for part in node.parts:
        if isinstance(part, Node):
            judge.kind(part)
    return of("range")
