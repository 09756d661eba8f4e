"""A person completes a user task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.execution import Completion, Once, Outcome, Runtime, completion, execute, on_case
from service.identity import Actor


def complete_task(
    runtime: Runtime,
    key: int,
    answer: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    revision: int | None = None,
    idempotency_key: str | None = None,
    among_visible: bool = False,
) -> Outcome:
    """Complete the task with the answer of its form; the process goes on, in the same transaction.
    Repeated with the same idempotency key it has the same outcome, once. With `among_visible` a
    task that the actor may not see is not there.

    Raises NotFound, StateConflict (ended, or changed since `revision`), Forbidden (claimed by
    another, not offered, four eyes), FormInvalid, EngineError (the process cannot go on: nothing
    has changed, an incident says why).
    """

    wanted = Completion(key, answer, actor, revision, among_visible)
    once = Once.of(idempotency_key, "complete", key, answer, revision)
    return execute(runtime, on_case(key, completion(wanted), actor=actor, once=once), now=now)
