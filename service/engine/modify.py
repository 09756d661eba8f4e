"""Repairing an instance: tokens are put on elements and taken away, as Camunda 8 modifies a process
instance.

Elements are activated first, then element instances end. A scope that nothing is left in ends with
them, out to the instance itself. Tokens that wait at a join stay there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.bpmn.model import Element, Process
from service.engine import changes as c
from service.engine import commands as q
from service.engine import moves, multi_instance, waits
from service.engine.errors import EngineError
from service.engine.game import STARTED, Token, TokenGame
from service.engine.scope import apply_inputs, inside_of, plain, write
from service.sentence import Sentence

NOT_TARGETS = ("startEvent", "boundaryEvent")


def modify(game: TokenGame, command: q.Modify) -> None:
    """Carry out a modification. Raises EngineError("modification") for what cannot be."""
    ending = [token for which in command.terminate for token in _instances(game, which)]
    wanted = list(command.activate)
    for move in command.move:
        sources = _instances(game, move.source)
        wanted += [_moved(game, move, source) for source in sources]
        ending += sources
    if not wanted and not ending:
        raise _wrong(
            "", "expected an element to activate or an element instance to end, got neither"
        )
    for each in wanted:
        _activate(game, each, {token.id for token in ending})
    for token in ending:
        if token.id in game.tasks:
            _end(token)


def end_all(game: TokenGame) -> None:
    """End the whole instance."""
    root = game.root
    root.internal_data.pop("joins", None)
    waits.close_children(root)
    root.internal_data["ended"] = True
    game.emit(c.InstanceEnded("terminated", ()))


def _wrong(element_id: str, message: str) -> EngineError:
    return EngineError("modification", element_id, message)


def _is_active(token: Token) -> bool:
    return "in" in token.internal_data


def _instances(game: TokenGame, which: q.Which) -> list[Token]:
    """The element instances that are meant; of a multi-instance activity the whole of it, unless
    named by id."""
    if which.id:
        token = game.tasks.get(which.id)
        if token is None or not _is_active(token):
            raise _wrong(
                "",
                (
                    Sentence(
                        "expected the key of an active element instance, got that of {id}, "
                        "which is not",
                        id=which.id,
                    )
                ),
            )
        return [token]
    found = [
        token
        for token in game.tasks.values()
        if token.task_spec.element_id == which.element_id
        and _is_active(token)
        and "mi" not in token.internal_data
    ]
    if not found:
        raise _wrong(
            which.element_id,
            Sentence(
                "expected an active element instance of {element_id!r}, got none",
                element_id=which.element_id,
            ),
        )
    return found


def _moved(game: TokenGame, move: q.Move, source: Token) -> q.Activate:
    """What to activate for one source of a move."""
    to = move.to
    if move.within == "given":
        return to
    around: Token = source.parent
    if move.within == "inferred":
        scopes = _scopes(*_target(game, to, around))
        while around.parent is not None and _named(around) not in scopes:
            around = around.parent
    return q.Activate(to.element_id, around.id, to.variables)


def _target(game: TokenGame, wanted: q.Activate, ancestor: Token | None) -> tuple[Process, Element]:
    """The element, in the process of the ancestor, else in the instance's own, else in one that it
    calls."""
    called = [
        token.task_spec.process for token in game.tasks.values() if token.task_spec.is_process
    ]
    processes = [ancestor.task_spec.process] if ancestor is not None else called
    for process in processes:
        element = process.elements.get(wanted.element_id)
        if element is not None:
            _check_target(process, element)
            return process, element
    raise _wrong(
        wanted.element_id,
        Sentence(
            "There is no element {element_id!r} in the process.", element_id=wanted.element_id
        ),
    )


def _check_target(process: Process, element: Element) -> None:
    if element.kind in NOT_TARGETS:
        raise _wrong(
            element.id,
            Sentence(
                "{id} is a {kind}: no token can be put on it.", id=element.id, kind=element.kind
            ),
        )
    sources = (each for each in process.elements.values() if each.kind == "eventBasedGateway")
    if any(flow.target == element.id for each in sources for flow in each.outgoing):
        raise _wrong(
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


def _named(scope: Token) -> str:
    """The id of the element that a scope is an instance of, "" for a process."""
    return str(scope.task_spec.element_id)


def _activate(game: TokenGame, wanted: q.Activate, ending: set[str]) -> None:
    """Find or open the scopes around the element, and put a token on it."""
    ancestor = None if wanted.ancestor is None else _ancestor(game, wanted)
    process, element = _target(game, wanted, ancestor)
    scopes = _scopes(process, element)
    if ancestor is not None and _named(ancestor) not in scopes:
        raise _wrong(
            element.id,
            Sentence(
                "{ancestor!r} is no scope around {id}.", ancestor=_named(ancestor), id=element.id
            ),
        )
    _check_variables(wanted, scopes)
    scope = _process_scope(game, process, ancestor)
    around = _around(ancestor)
    _write(scope, "", wanted)
    for name in scopes[1:]:
        scope = _inner(scope, process, process.elements[name], ancestor, around)
        _write(scope, name, wanted)
    doomed = next((token for token in _outwards(scope) if token.id in ending), None)
    if doomed is not None:
        raise _wrong(
            element.id,
            Sentence(
                "{id} would be activated in {doomed}, which is to end.",
                id=element.id,
                doomed=_named(doomed),
            ),
        )
    _write(moves.enter(scope, process, element.id), element.id, wanted)


def _ancestor(game: TokenGame, wanted: q.Activate) -> Token:
    token = game.tasks.get(wanted.ancestor) if wanted.ancestor else game.root
    if token is None or not (token.task_spec.is_process or _is_active(token)):
        raise _wrong(
            wanted.element_id,
            Sentence(
                "expected the key of an active scope, got that of {ancestor}",
                ancestor=wanted.ancestor,
            ),
        )
    return inside_of(token)


def _outwards(token: Token) -> Iterator[Token]:
    at: Token | None = token
    while at is not None:
        yield at
        at = at.parent


def _around(ancestor: Token | None) -> frozenset[str]:
    """The ids of the ancestor and of every scope around it."""
    return frozenset() if ancestor is None else frozenset(token.id for token in _outwards(ancestor))


def _process_scope(game: TokenGame, process: Process, ancestor: Token | None) -> Token:
    if ancestor is not None:
        return next(token for token in _outwards(ancestor) if token.task_spec.is_process)
    return _only(
        [
            t
            for t in game.tasks.values()
            if t.task_spec.is_process and t.task_spec.process is process
        ],
        process,
    )


def _only(found: Sequence[Token], what: Process | Element) -> Token:
    if len(found) != 1:
        raise _wrong(
            what.id,
            Sentence(
                "{id} is active {count} times: say in which one by an ancestor's key.",
                id=what.id,
                count=len(found),
            ),
        )
    return found[0]


def _inner(
    scope: Token, process: Process, element: Element, ancestor: Token | None, around: frozenset[str]
) -> Token:
    """The instance of a sub-process inside a scope to use, or a new one where there is none or
    below the ancestor."""
    game: TokenGame = scope.workflow
    found = [
        token
        for token in _children(scope)
        if token.task_spec.element_id == element.id and _is_active(token)
    ]
    if element.loop is not None:  # an instance of it is meant, not the body around them
        found = [token for body in found for token in _children(body) if _is_active(token)]
    chosen = [token for token in found if token.id in around]
    if chosen:
        return chosen[0]
    if found and (ancestor is None or scope.id not in around):
        return _only(found, element)
    if element.loop is not None:
        raise _wrong(
            element.id,
            Sentence(
                "{id} is done for each of many items: an instance of it cannot be opened.",
                id=element.id,
            ),
        )
    start = next(
        (start for each, start in process.event_starts(element.scope) if each.id == element.id),
        None,
    )
    if start is not None and start.interrupting:
        raise _wrong(
            element.id,
            Sentence("{id} interrupts what is around it, and has not begun.", id=element.id),
        )
    opened = game.add(
        game.bundle.spec.task_specs[f"{process.id}/{element.id}"], scope, state=STARTED
    )
    moves.arrive(opened)
    apply_inputs(opened, element.inputs)
    waits.open_boundaries(opened)
    waits.open_scope(opened, process, element.id)
    return opened


def _children(scope: Token) -> list[Token]:
    return [scope.workflow.tasks[child] for child in scope._children]


def _check_variables(wanted: q.Activate, scopes: Sequence[str]) -> None:
    for name, _ in wanted.variables:
        if name != wanted.element_id and name not in scopes:
            raise _wrong(
                name,
                Sentence(
                    "{name} is neither {element_id} nor a scope around it: its variables stay.",
                    name=name,
                    element_id=wanted.element_id,
                ),
            )


def _write(token: Token, name: str, wanted: q.Activate) -> None:
    for scope, variables in wanted.variables:
        if scope == name and variables:
            write(token, plain(variables))


def _end(token: Token) -> None:
    """End an element instance, then every scope around it that nothing is left in."""
    scope: Token | None = token.parent
    if scope is not None and "mi" in token.internal_data:
        multi_instance.instance_ended(scope)
    waits.terminate(token)
    while scope is not None and moves.is_empty(scope):
        outer: Token | None = scope.parent
        if outer is None:
            end_all(scope.workflow)
            return
        if "mi" in scope.internal_data:
            multi_instance.instance_ended(outer)
        waits.terminate(scope)
        scope = outer
