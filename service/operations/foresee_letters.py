"""What the customer will read once a task is completed, while it is still being typed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from service import execution
from service.bpmn.model import Element
from service.engine import Bundle
from service.execution import Completion, Runtime, completion
from service.identity import Actor
from service.letters import Queued

LETTER = "redress.letter"
_WAITS = frozenset({"userTask", "receiveTask", "intermediateCatchEvent", "eventBasedGateway"})


def writes_letters(bundle: Bundle, process_id: str, element_id: str) -> bool:
    """Whether a letter to the customer may be written after this element and before the case waits
    for the next thing, called processes included."""
    queue, seen = deque(_next(bundle, process_id, element_id)), set()
    while queue:
        process, element = place = queue.popleft()
        found = _find(bundle, *place)
        if found is None or place in seen or found.kind in _WAITS:
            continue
        if found.job == LETTER:
            return True
        seen.add(place)
        queue.extend(_next(bundle, process, element))
    return False


def _find(bundle: Bundle, process_id: str, element_id: str) -> Element | None:
    process = bundle.models.get(process_id)
    return None if process is None else process.elements.get(element_id)


def _next(bundle: Bundle, process_id: str, element_id: str) -> Iterator[tuple[str, str]]:
    """Where the flows of an element lead, and where what it calls begins."""
    element = _find(bundle, process_id, element_id)
    if element is None:
        return
    called = bundle.models.get(element.called_process.source if element.called_process else "")
    start = called.start_of("") if called is not None else None
    if called is not None and start is not None:
        yield called.id, start.id
    yield from ((process_id, flow.target) for flow in element.outgoing)


def foresee_letters(
    runtime: Runtime, key: int, answer: Mapping[str, Any], *, actor: Actor, now: datetime
) -> list[Queued]:
    """The letters to the customer that completing the task with this answer would write; nothing is
    kept. Raises what completing it would: NotFound, StateConflict, Forbidden, FormInvalid,
    EngineError."""
    wanted = completion(Completion(key, answer, actor, among_visible=True))
    with runtime.database.read() as connection:
        return execution.foresee_letters(connection, runtime, key, wanted, actor=actor, now=now)
