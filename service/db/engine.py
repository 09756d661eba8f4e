"""Engines and transactions for SQLite and PostgreSQL.

SQLite gets two engines: a reading one that never opens a write transaction, and a writing one whose
every transaction begins IMMEDIATE, so that it waits for the lock at the start instead of failing in
the middle; and not before its first statement, so that nobody waits for what is only being worked
out. WAL and `synchronous=FULL`: what was acknowledged survives a power cut.
"""

from __future__ import annotations

import copy
import select
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.db.after_commit import run_after_commit
from service.db.bell import CHANNEL, Bell, left_work, listen
from service.db.checkpoints import MOST_PAGES, Checkpoints
from service.db.prepared import begin_now, beginning_late, begins_late, wrapped
from service.db.preparing import Preparing, prepare_on, split
from service.db.shadows import hide
from service.db.touched import forget_touched, keep_touched
from service.db.turns import BUSY_SECONDS, WriterTurns
from service.db.waits import Waits
from service.errors import Disconnected, InvalidInput, OutcomeUnknown, Unavailable

__all__ = ["Connection", "Database", "is_conflict"]

PING_AFTER_SECONDS = 1.0
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    f"wal_autocheckpoint={MOST_PAGES}",
)
IMMEDIATE = "BEGIN IMMEDIATE"
READ_CACHE, WRITE_CACHE = 65_536, 8_192
"""KiB of pages that a SQLite connection keeps at most: with its own 2,000 the lists of a large
database read the same pages time and again. A writer finds its pages changed by others more often
than not."""


class Database:
    """One database: `read()` for queries, `transaction()` for the one short write of a command."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        parsed, preparing = split(_parse(url))
        self.url = parsed
        self.dialect = parsed.get_backend_name()
        file = (
            parsed.database if self.dialect == "sqlite" and parsed.database != ":memory:" else None
        )
        self._turns = WriterTurns(file) if self.dialect == "sqlite" else None
        self._checkpoints = Checkpoints(file, self._turns.turn) if file and self._turns else None
        if self.dialect == "sqlite":
            self._read_engine = _sqlite_engine(parsed, "BEGIN", pool_size, cache=READ_CACHE)
            self._write_engine = _sqlite_engine(parsed, IMMEDIATE, pool_size, cache=WRITE_CACHE)
            sa.event.listen(
                self._write_engine,
                "before_cursor_execute",
                lambda connection, *_: begin_now(connection),
            )
        else:
            self._write_engine = _postgresql_engine(parsed, pool_size, preparing)
            # the same pool; a read begins and ends no transaction, which saves two round trips
            self._read_engine = self._write_engine.execution_options(isolation_level="AUTOCOMMIT")
        self._bell = Bell(self._notify)
        self._hidden: frozenset[int] = frozenset()
        self.waits = Waits(parsed)

    @property
    def engines(self) -> frozenset[sa.Engine]:
        """What statements go through, to listen to. On PostgreSQL the reading one hands on what
        happens to the writing one."""
        if self.dialect == "postgresql":
            return frozenset({self._write_engine})
        return frozenset({self._read_engine, self._write_engine})

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: one snapshot on SQLite, read committed on PostgreSQL. Nothing
        is committed."""
        with _reachable(), self._read_engine.connect() as connection:
            yield hide(connection, self._hidden)

    def without(self, root_keys: frozenset[int]) -> Database:
        """The same database as somebody reads it who must not see these cases. What is written, and
        what is read in order to write, is of the whole."""
        seen = copy.copy(self)
        seen._hidden = root_keys
        return seen

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection for reading much: everything as it was at one instant."""
        if self.dialect == "sqlite":
            with self.read() as connection:
                yield connection
            return
        with _reachable(), self._write_engine.connect() as connection:
            yield hide(
                connection.execution_options(isolation_level="REPEATABLE READ"), self._hidden
            )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One write transaction: committed when the block ends, rolled back whole when it
        raises."""
        with (
            _reachable(),
            self._write_engine.connect() as connection,
            self._in_turn(connection),
            connection.begin() as held,
        ):
            forget_touched(connection)
            yield connection
            keep_touched(connection)
            with _committing():
                held.commit()
            if left_work(connection):
                self.waits.wake()
                if self.dialect == "postgresql":
                    self._bell.ring()
        run_after_commit(connection)
        if self._checkpoints is not None:
            self._checkpoints.committed()

    @contextmanager
    def _in_turn(self, connection: Connection) -> Iterator[None]:
        """On SQLite the turn to write, from the first statement to the end of the block."""
        if self._turns is None:
            yield
            return
        turns = self._turns
        with ExitStack() as held:

            def begin() -> None:
                held.enter_context(turns.turn())
                _begin(connection, IMMEDIATE)

            with beginning_late(connection, begin):
                yield

    def scrub(self) -> None:
        """Leave nothing of what was deleted in the files of SQLite: neither in free pages, nor in
        the index of words, nor in the write-ahead log. On PostgreSQL the space is free to be
        written over; its own log and archives keep what they kept. Writers wait meanwhile."""
        if self._turns is None:
            with self._write_engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
            return
        with self._turns.turn(), _reachable(), self._write_engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("INSERT INTO case_text (case_text) VALUES ('optimize')")
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def listen(self, heard: threading.Event, stop: threading.Event) -> None:
        """Set `heard` when a commit left work behind, where the database can tell; see
        `service.db.bell`."""
        if self.dialect == "postgresql":
            listen(self.url, heard.set, stop)

    def _notify(self) -> None:
        with self._read_engine.connect() as connection:
            connection.exec_driver_sql(f"NOTIFY {CHANNEL}")

    def dispose(self) -> None:
        """Close every pooled connection (before a fork, at the end of a test)."""
        self._bell.close()
        self.waits.close()
        if self._checkpoints is not None:
            self._checkpoints.close()
        self._read_engine.dispose()
        self._write_engine.dispose()
        if self._turns is not None:
            self._turns.close()


def is_conflict(error: BaseException) -> bool:
    """Whether the database refused because somebody else was there first, and the command may
    simply run again."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    if code is not None:
        return code in {"40001", "40P01", "55P03"}
    return "database is locked" in str(error.orig)


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise InvalidInput(
            "expected a database URL such as sqlite:///var/redress.db, got {url!r}", url=url
        ) from None
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}:
        raise InvalidInput(
            "expected a database URL that begins with sqlite: or postgresql+psycopg:, got "
            "{drivername!r}",
            drivername=parsed.drivername,
        )
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _sqlite_engine(url: sa.URL, begin: str, pool_size: int, *, cache: int) -> sa.Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in (*PRAGMAS, f"cache_size=-{cache}"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        if not begins_late(connection):
            _begin(connection, begin)

    return engine


def _begin(connection: Connection, begin: str) -> None:
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(begin)  # past SQLAlchemy, which would take longer over it than SQLite
    except sqlite3.Error as error:
        raise wrapped(connection, begin, error) from error


def _postgresql_engine(url: sa.URL, pool_size: int, preparing: Preparing) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"prepare_threshold": None},  # until it is known what stands in between
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )
    prepare_on(engine, preparing)
    _ping_after_a_rest(engine)
    return engine


def _ping_after_a_rest(engine: sa.Engine) -> None:
    """Try a connection that has lain idle before it is used: a restarted server or a pooler may
    have closed it. One that was in use a moment ago is not asked each time, unless the server has
    said something since: its farewell."""

    @sa.event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: Any) -> None:
        rests_since = record.info.get("rests_since", 0.0)
        if time.monotonic() - rests_since < PING_AFTER_SECONDS and not _has_news(connection):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError from error


def _has_news(connection: Any) -> bool:
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _dumps(value: Any) -> str:
    return orjson.dumps(value, default=_number).decode()


def _number(value: Any) -> Any:
    """Decimals are written digit by digit."""
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f") if abs(value.adjusted()) < 50 else str(value))
    raise TypeError(f"{type(value).__name__} is no plain value")


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        if is_conflict(error):
            raise
        reason = str(error.orig).strip().splitlines()
        kind = Disconnected if error.connection_invalidated or _is_away(error) else Unavailable
        raise kind(f"The database cannot be used: {reason[0] if reason else error}") from error


@contextmanager
def _committing() -> Iterator[None]:
    """A connection that is lost here leaves open whether the commit took place."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise OutcomeUnknown from error


def _is_away(error: sa.exc.DBAPIError) -> bool:
    """Whether a PostgreSQL server could not be reached: it is stopped, starting, or stopping."""
    code = getattr(error.orig, "sqlstate", "")
    return code is None or code.startswith(("08", "57P"))
