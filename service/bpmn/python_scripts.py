"""The FEEL that leaves behind the same variables as a Python script of plain assignments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from service.bpmn.python_feel import Feel, NoFeel, is_text, names_in, parse, plain_name


def script_in_feel(text: str) -> str | None:
    """The FEEL context whose entries are what a script of plain assignments leaves behind, without
    `=`. None where the script does more."""
    tree = parse(_dedent(text), "exec")
    if not isinstance(tree, ast.Module):
        return None
    try:
        return _context(_assigned(tree.body))
    except (NoFeel, RecursionError):
        return None


def _dedent(text: str) -> str:
    """SpiffWorkflow takes a script out of its indentation, which is that of its first line."""
    lines = text.replace("\t", "    ").strip("\n").rstrip().splitlines()
    first = next((line for line in lines if line.strip()), "")
    indent = len(first) - len(first.lstrip())
    return "\n".join(line[indent:] if not line[:indent].strip() else line for line in lines)


def _assigned(body: list[ast.stmt]) -> dict[str, str]:
    """The names that a script gives values to, with what they are at its end, in an order in which
    each may be worked out from those before it."""
    pairs = [pair for statement in body for pair in _pairs(statement)]
    often = {name for name, _ in pairs if [each for each, _ in pairs].count(name) > 1}
    once = {name for name, _ in pairs} - often
    if any(once & set(names_in(value)) for name, value in pairs if name in often):
        raise NoFeel  # what would be said again in another place could mean something else there
    last = {name: number for number, (name, _) in enumerate(pairs)}
    found: dict[str, str] = {}
    before: dict[str, set[str]] = {}  # the names that each says with their values before the script
    for number, (name, value) in enumerate(pairs):
        settled = {each for each in found if last[each] < number}
        again = {each: said for each, said in found.items() if each in often - settled}
        said = Feel(again).say(value)
        before[name] = _before(value, again, before, often - settled)
        if before[name] & settled:
            raise NoFeel  # its entry would read the value that an entry above it gives
        found.pop(name, None)
        found[name] = said
    return found


def _before(
    value: ast.expr, again: Mapping[str, str], before: Mapping[str, set[str]], changing: set[str]
) -> set[str]:
    used = set(names_in(value))
    within = (before[each] for each in used if each in again)
    return {each for each in used if each in changing - set(again)}.union(*within)


def _pairs(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Pass) or _is_remark(statement):
        return
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        before = ast.Name(statement.target.id)
        yield statement.target.id, ast.BinOp(before, statement.op, statement.value)
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _targets(target, statement.value)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        yield from _targets(statement.target, statement.value)
    else:
        raise NoFeel


def _is_remark(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and is_text(statement.value)


def _targets(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
        return
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple | ast.List):
        raise NoFeel
    names = [each.id for each in target.elts if isinstance(each, ast.Name)]
    if len(names) != len(target.elts) or len(names) != len(value.elts):
        raise NoFeel
    if len(set(names)) < len(names) or set(names) & set(names_in(value)):
        raise NoFeel  # they change places: one after the other is not the same
    yield from zip(names, value.elts, strict=True)


def _context(entries: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{plain_name(name)}: {said}' for name, said in entries.items())}}}"
