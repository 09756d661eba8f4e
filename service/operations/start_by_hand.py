"""A person starts a process from a page: one that its diagram leaves to their role, with the form
that it begins with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import definitions, tasks
from service.db import Connection
from service.definitions import COMPLAINT_PROCESS, Startable
from service.errors import Forbidden, InvalidInput, NotFound
from service.execution import Runtime
from service.identity import Actor, Permission
from service.operations.start import Started, start_instance

LONGEST_BUSINESS_KEY = 100


def may_start(each: Startable, actor: Actor) -> bool:
    """Whether this person may start it: by a role that the diagram names, or as one who may start
    anything. Complaints are registered, not started."""
    if each.process.process_id == COMPLAINT_PROCESS:
        return False
    return bool(each.roles & actor.groups) or actor.may(Permission.START_INSTANCES)


def list_to_start(connection: Connection, runtime: Runtime, actor: Actor) -> list[Startable]:
    """What this person may start."""
    found = definitions.list_startable(connection, runtime.bundles)
    return [each for each in found if may_start(each, actor)]


def find_to_start(
    connection: Connection, runtime: Runtime, process_id: str, actor: Actor
) -> Startable:
    """A process that this person may start. Raises NotFound where nobody can, Forbidden where
    others may."""
    found = definitions.find_startable(connection, runtime.bundles, process_id)
    if found is None:
        raise NotFound("There is no process {process_id!r} to start.", process_id=process_id[:200])
    if not may_start(found, actor):
        raise Forbidden("Others start this process. Ask its owner if you should.")
    return found


def start_by_hand(
    runtime: Runtime,
    process_id: str,
    answer: Mapping[str, Any],
    *,
    business_key: str = "",
    actor: Actor,
    now: datetime,
) -> Started:
    """Start the version in force with what the form was answered with.

    Raises NotFound, Forbidden, FormInvalid for the answer, InvalidInput for a business key that is
    too long, and EngineError.
    """
    key = " ".join(business_key.split())
    if len(key) > LONGEST_BUSINESS_KEY:
        raise InvalidInput(
            "expected a reference of at most {most} characters, got {count}",
            most=LONGEST_BUSINESS_KEY,
            count=len(key),
        )
    with runtime.database.read() as connection:
        found = find_to_start(connection, runtime, process_id, actor)
        bundle = runtime.bundles.get(connection, found.process.bundle_key)
    given = tasks.validate(bundle.forms.get(found.form_id), dict(answer))
    return start_instance(
        runtime,
        process_id,
        given,
        actor=actor,
        now=now,
        business_key=key or None,
        version=found.process,
    )
