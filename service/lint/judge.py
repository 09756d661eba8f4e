"""The kind of value that an expression has, told from its tree, and every issue on the way."""

from __future__ import annotations

from collections.abc import Iterable

from service.bpmn.near import advice
from service.errors import Severity
from service.feel import BUILTINS
from service.feel.tree import Node
from service.lint import signatures as s
from service.lint.calls import call_builtin, call_offered
from service.lint.impossible import contradiction
from service.lint.kinds import ANY, Kind, join, list_of, nullable, of, without_null
from service.lint.looking import KINDS, Judge, note, truth
from service.lint.operators import arithmetic, comparison
from service.lint.scope import Scope
from service.lint.values import (
    constant,
    context_kind,
    function,
    list_kind,
    moment,
    name_of,
    part_of,
    range_kind,
)
from service.sentence import Sentence

__all__ = ["Judge", "truth"]


def _filter(judge: Judge, node: Node) -> Kind:
    source = judge.kind(node.parts[0])
    item = source.item or ANY
    names = {"item": item, **dict(item.entries or ())}
    inner = judge.within(names)
    if item.unknown or item.entries is None:  # its entries may be read by their names alone
        inner.scope = Scope(inner.scope.names, open=True)
    inner.kind(node.parts[1])
    return ANY


def _if(judge: Judge, node: Node) -> Kind:
    condition, chosen, other = node.parts
    truth(judge, condition, "the condition of the if")
    name, if_null = _null_test(condition)
    kinds = []
    for branch, is_null in ((chosen, if_null), (other, not if_null)):
        found = judge.scope.names.get(name) if name else None
        inner = judge
        if found is not None and not is_null:
            inner = judge.within({name: without_null(found)})
        kinds.append(inner.kind(branch))
    one, other = kinds
    if one.solid and other.solid and not (one.unknown or other.unknown or one.solid & other.solid):
        judge.report(
            "feel-mixed-kinds",
            Sentence(
                "the value is {one} in one case and {other} in the other", one=one, other=other
            ),
            "Give both branches of the if the same kind of value.",
            Severity.WARNING,
        )
    return join(one, other)


def _null_test(node: Node) -> tuple[str, bool]:
    """The variable that is asked to be null (or not to be), and which of both."""
    if node.kind == "binary" and node.parts[0] in ("=", "!="):
        sign, left, right = node.parts
        if left.kind == "name" and right.kind == "const" and right.parts[0] is None:
            return str(left.parts[0]), sign == "="
    return "", True


def _for(judge: Judge, node: Node) -> Kind:
    inner = _bound(judge, node.parts[0]).within({"partial": ANY})
    return list_of(inner.kind(node.parts[1]))


def _quantified(judge: Judge, node: Node) -> Kind:
    inner = _bound(judge, node.parts[0])
    truth(inner, node.parts[1], Sentence("what {kind} asks", kind=node.kind))
    return of("boolean")


def _bound(judge: Judge, bindings: Iterable[tuple[str, Node]]) -> Judge:
    for name, source in bindings:
        judge = judge.within({name: _item(judge, source)})
    return judge


def _item(judge: Judge, source: Node) -> Kind:
    if source.kind == "steps":
        for end in source.parts:
            judge.kind(end)
        return ANY
    found = judge.kind(source)
    if "list" in found.names:
        return found.item or ANY
    return ANY


def _negate(judge: Judge, node: Node) -> Kind:
    found = judge.kind(node.parts[0])
    if not found.may("number", *s.SPANS) and not found.only_null:
        judge.report("feel-types", Sentence("{found} has no negative", found=found), "Correct it.")
    return found


def _between(judge: Judge, node: Node) -> Kind:
    value, low, high = (judge.kind(part) for part in node.parts)
    for end in (low, high):
        note(judge, comparison("<=", value, end))
    if (issue := contradiction(node)) is not None:
        judge.issues.append(issue)
    return of("boolean")


def _instance(judge: Judge, node: Node) -> Kind:
    judge.kind(node.parts[0])
    return of("boolean")


def _in(judge: Judge, node: Node) -> Kind:
    value = judge.kind(node.parts[0])
    for test in node.parts[1].parts:
        _test(judge, value, test)
    return of("boolean")


def _test(judge: Judge, value: Kind, test: Node) -> None:
    """One unary test of a value."""
    inner = judge.within({"?": value})
    if test.kind == "compare-test":
        sign, right = test.parts
        note(judge, comparison(sign, value, inner.kind(right)))
    elif test.kind == "value-test":
        found = inner.kind(test.parts[0])
        if test.parts[0].kind == "const":
            note(judge, comparison("=", value, found))


def _binary(judge: Judge, node: Node) -> Kind:
    sign, left, right = node.parts
    if sign in ("and", "or"):
        for part in (left, right):
            found = judge.kind(part)
            if not found.may("boolean") and not found.only_null:
                message = Sentence(
                    "{sign} joins conditions, and {found} is none", sign=sign, found=found
                )
                judge.report("feel-types", message, "Compare it with a value.")
        return of("boolean")
    kinds = judge.kind(left), judge.kind(right)
    if sign in ("=", "!=", "<", "<=", ">", ">="):
        note(judge, comparison(sign, *kinds))
        return of("boolean")
    found, issue = arithmetic(sign, *kinds)
    note(judge, issue)
    return nullable(found) if "null" in kinds[0].names | kinds[1].names else found


def _call(judge: Judge, node: Node) -> Kind:
    callee, values, names = node.parts
    kinds = [judge.kind(value) for value in values]
    if callee.kind != "name":
        judge.kind(callee)
        return ANY
    name = str(callee.parts[0])
    if judge.scope.names.get(name) is not None:
        judge.read.add(name)
        return ANY
    offered = judge.world.functions.get(name)
    if offered is not None:
        return call_offered(judge.report, name, offered, values, kinds, names)
    if name in BUILTINS:
        return call_builtin(judge.report, name, values, kinds, names)
    known = (*BUILTINS, *judge.world.functions)
    judge.report(
        "feel-unknown-function",
        Sentence("there is no function {name!r}", name=name),
        advice(name, known),
    )
    return ANY


KINDS |= {
    "const": constant,
    "at": moment,
    "name": name_of,
    "path": part_of,
    "filter": _filter,
    "call": _call,
    "if": _if,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
    "function": function,
    "binary": _binary,
    "negate": _negate,
    "between": _between,
    "in": _in,
    "instance": _instance,
    "list": list_kind,
    "context": context_kind,
    "range": range_kind,
    "unary-range": range_kind,
}
