"""Calls of functions: those of FEEL and those of the product."""

from __future__ import annotations

from collections.abc import Callable

from service.bpmn.near import advice
from service.feel import BUILTINS, FeelError, compile_expression
from service.feel.tree import Node
from service.feel.values import Signature
from service.lint import signatures as s
from service.lint.kinds import Kind
from service.lint.operators import comparison
from service.lint.world import Offered, Parameter
from service.sentence import Counted, Sentence

_CONSTANT = frozenset({"duration", "date", "time", "date and time"})
Report = Callable[[str, str, str], None]


def call_builtin(
    report: Report, name: str, values: tuple[Node, ...], kinds: list[Kind], names: tuple[str, ...]
) -> Kind:
    function = BUILTINS[name]
    ways = s.fitting(function, len(values), names)
    write = Sentence("Write {text}.", text=s.how(function))
    if not ways:
        given = (
            Sentence("the arguments {names}", names=names)
            if names
            else Counted("{n} argument", "{n} arguments", len(values))
        )
        report(
            "feel-arity", Sentence("{name!r} does not take {given}", name=name, given=given), write
        )
    elif not any(_agree(name, way, names, kinds) for way in ways):
        told = ", ".join(map(str, kinds))
        report("feel-types", Sentence("{name!r} does not take {told}", name=name, told=told), write)
    elif name in _CONSTANT and not names:
        _constant(report, name, values)
    elif name == "list contains" and kinds[0].item is not None:
        issue = comparison("=", kinds[0].item, kinds[-1])
        if issue is not None:
            report(issue.code, issue.message, issue.fix)
    return s.gives(function, kinds)


def _agree(name: str, way: Signature, names: tuple[str, ...], kinds: list[Kind]) -> bool:
    wanted = s.takes(name, way, names, len(kinds))
    return all(_accepts(take, kind) for take, kind in zip(wanted, kinds, strict=True))


def _accepts(wanted: Kind, given: Kind) -> bool:
    return wanted.unknown or given.only_null or given.may(*wanted.names)


def _constant(report: Report, name: str, values: tuple[Node, ...]) -> None:
    """A date or duration written out must be one."""
    texts = [value.parts[0] for value in values if value.kind == "const"]
    if len(texts) != len(values) or not all(isinstance(each, str) for each in texts):
        return
    written = ", ".join('"' + each.replace('"', '\\"') + '"' for each in texts)
    try:
        value = compile_expression(f"{name}({written})").evaluate({})
    except FeelError:
        value = None
    if value is None:
        report(
            "feel-always-null",
            Sentence("{written} is no {name}", written=written, name=name),
            'Write "2026-01-31", "09:00:00Z", "2026-01-31T09:00:00Z" or "P3D".',
        )


def call_offered(
    report: Report,
    name: str,
    offered: Offered,
    values: tuple[Node, ...],
    kinds: list[Kind],
    names: tuple[str, ...],
) -> Kind:
    """A function of the product."""
    parameters = offered.parameters
    shown = Sentence("Write {name}({names}).", name=name, names=[each.name for each in parameters])
    known = [each.name for each in parameters]
    if len(values) != len(parameters) or (names and set(names) != set(known)):
        report(
            "feel-arity",
            Sentence(
                "{name!r} takes {count} arguments, not {count2}",
                name=name,
                count=len(parameters),
                count2=len(values),
            ),
            shown,
        )
        return offered.result
    order = [known.index(each) for each in names] if names else range(len(parameters))
    for at, kind in zip(order, kinds, strict=True):
        _argument(report, name, parameters[at], kind, shown)
    return offered.result


def _argument(report: Report, name: str, parameter: Parameter, kind: Kind, shown: str) -> None:
    if not _accepts(parameter.kind, kind):
        report(
            "feel-types",
            Sentence(
                "{name!r} of {name2!r} is {kind}, not {kind2}",
                name=parameter.name,
                name2=name,
                kind=parameter.kind,
                kind2=kind,
            ),
            shown,
        )
        return
    for each in sorted(kind.texts or ()) if parameter.texts is not None else ():
        if each not in (parameter.texts or ()):
            report(
                f"data-unknown-{parameter.what or 'value'}",
                Sentence("there is no {what} {each!r}", what=parameter.what or "value", each=each),
                advice(each, parameter.texts or ()),
            )
