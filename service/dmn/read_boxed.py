"""Reads boxed expressions: everything that can stand as the logic of a decision.

Names of elements are the same in DMN 1.1 to 1.5, so only the local name is looked at here; `read`
has checked that the namespace is one of DMN's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from service.dmn import parts
from service.dmn.parts import Boxed, Place, Variable


def local(element: etree._Element) -> str:
    """The element's name without its namespace, or "" for what belongs to another vocabulary."""
    name = etree.QName(element)
    return name.localname if "/DMN/" in (name.namespace or "") else ""


def place(element: etree._Element) -> Place:
    return Place(id=element.get("id", ""), line=int(element.sourceline or 0))


def child(element: etree._Element, name: str) -> etree._Element | None:
    return next((each for each in element if local(each) == name), None)


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in element if local(each) == name)


def text_of(element: etree._Element | None) -> str:
    """The `text` inside a literal expression, unary tests or cell, without surrounding blanks."""
    inner = None if element is None else child(element, "text")
    return ("".join(inner.itertext()) if inner is not None else "").strip()


def plain(element: etree._Element | None) -> str:
    return ("".join(element.itertext()) if element is not None else "").strip()


def name_of(element: etree._Element) -> str:
    """A name with its blanks made single, as the standard compares them."""
    return " ".join(element.get("name", "").split())


def type_ref(element: etree._Element) -> str:
    """An attribute since DMN 1.2, a child of item definitions in every version."""
    return " ".join((element.get("typeRef") or plain(child(element, "typeRef"))).split())


def variable(element: etree._Element) -> Variable:
    return Variable(name=name_of(element), type_ref=type_ref(element), place=place(element))


def find_boxed(parent: etree._Element | None) -> Boxed | None:
    """The first boxed expression directly inside `parent`."""
    if parent is None:
        return None
    return next((read_boxed(each) for each in parent if local(each) in _READERS), None)


def read_boxed(element: etree._Element) -> Boxed:
    return _READERS[local(element)](element)


def read_literal(element: etree._Element) -> parts.Literal:
    language = element.get("expressionLanguage", "")
    return parts.Literal(place(element), type_ref(element), text_of(element), language)


def _read_context(element: etree._Element) -> parts.Context:
    entries = []
    for entry in children(element, "contextEntry"):
        slot = child(entry, "variable")
        entries.append((variable(slot) if slot is not None else None, find_boxed(entry)))
    return parts.Context(place(element), type_ref(element), tuple(entries))


def _read_invocation(element: etree._Element) -> parts.Invocation:
    bindings = []
    for binding in children(element, "binding"):
        slot = child(binding, "parameter")
        if slot is not None:
            bindings.append((variable(slot), find_boxed(binding)))
    return parts.Invocation(place(element), type_ref(element), find_boxed(element), tuple(bindings))


def _read_list(element: etree._Element) -> parts.Items:
    items = tuple(read_boxed(each) for each in element if local(each) in _READERS)
    return parts.Items(place(element), type_ref(element), items)


def _read_relation(element: etree._Element) -> parts.Relation:
    columns = tuple(variable(column) for column in children(element, "column"))
    rows = tuple(
        tuple(read_boxed(each) for each in row if local(each) in _READERS)
        for row in children(element, "row")
    )
    return parts.Relation(place(element), type_ref(element), columns, rows)


def read_function(element: etree._Element) -> parts.Function:
    kind = element.get("kind", "FEEL")
    parameters = tuple(variable(each) for each in children(element, "formalParameter"))
    return parts.Function(place(element), type_ref(element), kind, parameters, find_boxed(element))


def _read_conditional(element: etree._Element) -> parts.Conditional:
    test, then, otherwise = (find_boxed(child(element, name)) for name in ("if", "then", "else"))
    return parts.Conditional(place(element), type_ref(element), test, then, otherwise)


def _read_filter(element: etree._Element) -> parts.Filter:
    source, match = (find_boxed(child(element, name)) for name in ("in", "match"))
    return parts.Filter(place(element), type_ref(element), source, match)


def _read_iterator(element: etree._Element) -> parts.Iterator:
    kind = local(element)
    source = child(element, "in")
    return parts.Iterator(
        place(element),
        type_ref(element),
        kind,
        " ".join(element.get("iteratorVariable", "").split()),
        find_boxed(source),
        type_ref(source) if source is not None else "",
        find_boxed(child(element, "return" if kind == "for" else "satisfies")),
    )


def _read_table(element: etree._Element) -> parts.Table:
    return parts.Table(
        place=place(element),
        type_ref=type_ref(element),
        hit_policy=parts.HitPolicy(element.get("hitPolicy", "UNIQUE")),
        aggregation=element.get("aggregation", ""),
        label=element.get("outputLabel", ""),
        inputs=tuple(_read_input(each) for each in children(element, "input")),
        outputs=tuple(_read_output(each) for each in children(element, "output")),
        rules=tuple(_read_rule(each) for each in children(element, "rule")),
    )


def _read_input(element: etree._Element) -> parts.InputClause:
    inner = child(element, "inputExpression")
    expression = parts.Literal(place(element), "", "") if inner is None else read_literal(inner)
    allowed = text_of(child(element, "inputValues"))
    return parts.InputClause(place(element), element.get("label", ""), expression, allowed)


def _read_output(element: etree._Element) -> parts.OutputClause:
    default = child(element, "defaultOutputEntry")
    return parts.OutputClause(
        place(element),
        name_of(element),
        element.get("label", ""),
        type_ref(element),
        text_of(child(element, "outputValues")),
        None if default is None or not text_of(default) else read_literal(default),
    )


def _read_rule(element: etree._Element) -> parts.Rule:
    def cells(name: str) -> tuple[parts.Cell, ...]:
        return tuple(parts.Cell(place(each), text_of(each)) for each in children(element, name))

    words = plain(child(element, "description"))
    return parts.Rule(place(element), cells("inputEntry"), cells("outputEntry"), words)


_READERS: dict[str, Callable[[etree._Element], Boxed]] = {
    "literalExpression": read_literal,
    "context": _read_context,
    "invocation": _read_invocation,
    "list": _read_list,
    "relation": _read_relation,
    "functionDefinition": read_function,
    "conditional": _read_conditional,
    "filter": _read_filter,
    "for": _read_iterator,
    "some": _read_iterator,
    "every": _read_iterator,
    "decisionTable": _read_table,
}
