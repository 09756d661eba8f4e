"""Repairing an instance: tokens are put on elements and taken away, as Camunda 8 modifies a process
instance.

Elements are activated first, then element instances end. A scope that nothing is left in ends with
them, out to the instance itself. Tokens that wait at a join stay there.

A scope is named by the task that opened it: a sub-process, a call activity, the body of a
multi-instance activity; None is the instance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from service.bpmn.model import Element, Process
from service.engine import changes as c
from service.engine import commands as q
from service.engine.flat import Game
from service.engine.opening import Scope, inner_scope, is_active, process_scope, wrong
from service.engine.scope import plain, write
from service.engine.token import FUTURE, Token
from service.sentence import Sentence

NOT_TARGETS = ("startEvent", "boundaryEvent")


def modify(game: Game, command: q.Modify) -> None:
    """Carry out a modification. Raises EngineError("modification") for what cannot be."""
    ending = [token for which in command.terminate for token in _instances(game, which)]
    wanted = list(command.activate)
    for move in command.move:
        sources = _instances(game, move.source)
        wanted += [_moved(game, move, source) for source in sources]
        ending += sources
    if not wanted and not ending:
        raise wrong(
            "",
            Sentence("expected an element to activate or an element instance to end, got neither"),
        )
    for each in wanted:
        _activate(game, each, {token.id for token in ending})
    for token in ending:
        if not token.gone:
            _end(game, token)


def end_all(game: Game) -> None:
    """End the whole instance."""
    for child in list(game.task_tree._children):
        if child in game.tasks:
            game.tasks[child].cancel()
    game.task_tree.task_spec.ended(game.task_tree)
    game.completed = True
    game.emit(c.InstanceEnded("terminated", ()))


def _instances(game: Game, which: q.Which) -> list[Token]:
    """The element instances that are meant; of a multi-instance activity the whole of it, unless
    named by id."""
    if which.id:
        token = game.index.get(which.id)
        if token is None or not is_active(token):
            raise wrong(
                "",
                Sentence(
                    "expected the key of an active element instance, got that of {id}, "
                    "which is not",
                    id=which.id,
                ),
            )
        return [token]
    found = [
        token
        for token in game.index.values()
        if token.task_spec.element_id == which.element_id
        and is_active(token)
        and token.body is None
    ]
    if not found:
        raise wrong(
            which.element_id,
            Sentence(
                "expected an active element instance of {element_id!r}, got none",
                element_id=which.element_id,
            ),
        )
    return found


def _outer(token: Token) -> Scope:
    """The scope around a task."""
    scope: Scope = token.body or token.workflow.caller
    return scope


def _process(game: Game, scope: Scope) -> Process:
    """The process whose elements a scope holds."""
    if scope is not None and scope.task_spec.element.kind != "callActivity":
        found: Process = scope.task_spec.process
        return found
    name = game.name if scope is None else game.subprocesses[scope.id].name
    called: Process = game.bundle.models[name]
    return called


def _named(scope: Scope) -> str:
    """The id of the element that a scope is an instance of, "" for a process."""
    if scope is None or scope.task_spec.element.kind == "callActivity":
        return ""
    return str(scope.task_spec.element_id)


def _outwards(scope: Scope) -> Iterator[Token]:
    while scope is not None:
        yield scope
        scope = _outer(scope)


def _moved(game: Game, move: q.Move, source: Token) -> q.Activate:
    """What to activate for one source of a move."""
    to = move.to
    if move.within == "given":
        return to
    around = _outer(source)
    if move.within == "inferred":
        scopes = _scopes(*_target(game, to, [_process(game, around)]))
        while around is not None and _named(around) not in scopes:
            around = _outer(around)
    return q.Activate(to.element_id, "" if around is None else around.id, to.variables)


def _target(
    game: Game, wanted: q.Activate, processes: Sequence[Process]
) -> tuple[Process, Element]:
    for process in processes:
        element = process.elements.get(wanted.element_id)
        if element is not None:
            _check_target(process, element)
            return process, element
    raise wrong(
        wanted.element_id,
        Sentence(
            "There is no element {element_id!r} in the process.", element_id=wanted.element_id
        ),
    )


def _check_target(process: Process, element: Element) -> None:
    if element.kind in NOT_TARGETS:
        raise wrong(
            element.id,
            Sentence(
                "{id} is a {kind}: no token can be put on it.", id=element.id, kind=element.kind
            ),
        )
    sources = (each for each in process.elements.values() if each.kind == "eventBasedGateway")
    if any(flow.target == element.id for each in sources for flow in each.outgoing):
        raise wrong(
            element.id,
            Sentence(
                "{id} follows an event-based gateway: put the token on the gateway.", id=element.id
            ),
        )


def _scopes(process: Process, element: Element) -> list[str]:
    """The ids of the scopes around an element from the outside in; "" is the process."""
    chain = [element.scope]
    while chain[-1]:
        chain.append(process.elements[chain[-1]].scope)
    return chain[::-1]


def _activate(game: Game, wanted: q.Activate, ending: set[str]) -> None:
    """Find or open the scopes around the element, and put a token on it."""
    given = wanted.ancestor is not None
    ancestor = _ancestor(game, wanted) if wanted.ancestor else None
    inner = [each for each in game.subprocesses.values() if each.is_process]
    called = [game.bundle.models[each.name] for each in (game, *inner)]
    processes = [_process(game, ancestor)] if given else called
    process, element = _target(game, wanted, processes)
    scopes = _scopes(process, element)
    if given and _named(ancestor) not in scopes:
        raise wrong(
            element.id,
            Sentence(
                "{ancestor!r} is no scope around {id}.", ancestor=_named(ancestor), id=element.id
            ),
        )
    _check_variables(wanted, scopes)
    around = frozenset(token.id for token in _outwards(ancestor)) if given else None
    workflow = process_scope(game, process, ancestor, given=given)
    _write(game, workflow.data, workflow.scope_id, "", wanted)
    for name in scopes[1:]:
        workflow = inner_scope(workflow, process, process.elements[name], around)
        _write(game, workflow.data, workflow.scope_id, name, wanted)
    doomed = next((each for each in _outwards(workflow.caller) if each.id in ending), None)
    if doomed is not None:
        raise wrong(
            element.id,
            Sentence(
                "{id} would be activated in {doomed}, which is to end.",
                id=element.id,
                doomed=doomed.task_spec.element_id,
            ),
        )
    token = _put(workflow, element)
    _write(game, token.data, token.id, element.id, wanted)


def _put(workflow: Any, element: Element) -> Token:
    """A token on its way into an element."""
    specs = workflow.spec.task_specs
    spec = specs.get(f"{element.id}.BoundaryEventSplit") or specs[element.id]
    token: Token = workflow.task_tree._add_child(spec, FUTURE)
    spec._update(token)
    if not spec.is_split:
        return token
    main: Token = next(each for each in token.children if not each.task_spec.is_wait)
    return main


def _ancestor(game: Game, wanted: q.Activate) -> Token:
    token = game.index.get(wanted.ancestor or "")
    if token is None or not is_active(token):
        raise wrong(
            wanted.element_id,
            Sentence(
                "expected the key of an active scope, got that of {ancestor}",
                ancestor=wanted.ancestor,
            ),
        )
    return token


def _check_variables(wanted: q.Activate, scopes: Sequence[str]) -> None:
    for name, _ in wanted.variables:
        if name != wanted.element_id and name not in scopes:
            raise wrong(
                name,
                Sentence(
                    "{name} is neither {element_id} nor a scope around it: its variables stay.",
                    name=name,
                    element_id=wanted.element_id,
                ),
            )


def _write(game: Game, data: dict[str, Any], name: str, element: str, wanted: q.Activate) -> None:
    for scope, variables in wanted.variables:
        if scope == element and variables:
            write(game, (data, name), plain(variables))


def _end(game: Game, token: Token) -> None:
    """End an element instance, then every scope around it that nothing is left in."""
    scope: Scope = token
    while scope is not None:
        body, outer = scope.body, _outer(scope)
        if body is not None:
            body.internal_data["gone"] = body.internal_data.get("gone", 0) + 1
        split, workflow = scope.parent, scope.workflow
        (split if split is not None and split.task_spec.is_split else scope).cancel()
        if not (not body._children if body is not None else workflow.is_empty()):
            return
        scope = outer
    end_all(game)
