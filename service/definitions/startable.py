"""Which processes a person may start from a page: those that begin with an event nobody else sets
off. The property `startableBy` of that start event, or of the process, names the roles that may;
without it only those who may start anything do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.db import Connection
from service.definitions.procedures import list_in_force
from service.definitions.store import BundleCache, ProcessVersion, find_released
from service.engine import Bundle

STARTABLE_BY = "startableBy"
_CALLS = "callActivity"


@dataclass(frozen=True, slots=True)
class Startable:
    """A process in force that can be started. Without `roles` it is left to those who may start
    anything; `form_id` is the form it begins with, "" where it has none."""

    process: ProcessVersion
    names: Mapping[str, str]
    form_id: str
    roles: frozenset[str]


def list_startable(connection: Connection, bundles: BundleCache) -> list[Startable]:
    """Every process in force that a person can start, by the name of its procedure. Processes that
    others call are left out, unless they say themselves who may start them."""
    found = []
    for procedure in list_in_force(connection):
        bundle = bundles.get(connection, procedure.bundle_key)
        called = _called(bundle)
        for process_id in bundle.processes:
            each = _startable(connection, bundle, process_id, procedure.bundle_key)
            if each is not None and (each.roles or process_id not in called):
                found.append(each)
    return found


def find_startable(
    connection: Connection, bundles: BundleCache, process_id: str
) -> Startable | None:
    """The process of that id, where it is in force and a person can start it."""
    released = find_released(connection, process_id)
    if released is None:
        return None
    bundle = bundles.get(connection, released.bundle_key)
    return _startable(connection, bundle, process_id, released.bundle_key)


def _startable(
    connection: Connection, bundle: Bundle, process_id: str, bundle_key: int
) -> Startable | None:
    model = bundle.models[process_id]
    start, released = model.start_of(""), find_released(connection, process_id)
    if start is None or released is None or released.bundle_key != bundle_key:
        return None
    roles = start.properties.get(STARTABLE_BY) or model.properties.get(STARTABLE_BY, "")
    return Startable(
        released,
        {"en": model.name, **bundle.processes[process_id].names},
        start.form_id or "",
        frozenset(part.strip() for part in roles.split(",") if part.strip()),
    )


def _called(bundle: Bundle) -> set[str]:
    return {
        element.called_process
        for info in bundle.processes.values()
        for element in info.elements.values()
        if element.kind == _CALLS and element.called_process
    }
