"""Drafts: what a person has typed into a task's form and not sent. They survive the browser and the
server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.db import Connection, drop_some, root_of
from service.errors import TooLarge
from service.tasks.forms import MAX_ANSWER_BYTES
from service.tasks.tables import task_draft, user_task

_MINE = (
    (task_draft.c.root_key == sa.bindparam("b_root_key"))
    & (task_draft.c.task_key == sa.bindparam("b_task_key"))
    & (task_draft.c.author == sa.bindparam("b_author"))
)
_FIND = sa.select(task_draft.c.answer, task_draft.c.saved_at).where(_MINE)
_DROP = sa.delete(task_draft).where(_MINE)


def _save(insert: postgresql.Insert | sqlite.Insert) -> postgresql.Insert | sqlite.Insert:
    newer = {"answer": insert.excluded.answer, "saved_at": insert.excluded.saved_at}
    return insert.on_conflict_do_update(
        index_elements=["root_key", "task_key", "author"], set_=newer
    )


_SAVE = {
    "sqlite": _save(sqlite.insert(task_draft)),
    "postgresql": _save(postgresql.insert(task_draft)),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A typed answer that was not sent."""

    answer: Mapping[str, Any]
    saved_at: datetime


def save_draft(
    connection: Connection, task_key: int, author: str, answer: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep an answer as it is, valid or not. Raises TooLarge for more than a form's answer may
    hold."""
    size = len(orjson.dumps(answer))
    if size > MAX_ANSWER_BYTES:
        raise TooLarge(
            "A draft holds at most {most} bytes, this one has {size}.",
            most=MAX_ANSWER_BYTES,
            size=size,
        )
    row = {
        "root_key": root_of(task_key),
        "task_key": task_key,
        "author": author,
        "answer": answer,
        "saved_at": now,
    }
    connection.execute(_SAVE[connection.dialect.name], row)


def find_draft(connection: Connection, task_key: int, author: str) -> Draft | None:
    """What this person had typed."""
    row = connection.execute(_FIND, _where(task_key, author)).one_or_none()
    return None if row is None else Draft(row.answer, row.saved_at)


def drop_draft(connection: Connection, task_key: int, author: str) -> None:
    """Forget it: it was sent, or thrown away."""
    connection.execute(_DROP, _where(task_key, author))


def drop_stale_drafts(connection: Connection, before: datetime, limit: int) -> int:
    """Forget old drafts of tasks that ended without them; how many there were."""
    ended = sa.select(user_task.c.key).where(
        user_task.c.root_key == task_draft.c.root_key,
        user_task.c.key == task_draft.c.task_key,
        user_task.c.state != "open",
    )
    old = sa.and_(task_draft.c.saved_at < before, ended.exists())
    return drop_some(connection, task_draft, old, limit=limit)


def _where(task_key: int, author: str) -> dict[str, Any]:
    return {"b_root_key": root_of(task_key), "b_task_key": task_key, "b_author": author}
