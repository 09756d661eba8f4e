"""The case that a command is about, read in one statement: instance, end of its history, complaint
with clocks, and the user task of the key."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from service import cases, jobs
from service.audit import START, Tip
from service.audit.tables import history
from service.builtins import CaseView
from service.cases import Complaint
from service.cases.tables import complaint
from service.db import Connection, Prepared, root_of
from service.engine import Bundle
from service.engine.changes import SubscriptionOpened
from service.errors import NotFound, StateConflict, Suspended
from service.execution.load_view import case_view, find_emergency, find_review
from service.execution.runtime import Runtime
from service.instances import Instance
from service.instances.tables import process_instance
from service.tasks import UserTask
from service.tasks.tables import user_task

_INSTANCE = tuple(name for name in Instance.__dataclass_fields__ if name not in ("tip", "task"))
_COMPLAINT, _TASK = tuple(Complaint.__dataclass_fields__), tuple(UserTask.__dataclass_fields__)
_TIP_AT = len(_INSTANCE)
_COMPLAINT_AT = _TIP_AT + 3
_TASK_AT = _COMPLAINT_AT + len(_COMPLAINT)
"""Where the parts begin in a row of `_READ`; each part begins with a column that is never null
where it is there."""
_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_KEY: sa.BindParameter[int] = sa.bindparam("b_key")
_TIP = sa.select(sa.func.max(history.c.seq)).where(history.c.root_key == _ROOT).scalar_subquery()


def _select(dialect: str) -> sa.Select[Any]:
    return (
        sa.select(
            *(process_instance.c[name] for name in _INSTANCE),
            history.c.seq,
            history.c.hash,
            cases.select_clocks(dialect, _ROOT).label("clocks"),
            *(complaint.c[name].label(f"complaint_{name}") for name in _COMPLAINT),
            *(user_task.c[name].label(f"task_{name}") for name in _TASK),
        )
        .outerjoin(
            history, (history.c.root_key == process_instance.c.root_key) & (history.c.seq == _TIP)
        )
        .outerjoin(complaint, complaint.c.root_key == process_instance.c.root_key)
        .outerjoin(
            user_task,
            (user_task.c.root_key == process_instance.c.root_key) & (user_task.c.key == _KEY),
        )
        .where(process_instance.c.root_key == _ROOT)
    )


_READ = Prepared({"sqlite": _select("sqlite"), "postgresql": _select("postgresql")})
"""The instance, where its history ends, its complaint with its clocks, and the task a command may
be about: what every command needs, in one statement."""
_LOCK = Prepared(
    sa.select(process_instance.c.version)
    .where(process_instance.c.root_key == _ROOT)
    .with_for_update()
)


def get_instance(connection: Connection, root_key: int) -> Instance:
    """The row of a root instance. Raises NotFound."""
    return _read(connection, root_key, root_key)[0]


def check_awake(instance: Instance) -> None:
    """Raises Suspended."""
    if instance.suspended_at is not None:
        raise Suspended(
            "The case is suspended since {suspended_at:%Y-%m-%d %H:%M} UTC; it has to be "
            "resumed first.",
            suspended_at=instance.suspended_at,
        )


def _read(
    connection: Connection, root_key: int, key: int
) -> tuple[Instance, Complaint | None, str | None]:
    row = _READ.row(connection, {"b_root_key": root_key, "b_key": key})
    if row is None:
        raise NotFound("There is no process instance {root_key}.", root_key=root_key)
    seq, digest, clocks = row[_TIP_AT:_COMPLAINT_AT]
    tip = START if seq is None else Tip(seq, digest)
    task = (
        None
        if row[_TASK_AT] is None
        else UserTask.of(dict(zip(_TASK, row[_TASK_AT:], strict=True)))
    )
    instance = Instance(*[*row[:_TIP_AT], tip, task])
    if row[_COMPLAINT_AT] is None:
        return instance, None, None
    return instance, Complaint(*row[_COMPLAINT_AT:_TASK_AT]), clocks


def lock_case(connection: Connection, root_key: int) -> None:
    """Let nobody else move the case until this transaction ends; SQLite has one writer anyway."""
    _LOCK.row(connection, {"b_root_key": root_key})


def read_case(
    connection: Connection, runtime: Runtime, key: int, *, now: datetime
) -> tuple[Instance, CaseView]:
    """The instance that `key` belongs to as it is now, and the case as services and functions see
    it."""
    instance, found, clocks = _read(connection, root_of(key), key)
    read_clocks = partial(cases.read_clocks, clocks)
    view = case_view(runtime, found, now, read_clocks, connection=connection)
    view.emergency, view.review = (
        find_emergency(connection, instance),
        find_review(connection, instance),
    )
    return instance, view


def opened_state(
    connection: Connection, runtime: Runtime, instance: Instance
) -> tuple[bytes, Bundle]:
    """The engine's state of an active instance, and its version. Raises StateConflict when it has
    ended."""
    if instance.state != "active" or instance.engine_state is None:
        raise StateConflict(
            "The process instance is {instance_state}; nothing more can be done with it.",
            instance_state=instance.state,
        )
    return instance.engine_state, runtime.bundles.get(connection, instance.bundle_key)


def list_waiting(connection: Connection, root_key: int) -> tuple[SubscriptionOpened, ...]:
    """Every message subscription that the instance has open, the oldest first."""
    return tuple(
        SubscriptionOpened(
            row.engine_id,
            row.element_id,
            "message",
            row.name,
            row.correlation_key,
            row.interrupting,
            row.process_id,
        )
        for row in jobs.list_message_subscriptions(connection, root_key)
    )
