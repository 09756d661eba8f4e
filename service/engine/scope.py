"""Variables: who sees what, and where a result goes (as in Camunda 8).

A name is looked up from the token outwards to the root of its process. A result without an output
mapping goes to the nearest scope that has the name, else to the root of the process. Values are
kept in JSON's shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.bpmn.model import Mapped, Text
from service.engine import changes as c
from service.engine.errors import EngineError
from service.engine.game import Token
from service.feel import Expression, FeelError, Why, from_json, to_json


def visible(token: Token) -> dict[str, Any]:
    """Every variable the token sees, the inner ones over the outer ones."""
    chain, at = [], token
    while True:
        chain.append(at.data)
        if at.task_spec.is_process or at.parent is None:
            break
        at = at.parent
    seen: dict[str, Any] = {}
    for data in reversed(chain):
        seen.update(data)
    return seen


class Sight(Mapping[str, Any]):
    """What an expression sees from where a token stands, looked up name by name: most read one or
    two of the many there are. The variables as `visible` gives them, over the host's functions."""

    __slots__ = ("_levels",)

    def __init__(self, token: Token, extra: Mapping[str, Any] | None = None) -> None:
        levels: list[Mapping[str, Any]] = [] if extra is None else [extra]
        at: Token | None = token
        while at is not None:
            if at.data:
                levels.append(at.data)
            at = None if at.task_spec.is_process else at.parent
        levels.append(token.workflow.host.functions)
        self._levels = levels

    def get(self, name: str, default: Any = None) -> Any:
        for level in self._levels:
            if name in level:
                return level[name]
        return default

    def __getitem__(self, name: str) -> Any:
        for level in self._levels:
            if name in level:
                return level[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for level in self._levels for name in level))

    def __len__(self) -> int:
        return len(set().union(*self._levels))


def evaluate(
    token: Token, expression: Expression, *, extra: Mapping[str, Any] | None = None
) -> Any:
    """The FEEL value of an expression where the token stands."""
    game = token.workflow
    try:
        return expression.evaluate(Sight(token, extra), now=game.now)
    except FeelError as error:
        raise EngineError(
            "expression-limit",
            token.task_spec.element_id,
            "{text!r}: {error}",
            text=expression.text,
            error=error,
        ) from error


def value_of(token: Token, text: Text | None, *, extra: Mapping[str, Any] | None = None) -> Any:
    """A literal, or the value of an expression; None where nothing is given."""
    if text is None:
        return None
    return text.source if text.expression is None else evaluate(token, text.expression, extra=extra)


def is_true(
    token: Token, expression: Expression, where: str, *, extra: Mapping[str, Any] | None = None
) -> bool:
    """Whether a condition holds. Raises EngineError when it is neither true nor false: money is not
    sent by a guess."""
    game = token.workflow
    why = Why()
    try:
        found = expression.evaluate(Sight(token, extra), now=game.now, why=why)
    except FeelError as error:
        element_id = token.task_spec.element_id
        raise EngineError(
            "expression-limit",
            element_id,
            "{where}: {text!r}: {error}",
            where=where,
            text=expression.text,
            error=error,
        ) from error
    if isinstance(found, bool):
        return found
    reasons = "; ".join(reason.message for reason in why.reasons)
    raise EngineError(
        "expression-null",
        token.task_spec.element_id,
        "{where}: expected {text!r} to be true or false, got {found!r} ({reasons})"
        if reasons
        else "{where}: expected {text!r} to be true or false, got {found!r}",
        where=where,
        text=expression.text,
        found=to_json(found),
        reasons=reasons,
    )


def set_variable(token: Token, name: str, value: Any) -> None:
    """Write one variable where it belongs, seen from the token."""
    at = token
    while name not in at.data and not at.task_spec.is_process:
        parent = at.parent
        if parent is None:
            break
        at = parent
    write(at, {name: to_json(value)})


def write(scope: Token, variables: Mapping[str, Any]) -> None:
    """Write plain variables into this very scope, and say so."""
    scope.data.update(variables)
    game, name = scope.workflow, scope_name(scope)
    last = game.changes[-1] if game.changes else None
    if isinstance(last, c.VariablesSet) and last.scope == name:
        variables = {**last.variables, **variables}
        game.changes.pop()
    game.emit(c.VariablesSet(name, variables))


def scope_name(scope: Token) -> str:
    """The id that a scope has for the world: "" for the root; a called process goes by its call
    activity."""
    if scope.parent is None:
        return ""
    return str(scope.parent.id if scope.task_spec.is_process else scope.id)


def inside_of(token: Token) -> Token:
    """The scope that goes by a token's id: the process that a call activity runs, or the token
    itself."""
    game = token.workflow
    for child in token._children:
        if game.tasks[child].task_spec.is_process:
            inside: Token = game.tasks[child]
            return inside
    return token


def plain(variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the world hands in, in the shapes that are kept: floats become exact decimals, dates ISO
    text."""
    return {str(name): to_json(from_json(value)) for name, value in (variables or {}).items()}


def apply_inputs(token: Token, mappings: tuple[Mapped, ...]) -> None:
    """Input mappings make local variables, each seeing those before it."""
    if not mappings:
        return
    for mapping in mappings:
        _assign(token.data, mapping.target, to_json(value_of(token, mapping.source)))
    heads = {mapping.target.partition(".")[0] for mapping in mappings}
    token.workflow.emit(
        c.VariablesSet(scope_name(token), {name: token.data[name] for name in sorted(heads)})
    )


def apply_outputs(token: Token, mappings: tuple[Mapped, ...], variables: Mapping[str, Any]) -> None:
    """A finished element's result: through its output mappings, or name by name when it has
    none."""
    if not mappings:
        for name, value in variables.items():
            set_variable(token, name, value)
        return
    token.data |= {name: to_json(value) for name, value in variables.items()}
    # An instance of a multi-instance activity writes from its own scope, where its output element
    # is.
    scope = token if "mi" in token.internal_data else token.parent
    made: dict[str, Any] = {}
    for mapping in mappings:
        value = value_of(token, mapping.source, extra=made)
        head, _, rest = mapping.target.partition(".")
        if rest:
            known = visible(scope).get(head)
            whole = dict(known) if isinstance(known, dict) else {}
            _assign(whole, rest, to_json(value))
            value = whole
        made[head] = to_json(value)
        set_variable(scope, head, value)


def _assign(data: dict[str, Any], target: str, value: Any) -> None:
    """Set `a.b.c` in nested contexts, making those that are missing."""
    *path, last = target.split(".")
    for name in path:
        inner = data.get(name)
        data[name] = dict(inner) if isinstance(inner, dict) else {}
        data = data[name]
    data[last] = value
