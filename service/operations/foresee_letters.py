"""What the customer will read once a task is completed, while it is still being typed."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import execution
from service.engine import Bundle
from service.execution import Completion, Runtime, completion
from service.identity import Actor
from service.letters import Queued
from service.operations.ahead import Place, find_element, start_called

LETTER = "redress.letter"
_WAITS = frozenset({"userTask", "receiveTask", "intermediateCatchEvent", "eventBasedGateway"})


def writes_letters(bundle: Bundle, process_id: str, element_id: str) -> bool:
    """Whether a letter to the customer may be written after this element and before the case waits
    for the next thing, called processes included."""
    queue: deque[Place] = deque([(process_id, element_id)])
    seen: set[Place] = set()
    while queue:
        place = queue.popleft()
        element = find_element(bundle, place)
        if element is None or place in seen or (seen and element.kind in _WAITS):
            continue
        if element.job == LETTER:
            return True
        seen.add(place)
        queue.extend(start_called(bundle, element))
        queue.extend((place[0], flow.target) for flow in element.outgoing)
    return False


def foresee_letters(
    runtime: Runtime, key: int, answer: Mapping[str, Any], *, actor: Actor, now: datetime
) -> list[Queued]:
    """The letters to the customer that completing the task with this answer would write; nothing is
    kept. Raises what completing it would: NotFound, StateConflict, Forbidden, FormInvalid,
    EngineError."""
    wanted = completion(Completion(key, answer, actor, among_visible=True))
    with runtime.database.read() as connection:
        return execution.foresee_letters(connection, runtime, key, wanted, actor=actor, now=now)
