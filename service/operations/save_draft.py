"""Keep what a person types into a task's form. The case does not move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import tasks
from service.errors import NotFound
from service.execution import Runtime
from service.identity import Actor


def save_draft(
    runtime: Runtime, key: int, answer: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Keep the answer as the actor's draft. Raises NotFound for a task the actor may not see,
    TooLarge."""
    with runtime.database.transaction() as connection:
        if not tasks.can_see(tasks.get_task(connection, key), actor):
            raise NotFound("There is no user task {key}.", key=key)
        tasks.save_draft(connection, key, actor.name, answer, now=now)
