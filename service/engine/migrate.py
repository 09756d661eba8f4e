"""An instance goes on in another version of its diagrams: every token keeps its id, its timers, its
variables.

Elements keep their place by their id, or by the one that the mapping gives. What waits at an event
that is gone no longer waits; an event that is new at something active begins to. A token that has
no place is an obstacle, and nothing is moved then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from service.bpmn.model import Element, Process
from service.engine import changes as c
from service.engine import codec, old_states
from service.engine.advance import Step
from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.engine.flat import Game
from service.engine.host import Host
from service.engine.moving import Moving, Obstacle, Places
from service.engine.offers import task_of
from service.engine.outline import rows_of
from service.engine.parse_tasks import wait_spec
from service.engine.token import FUTURE, Token

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WAITED = frozenset({"timer", "message", "signal", "conditional"})
"""Events that the world is told to wait for."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """The instance in the new version. `tasks` are the open user tasks as the new version offers
    them, `renamed` the engine's ids whose element has another id now, and `formerly` which one each
    had. The step's changes are elements renamed, and waits that ended or began."""

    step: Step
    tasks: tuple[c.TaskCreated, ...]
    renamed: Mapping[str, str]
    formerly: Mapping[str, str]


def find_obstacles(old: Bundle, new: Bundle, state: bytes, places: Places) -> list[Obstacle]:
    """Every token that has no place in the new version."""
    return Moving(old, new, places, _read(old, state)[2]).obstacles()


def _read(bundle: Bundle, state: bytes) -> tuple[int, list[str], list[list[Any]]]:
    game = codec.load(state, bundle, now=_EPOCH, host=Host())
    found = game.counter, game.ends, rows_of(game)
    game.let_go()
    return found


def migrate(
    old: Bundle,
    new: Bundle,
    state: bytes,
    places: Places,
    *,
    now: datetime,
    host: Host | None = None,
) -> Migrated:
    """Move an instance. Raises EngineError("no-place") for the first obstacle; then nothing has
    changed."""
    counter, ends, rows = _read(old, state)
    moving = Moving(old, new, places, rows)
    obstacles = moving.obstacles()
    if obstacles:
        first, more = obstacles[0], len(obstacles) - 1
        raise EngineError(
            "no-place",
            first.element_id,
            "{reason} (and {more} more)" if more else "{reason}",
            reason=first.reason,
            more=more,
        )
    game = old_states.read(counter, ends, moving.rewritten(), new, now=now, host=host or Host())
    game.changes += [*moving.renamings(game), *moving.ended]
    _begin_new_waits(game, moving)
    _open_joins(game)
    step = Step(codec.dump(game), tuple(game.changes), game.is_ended())
    return Migrated(step, _open_tasks(game), moving.renamed, moving.formerly)


def offered_tasks(
    bundle: Bundle, state: bytes, *, now: datetime, host: Host | None = None
) -> tuple[c.TaskCreated, ...]:
    """The open user tasks of a state as its version offers them."""
    game = codec.load(state, bundle, now=now, host=host or Host())
    game.subprocesses.read_all()
    return _open_tasks(game)


def _open_tasks(game: Game) -> tuple[c.TaskCreated, ...]:
    return tuple(
        task_of(token) for token in game.index.values() if token.internal_data.get("open") == "task"
    )


def _open_joins(game: Game) -> None:
    """A join that waits for fewer flows now may have all of them."""
    for task in list(game.index.values()):
        if not task.gone and "from" in task.internal_data:
            task.task_spec.arrived_one(task)
    game.do_engine_steps()


def _begin_new_waits(game: Game, moving: Moving) -> None:
    """Events that the new version has at something active, and the old version did not."""
    for workflow in (game, *game.subprocesses.values()):
        if not workflow.completed:
            _begin_starts(workflow, moving)
    for token in list(game.index.values()):
        spec = token.task_spec
        if not spec.is_node or spec.is_wait or "in" not in token.internal_data:
            continue
        if token.body is None:
            _begin_boundaries(token, moving)
        if spec.element.kind == "eventBasedGateway":
            _begin_alternatives(token, moving)


def _begin_starts(workflow: Any, moving: Moving) -> None:
    """Event sub-processes of a scope, unless one of them has interrupted it."""
    caller, bundle = workflow.caller, moving.new
    process = bundle.models[workflow.name.partition("/")[0]]
    scope = "" if workflow.is_process else caller.task_spec.element_id
    if any(row[0] == _row_of(workflow) and "interrupted" in (row[5] or {}) for row in moving.rows):
        return
    for event in _new(moving, process, _starts(process, scope)):
        spec = workflow.spec.task_specs[wait_spec(event.scope)]
        spec._update(workflow.task_tree._add_child(spec, FUTURE))


def _row_of(workflow: Any) -> str:
    """The id of the row that stands for a scope."""
    if workflow.caller is None or workflow.is_process:
        return str(workflow.task_tree.id)
    return str(workflow.caller.id)


def _begin_boundaries(token: Token, moving: Moving) -> None:
    spec, split = token.task_spec, token.parent
    attached = spec.process.attached.get(spec.element_id, ())
    if token._state == FUTURE:
        _leave_for_later(token, attached)
        return
    for event in _new(moving, spec.process, attached):
        boundary = token.workflow.spec.task_specs[event.id]
        boundary.arm_first(Token(token.workflow, boundary, split, state=FUTURE))


def _leave_for_later(token: Token, attached: tuple[Element, ...]) -> None:
    """The events on the border of an activity that could not be entered wait once it is."""
    split = token.parent
    there = {each.task_spec.element_id for each in split.children}
    for event in attached:
        if event.id not in there:
            Token(token.workflow, token.workflow.spec.task_specs[event.id], split, state=FUTURE)


def _begin_alternatives(token: Token, moving: Moving) -> None:
    game, spec = token.game, token.task_spec
    targets = tuple(spec.process.elements[flow.target] for flow in spec.element.outgoing)
    new = _new(moving, spec.process, targets)
    for number, definition in enumerate(spec.event_definition.event_definitions):
        if definition.element in new:
            at = game.new_id()
            store = token.internal_data["alts"][at] = {"is": number}
            game.alternatives[at] = token
            definition.arm(token, store, at)


def _host(event: Element, places: Places) -> str:
    """What an event sits on or stands in: one that was there before may have fired already."""
    host = event.attached_to or event.scope
    return places.get(host, host)


def _starts(process: Process, scope: str) -> tuple[Element, ...]:
    return tuple(start for _, start in process.event_starts(scope))


def _new(moving: Moving, process: Process, events: tuple[Element, ...]) -> list[Element]:
    """Those that wait for the world and that the old version did not have there."""
    old, places = moving.old.models[process.id].elements, moving.places
    known = {(places.get(key, key), _host(each, places)) for key, each in old.items()}
    return [
        event
        for event in events
        if event.event.kind in WAITED and (event.id, _host(event, {})) not in known
    ]
