"""Versions of bundles: deploy, release, find. A version pins its files by content hash and never
changes.

Version 1, 2, … of a bundle's name; the same content again is the same version. A process gets its
own version per bundle it comes in. The newest released version of a process starts new instances;
running ones keep theirs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.definitions.parts import insert_parts
from service.definitions.shipped import DEFINITION_SUFFIXES
from service.definitions.starts import forget_starts, insert_starts, processes_of
from service.definitions.tables import bundle, bundle_file, definition_file, process_definition
from service.engine import Bundle, load_bundle, start_event_names
from service.errors import NotFound, StateConflict


@dataclass(frozen=True, slots=True)
class ProcessVersion:
    """One executable process of one bundle version."""

    key: int
    bundle_key: int
    process_id: str
    name: str
    version: int
    version_tag: str | None
    path: str
    start_events: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment made, or found to be there already."""

    bundle_key: int
    name: str
    version: int
    new: bool
    processes: tuple[ProcessVersion, ...]


_NEWEST = (
    sa.select(bundle)
    .where(bundle.c.name == sa.bindparam("b_name"))
    .order_by(bundle.c.version.desc())
    .limit(1)
)
_PROCESSES = (
    sa.select(process_definition)
    .where(process_definition.c.bundle_key == sa.bindparam("b_bundle_key"))
    .order_by(process_definition.c.process_id)
)
_LAST_PROCESS_VERSION = sa.select(
    sa.func.coalesce(sa.func.max(process_definition.c.version), 0)
).where(process_definition.c.process_id == sa.bindparam("b_process_id"))
_RELEASED = Prepared(
    sa.select(process_definition)
    .join(bundle, bundle.c.key == process_definition.c.bundle_key)
    .where(
        process_definition.c.process_id == sa.bindparam("b_process_id"),
        bundle.c.state == "released",
    )
    .order_by(process_definition.c.version.desc())
    .limit(1)
)
_FILES = (
    sa.select(bundle_file.c.path, definition_file.c.content)
    .join(definition_file, definition_file.c.content_hash == bundle_file.c.content_hash)
    .where(bundle_file.c.bundle_key == sa.bindparam("b_bundle_key"))
    .order_by(bundle_file.c.path)
)


def deploy(
    connection: Connection,
    files: Mapping[str, bytes],
    *,
    name: str,
    actor: str,
    now: datetime,
    next_key: Callable[[], int],
) -> Deployed:
    """Store a new version of the bundle `name`. Raises DefinitionInvalid with every problem of the
    files.

    The content of the newest version again is that version, not a new one, unless it was retired.
    """
    kept = {
        path: content
        for path, content in sorted(files.items())
        if path.endswith(DEFINITION_SUFFIXES)
    }
    loaded = load_bundle(kept)
    newest = connection.execute(_NEWEST, {"b_name": name}).one_or_none()
    if (
        newest is not None
        and newest.content_hash == loaded.content_hash
        and newest.state != "retired"
    ):
        return Deployed(newest.key, name, newest.version, False, _processes(connection, newest.key))
    version = 1 if newest is None else newest.version + 1
    key = next_key()
    connection.execute(
        sa.insert(bundle),
        {
            "key": key,
            "name": name,
            "version": version,
            "content_hash": loaded.content_hash,
            "state": "deployed",
            "created_at": now,
            "created_by": actor,
        },
    )
    _store_files(connection, key, kept)
    for process in loaded.processes.values():
        last = connection.execute(_LAST_PROCESS_VERSION, {"b_process_id": process.id}).scalar_one()
        connection.execute(
            sa.insert(process_definition),
            {
                "key": next_key(),
                "bundle_key": key,
                "process_id": process.id,
                "name": process.name or process.id,
                "version": last + 1,
                "version_tag": process.version_tag,
                "path": process.file,
                "start_events": start_event_names(loaded, process.id),
            },
        )
    insert_parts(connection, key, loaded)
    return Deployed(key, name, version, True, _processes(connection, key))


def release(connection: Connection, bundle_key: int, *, actor: str, now: datetime) -> None:
    """Let a deployed version start new instances from now on; the version released before is
    superseded.

    Raises NotFound, or StateConflict when the version was superseded or retired.
    """
    row = connection.execute(sa.select(bundle).where(bundle.c.key == bundle_key)).one_or_none()
    if row is None:
        raise NotFound("There is no bundle {bundle_key}.", bundle_key=bundle_key)
    if row.state == "released":
        return
    if row.state != "deployed":
        raise StateConflict(
            "Version {version} of {row_name} is {row_state}; deploy its files again.",
            version=row.version,
            row_name=row.name,
            row_state=row.state,
        )
    superseded = sa.update(bundle).where(bundle.c.name == row.name, bundle.c.state == "released")
    gone = (
        connection.execute(superseded.values(state="superseded").returning(bundle.c.key))
        .scalars()
        .all()
    )
    connection.execute(
        sa.update(bundle)
        .where(bundle.c.key == bundle_key)
        .values(state="released", released_at=now, released_by=actor)
    )
    move_starts(connection, processes_of(connection, [bundle_key, *gone]), now=now)


def move_starts(connection: Connection, process_ids: Iterable[str], *, now: datetime) -> None:
    """Let the start events of these processes be those of the version that is released now, if
    there is one."""
    wanted = sorted(process_ids)
    forget_starts(connection, wanted)
    for process_id in wanted:
        current = find_released(connection, process_id)
        if current is not None and current.start_events:
            insert_starts(
                connection,
                current,
                load_bundle(read_files(connection, current.bundle_key)),
                now=now,
            )


def find_released(connection: Connection, process_id: str) -> ProcessVersion | None:
    """The version of a process that starts new instances."""
    row = _RELEASED.first(connection, {"b_process_id": process_id})
    return None if row is None else ProcessVersion(**row)


def find_name_in_force(connection: Connection, process_id: str) -> str:
    """The name under which a process is in force; "" where it is not."""
    query = (
        sa.select(bundle.c.name)
        .join(process_definition, process_definition.c.bundle_key == bundle.c.key)
        .where(process_definition.c.process_id == process_id, bundle.c.state == "released")
        .order_by(process_definition.c.version.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or ""


def list_released(connection: Connection) -> list[int]:
    """The keys of the bundles that start new instances."""
    return list(
        connection.execute(sa.select(bundle.c.key).where(bundle.c.state == "released")).scalars()
    )


def get_process(connection: Connection, key: int) -> ProcessVersion:
    """A process version by its key. Raises NotFound."""
    query = sa.select(process_definition).where(process_definition.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no process definition {key}.", key=key)
    return ProcessVersion(**row)


def get_startable(
    connection: Connection,
    *,
    key: int | None = None,
    process_id: str = "",
    version: int | None = None,
) -> ProcessVersion:
    """A very version to start: one that is released or was. Raises NotFound, StateConflict when it
    never was."""
    this = (
        process_definition.c.key == key
        if key is not None
        else (process_definition.c.process_id == process_id)
        & (process_definition.c.version == version)
    )
    query = sa.select(process_definition, bundle.c.state).join(
        bundle, bundle.c.key == process_definition.c.bundle_key
    )
    row = connection.execute(query.where(this)).mappings().one_or_none()
    if row is None:
        if version:
            raise NotFound(
                "There is no process definition {process_id} {version}.",
                process_id=process_id or key,
                version=version,
            )
        raise NotFound("There is no process definition {process_id}.", process_id=process_id or key)
    found = dict(row)
    state = found.pop("state")
    if state == "deployed":
        raise StateConflict(
            "Version {version} of {process_id} is {state}; release it first.",
            version=found["version"],
            process_id=found["process_id"],
            state=state,
        )
    check_not_retired(connection, found["bundle_key"])
    return ProcessVersion(**found)


def check_not_retired(connection: Connection, bundle_key: int) -> None:
    """Raises StateConflict when the version was retired, NotFound. It is not retired while this
    transaction lasts."""
    query = sa.select(bundle.c.name, bundle.c.version, bundle.c.state).where(
        bundle.c.key == bundle_key
    )
    row = connection.execute(query.with_for_update(read=True)).one_or_none()
    if row is None:
        raise NotFound("There is no bundle {bundle_key}.", bundle_key=bundle_key)
    if row.state == "retired":
        raise StateConflict(
            "Version {version} of {row_name} is retired: nothing starts in it or moves to it.",
            version=row.version,
            row_name=row.name,
        )


def stands_with(connection: Connection, process_ids: Iterable[str], companion: str) -> bool:
    """Whether any of these processes ever came in one bundle with the process `companion`."""
    other = sa.alias(process_definition)
    query = (
        sa.select(process_definition.c.key)
        .join(other, other.c.bundle_key == process_definition.c.bundle_key)
        .where(
            process_definition.c.process_id.in_(list(process_ids)), other.c.process_id == companion
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def get_bundle_name(connection: Connection, key: int) -> str:
    """The name that all versions of a bundle share. Raises NotFound."""
    name = connection.execute(
        sa.select(bundle.c.name).where(bundle.c.key == key)
    ).scalar_one_or_none()
    if name is None:
        raise NotFound("There is no bundle {key}.", key=key)
    return str(name)


def list_processes(connection: Connection) -> list[ProcessVersion]:
    """Every version of every process, by id and version."""
    query = sa.select(process_definition).order_by(
        process_definition.c.process_id, process_definition.c.version
    )
    return [ProcessVersion(**row) for row in connection.execute(query).mappings()]


def keys_of(connection: Connection, bundle_key: int) -> dict[str, int]:
    """The keys of a bundle's processes, by their ids."""
    return {each.process_id: each.key for each in _processes(connection, bundle_key)}


def read_files(connection: Connection, bundle_key: int) -> dict[str, bytes]:
    """The files a bundle version pins, by path. Raises NotFound."""
    files = {
        row.path: row.content for row in connection.execute(_FILES, {"b_bundle_key": bundle_key})
    }
    if not files:
        raise NotFound("There is no bundle {bundle_key}.", bundle_key=bundle_key)
    return files


class BundleCache:
    """Parsed bundles of this process, the newest few. A version never changes, so no entry does."""

    def __init__(self, size: int = 32) -> None:
        self._size = size
        self._bundles: dict[int, Bundle] = {}
        self._parsing = threading.Lock()

    def get(self, connection: Connection, bundle_key: int) -> Bundle:
        found = self._bundles.get(bundle_key)
        return self._parse(connection, bundle_key) if found is None else found

    def _parse(self, connection: Connection, bundle_key: int) -> Bundle:
        """Parse it, once however many threads want it; the bundle that came first makes room."""
        with self._parsing:
            found = self._bundles.get(bundle_key)
            if found is None:
                found = load_bundle(read_files(connection, bundle_key))
                while len(self._bundles) >= self._size:
                    del self._bundles[next(iter(self._bundles))]
                self._bundles[bundle_key] = found
        return found


def _processes(connection: Connection, bundle_key: int) -> tuple[ProcessVersion, ...]:
    rows = connection.execute(_PROCESSES, {"b_bundle_key": bundle_key}).mappings()
    return tuple(ProcessVersion(**row) for row in rows)


def _store_files(connection: Connection, bundle_key: int, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        content_hash = sha256(content).hexdigest()
        known = sa.select(definition_file.c.content_hash).where(
            definition_file.c.content_hash == content_hash
        )
        if connection.execute(known).one_or_none() is None:
            connection.execute(
                sa.insert(definition_file), {"content_hash": content_hash, "content": content}
            )
        connection.execute(
            sa.insert(bundle_file),
            {"bundle_key": bundle_key, "path": path, "content_hash": content_hash},
        )
