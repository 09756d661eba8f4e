"""The rows of a case that speak of elements and versions, once it goes on in another version.

Due dates, holders and drafts are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from service import tasks
from service.db import Connection
from service.definitions import keys_of
from service.definitions import review as versions
from service.engine import changes as c
from service.errors import StateConflict
from service.instances import Instance
from service.instances.tables import process_instance
from service.jobs.tables import incident, job, subscription, timer


def version_name(connection: Connection, bundle_key: int) -> str:
    """A version as people call it."""
    version = versions.get_version(connection, bundle_key)
    return f"{version.name} {version.version}"


def process_of(connection: Connection, instance: Instance, to_bundle: int) -> int:
    """The key, in the new bundle, of the process that the case was started with."""
    old = keys_of(connection, instance.bundle_key)
    process_id = next(name for name, key in old.items() if key == instance.process_definition_key)
    found = keys_of(connection, to_bundle).get(process_id)
    if found is None:
        raise StateConflict(
            "the process {process_id!r} is not in the new version", process_id=process_id
        )
    return found


def rewrite(
    connection: Connection,
    root_key: int,
    to_bundle: int,
    version: int,
    offered: Iterable[c.TaskCreated],
    renamed: Mapping[str, str],
) -> None:
    """Rows that speak of elements and versions; due dates, holders and drafts are left as they
    are."""
    connection.execute(
        sa.update(process_instance)
        .where(process_instance.c.root_key == root_key)
        .values(bundle_key=to_bundle, process_definition_key=version)
    )
    for task in offered:
        tasks.reoffer_task(connection, root_key, task.id, _offer(task, to_bundle))
    for engine_id, element_id in renamed.items():
        for table in (timer, job, subscription):
            one = (table.c.root_key == root_key, table.c.engine_id == engine_id)
            connection.execute(sa.update(table).where(*one).values(element_id=element_id))
        for table in (timer, job):
            subject = sa.select(table.c.key).where(
                table.c.root_key == root_key, table.c.engine_id == engine_id
            )
            stuck = (
                incident.c.root_key == root_key,
                incident.c.state == "active",
                incident.c.subject_key.in_(subject),
            )
            connection.execute(sa.update(incident).where(*stuck).values(element_id=element_id))


def _offer(task: c.TaskCreated, to_bundle: int) -> dict[str, Any]:
    return {
        "bundle_key": to_bundle,
        "element_id": task.element_id,
        "process_id": task.process_id,
        "name": task.name,
        "form_id": task.form_id,
        "candidate_groups": list(task.candidate_groups),
        "candidate_users": list(task.candidate_users),
        "excluded": list(task.excluded),
        "properties": dict(task.properties),
    }
