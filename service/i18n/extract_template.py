"""The words of a Jinja template: whatever `_` and `_n` are called with.

Beside `_("…")` and `_n("…", "…", n)` themselves: both sides of a condition, and the texts of a
table in the template whose items are given to `_` by name
(`{% for key, label in (("a", "Word"),) %}{{ _(label) }}`).
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, nodes

_ENVIRONMENT = Environment(autoescape=True)  # parses only


def extract_template(text: str) -> Iterator[tuple[int, str | tuple[str, str]]]:
    """Line and words of one template; of `_n` both forms."""
    tree = _ENVIRONMENT.parse(text)
    yield from _forms(tree)
    for said in _said(tree):
        yield from _texts(said)
    names = _names_said(tree)
    for assigned in tree.find_all(nodes.Assign):
        if isinstance(assigned.target, nodes.Name) and assigned.target.name in names:
            yield from _values(assigned.node)
    for loop in tree.find_all(nodes.For):
        inside, several = _names_said(loop), isinstance(loop.target, nodes.Tuple)
        for place, name in enumerate(_targets(loop.target)):
            if name in inside:
                for table in _tables(tree, loop.iter):
                    yield from _items(table, place, several=several)


def _forms(tree: nodes.Template) -> Iterator[tuple[int, tuple[str, str]]]:
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_n":
            one, many = (str(each.as_const()) for each in call.args[:2])
            yield call.lineno, (one, many)


def _said(within: nodes.Node) -> Iterator[nodes.Expr]:
    """What `_` is called with."""
    for call in within.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args:
            yield call.args[0]


def _names_said(within: nodes.Node) -> set[str]:
    found: set[str] = set()
    for said in _said(within):
        found |= _names(said)
    return found


def _texts(node: nodes.Expr) -> Iterator[tuple[int, str]]:
    """The texts an expression can be."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and node.value:
        yield node.lineno, node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _texts(node.expr1)
        if node.expr2 is not None:
            yield from _texts(node.expr2)
    elif isinstance(node, nodes.Or | nodes.And):
        yield from _texts(node.left)
        yield from _texts(node.right)
    elif isinstance(node, nodes.Getitem):
        yield from _values(node.node)


def _values(node: nodes.Node) -> Iterator[tuple[int, str]]:
    """The texts of a table written in the template: the values of a mapping, the items of a list
    or, where these are pairs, the second of each."""
    if isinstance(node, nodes.Dict):
        for pair in node.items:
            yield from _texts(pair.value)
    elif isinstance(node, nodes.List | nodes.Tuple):
        for item in node.items:
            yield from _texts(item.items[1] if isinstance(item, nodes.Tuple) else item)
    elif isinstance(node, nodes.Expr):
        yield from _texts(node)


def _items(node: nodes.Node, place: int, *, several: bool) -> Iterator[tuple[int, str]]:
    """What stands at a place of each item that a loop goes through."""
    if isinstance(node, nodes.List | nodes.Tuple):
        for item in node.items:
            if not several:
                yield from _texts(item)
            elif isinstance(item, nodes.Tuple | nodes.List) and place < len(item.items):
                yield from _texts(item.items[place])


def _tables(tree: nodes.Template, gone_through: nodes.Node) -> Iterator[nodes.Node]:
    """What a loop goes through: itself, or what its name was set to."""
    if not isinstance(gone_through, nodes.Name):
        yield gone_through
        return
    for assigned in tree.find_all(nodes.Assign):
        if isinstance(assigned.target, nodes.Name) and assigned.target.name == gone_through.name:
            yield assigned.node


def _names(node: nodes.Node) -> set[str]:
    """The variables whose content is said: of `labels[key]` only the table, not the key."""
    if isinstance(node, nodes.Name):
        return {node.name}
    if isinstance(node, nodes.Getitem):
        return _names(node.node)
    if isinstance(node, nodes.CondExpr):
        return _names(node.expr1) | (_names(node.expr2) if node.expr2 is not None else set())
    if isinstance(node, nodes.Or | nodes.And):
        return _names(node.left) | _names(node.right)
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
        return _names(node.node.node)  # labels.get(key)
    return set()


def _targets(node: nodes.Node) -> list[str]:
    items = node.items if isinstance(node, nodes.Tuple) else [node]
    return [item.name if isinstance(item, nodes.Name) else "" for item in items]
