"""A completion carried out and undone: the statements that it sent, for the floor to send again
(`service.bench.floor`)."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import orjson
from psycopg.types.json import Json, Jsonb

from service import operations
from service.bench.task_supply import Doing
from service.clock import SystemClock
from service.db import Connection, Database, Sent, watchers
from service.execution import Runtime

FOLDER = "FLOOR_SCRIPTS"
"""The variable that names the folder with a file for each task."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a completion reads before its transaction, and what it sends in it."""

    bundle_key: int
    form_id: str | None
    read_before: Sequence[Sent]
    written: Sequence[Sent]


def keep_script(folder: Path, key: int, script: Script) -> None:
    """Lay it ready for the serving processes."""
    (folder / str(key)).write_bytes(pickle.dumps(script))


def load_scripts() -> dict[int, Script]:
    """What lies ready, by the keys of the tasks."""
    files = Path(os.environ[FOLDER]).iterdir()
    return {int(file.name): pickle.loads(file.read_bytes()) for file in files}  # noqa: S301 - our own


class _Undone(Exception):
    """The transaction was worked out to its end, and is given up."""


@dataclass(slots=True)
class _NeverWritten:
    """A database that reads, and gives every transaction up at its end. Keeps what each sent."""

    database: Database
    dialect: str = ""
    """None that is known: keys of new instances are taken beforehand, or the next one would be
    given the same."""
    begun: bool = False
    read_before: list[Sent] = field(default_factory=list)
    written: list[Sent] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self.database.transaction() as connection:
            self.begun = True
            yield connection
            raise _Undone

    def heard(self, _connection: Connection, sent: Sent) -> None:
        rows = [
            [_kept(value) for value in row] for row in (sent.values if sent.many else [sent.values])
        ]
        (self.written if self.begun else self.read_before).append(
            sent._replace(values=rows if sent.many else rows[0])
        )


def _kept(value: Any) -> Any:
    """A value of a statement as it can lie in a file; what the driver makes into JSON, it still has
    to."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, Json | Jsonb):
        return type(value)(orjson.loads((value.dumps or orjson.dumps)(value.obj)), value.dumps)
    return value


def script_of(runtime: Runtime, doing: Doing) -> Script:
    """What completing the task would send now. Nothing has changed afterwards. Raises what the
    completion raises."""
    database = _NeverWritten(runtime.database)
    watchers.append(database.heard)
    try:
        operations.complete_task(
            replace(runtime, database=cast(Database, database)),
            doing.task.key,
            doing.answer,
            actor=doing.actor,
            now=SystemClock().now(),
        )
    except _Undone:
        pass
    finally:
        watchers.remove(database.heard)
    return Script(doing.task.bundle_key, doing.task.form_id, database.read_before, database.written)
