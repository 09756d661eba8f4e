"""Variables: who sees what, and where a result goes (as in Camunda 8).

A task's `data` are the variables of its element, a workflow's `data` those of its scope; nothing is
copied from task to task. A name is looked up from the token outwards to the root of its process. A
result without an output mapping goes to the nearest scope that has the name, else to the root of
the process. Values are kept in JSON's shapes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from service.bpmn.model import Flow, Mapped, Text
from service.engine import changes as c
from service.engine.errors import EngineError
from service.engine.token import Token
from service.feel import Expression, FeelError, Why, from_json, to_json
from service.sentence import Sentence, joined

_PLAIN = frozenset({str, int, bool, type(None)})
"""What is kept as it comes."""
Level = tuple[dict[str, Any], str]
"""The variables of a scope, and the id that it has for the world."""

MOST_SHOWN = 80


def levels(token: Token) -> list[Level]:
    """The scopes that a token sees, from the inside out: its own, that of the multi-instance body
    around it, and those of workflows out to its process. What waits on the border of an activity
    sees the activity's own."""
    at = token
    if token.task_spec.is_wait:
        at = token.task_spec.host_of(token) or token
    found: list[Level] = [(at.data, at.id)]
    while True:
        workflow, body = at.workflow, at.body
        if body is not None:
            found.append((body.data, body.id))
        found.append((workflow.data, workflow.scope_id))
        if workflow.is_process or workflow.caller is None:
            return found
        at = workflow.caller


def visible(token: Token) -> dict[str, Any]:
    """Every variable the token sees, the inner ones over the outer ones."""
    seen: dict[str, Any] = {}
    for data, _ in reversed(levels(token)):
        seen.update(data)
    return seen


class Sight(Mapping[str, Any]):
    """What an expression sees from where a token stands, looked up name by name: most read one or
    two of the many there are. The variables as `visible` gives them, over the host's functions."""

    __slots__ = ("_levels",)

    def __init__(self, token: Token, extra: Mapping[str, Any] | None = None) -> None:
        seen: list[Mapping[str, Any]] = [] if extra is None else [extra]
        at = token
        if token.task_spec.is_wait:
            at = token.task_spec.host_of(token) or token
        seen.append(at.data)
        while True:  # as `levels`, without what is not asked for
            workflow, body = at.workflow, at.body
            if body is not None:
                seen.append(body.data)
            seen.append(workflow.data)
            if workflow.is_process or workflow.caller is None:
                break
            at = workflow.caller
        seen.append(token.game.host.functions)
        self._levels = seen

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
    try:
        return expression.evaluate(Sight(token, extra), now=token.game.now)
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


def is_open(token: Token, flow: Flow) -> bool:
    """Whether a token may take a flow: it has no condition, or the condition holds."""
    condition = flow.condition
    return condition is None or is_true(token, condition, "the flow {flow}", flow=flow.id)


def is_true(
    token: Token,
    expression: Expression,
    where: str,
    *,
    extra: Mapping[str, Any] | None = None,
    **facts: str,
) -> bool:
    """Whether a condition holds; `where` it stands is a sentence of the facts. Raises EngineError
    when it is neither true nor false: money is not
    sent by a guess."""
    why = Why()
    try:
        found = expression.evaluate(Sight(token, extra), now=token.game.now, why=why)
    except FeelError as error:
        raise EngineError(
            "expression-limit",
            token.task_spec.element_id,
            "{where}: {text!r}: {error}",
            where=Sentence(where, **facts),
            text=expression.text,
            error=error,
        ) from error
    if isinstance(found, bool):
        return found
    reasons = joined(reason.message for reason in why.reasons)
    raise EngineError(
        "expression-null",
        token.task_spec.element_id,
        "{where}: expected {text!r} to be true or false, got {found} ({reasons})"
        if reasons
        else "{where}: expected {text!r} to be true or false, got {found}",
        where=Sentence(where, **facts),
        text=expression.text,
        found=shown(found),
        reasons=reasons,
    )


def shown(value: Any) -> str:
    """A value as an incident shows it: the beginning of its JSON."""
    text = json.dumps(to_json(value), ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def write(game: Any, level: Level, variables: Mapping[str, Any]) -> None:
    """Write plain variables into this very scope, and say so."""
    data, name = level
    if game.watching:
        note_change(game, level, variables)
    data.update(variables)
    last = game.changes[-1] if game.changes else None
    if isinstance(last, c.VariablesSet) and last.scope == name:
        variables = {**last.variables, **variables}
        game.changes.pop()
    game.emit(c.VariablesSet(name, variables))


def note_change(game: Any, level: Level, variables: Mapping[str, Any]) -> None:
    """Remember which variables come into being and which change, for what waits for a condition."""
    data, scope = level
    fresh = frozenset(name for name in variables if name not in data)
    other = frozenset(variables) - fresh
    game.changed += [(scope, names, new) for names, new in ((fresh, True), (other, False)) if names]


def set_variables(game: Any, chain: list[Level], variables: Mapping[str, Any]) -> None:
    """Write each variable where it belongs, those of one scope at once: the nearest of the scopes
    that has it, else the outermost."""
    places: dict[str, tuple[Level, dict[str, Any]]] = {}
    for name, value in variables.items():
        place = chain[-1]
        for level in chain:
            if name in level[0]:
                place = level
                break
        if place[1] not in places:
            places[place[1]] = place, {}
        places[place[1]][1][name] = to_json(value)
    for level, found in places.values():
        write(game, level, found)


def plain(variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the world hands in, in the shapes that are kept: floats become exact decimals, dates ISO
    text."""
    found: dict[str, Any] = {}
    for name, value in (variables or {}).items():
        found[str(name)] = value if type(value) in _PLAIN else to_json(from_json(value))
    return found


def apply_inputs(token: Token, mappings: tuple[Mapped, ...]) -> None:
    """Input mappings make local variables, each seeing those before it."""
    if not mappings:
        return
    for mapping in mappings:
        _assign(token.data, mapping.target, to_json(value_of(token, mapping.source)))
    heads = {mapping.target.partition(".")[0] for mapping in mappings}
    token.game.emit(c.VariablesSet(token.id, {name: token.data[name] for name in sorted(heads)}))


def apply_outputs(token: Token, mappings: tuple[Mapped, ...], variables: Mapping[str, Any]) -> None:
    """A finished element's result: through its output mappings, or name by name when it has
    none."""
    if not mappings:
        if variables:
            set_variables(token.game, levels(token), variables)
        return
    token.data |= {name: to_json(value) for name, value in variables.items()}
    chain = levels(token)
    # An instance of a multi-instance activity writes from its own scope, where its output element
    # is.
    if token.body is None:
        chain = chain[1:]
    made: dict[str, Any] = {}
    for mapping in mappings:
        value = value_of(token, mapping.source, extra=made)
        head, _, rest = mapping.target.partition(".")
        if rest:
            known = next((data[head] for data, _ in chain if head in data), None)
            whole = dict(known) if isinstance(known, dict) else {}
            _assign(whole, rest, to_json(value))
            value = whole
        made[head] = to_json(value)
        set_variables(token.game, chain, {head: value})


def spread(token: Token, script: Expression) -> None:
    """Write the entries of a context where variables of their names belong, one after the other.
    Raises EngineError when it is none."""
    set_variables(token.game, levels(token)[1:], entries_of(token, script))


def entries_of(token: Token, script: Expression) -> dict[str, Any]:
    """The entries of a context. Raises EngineError("expression-null") for what is none."""
    found = to_json(evaluate(token, script))
    if not isinstance(found, dict):
        raise EngineError(
            "expression-null",
            token.task_spec.element_id,
            "expected {text!r} to be a context of variables, got {found}",
            text=script.text,
            found=shown(found),
        )
    return found


def remember(
    token: Token, properties: tuple[tuple[str, Expression], ...], payload: Mapping[str, Any]
) -> None:
    """Keep what a message says of the conversation it belongs to, as variables of the scope: later
    messages are found by it."""
    workflow, game = token.workflow, token.game
    for name, expression in properties:
        value = to_json(expression.evaluate(payload, now=game.now))
        if value is not None:
            write(game, (workflow.data, workflow.scope_id), {name: value})


def _assign(data: dict[str, Any], target: str, value: Any) -> None:
    """Set `a.b.c` in nested contexts, making those that are missing."""
    *path, last = target.split(".")
    for name in path:
        inner = data.get(name)
        data[name] = dict(inner) if isinstance(inner, dict) else {}
        data = data[name]
    data[last] = value
