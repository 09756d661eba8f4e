"""What a completed task cannot do without: the floor that `redress bench http` measures the product against.

The same server, database, authentication, body and form; then the statements of a real completion, without the engine
and without a rule: read the task and its instance, move the instance on under its version, close the task, open one,
move a timer, write a history row, commit. Served only to be measured, never with the product.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import flask
import orjson
import sqlalchemy as sa

from service import tasks
from service.api.edge import account_with, optional_body, parts
from service.app import application as application_of_the_product
from service.audit.tables import history
from service.db import Connection, Prepared, gathered, root_of
from service.errors import NotFound, StateConflict
from service.jobs.tables import timer
from service.operations.tables import process_instance
from service.tasks.tables import task_candidate, user_task

_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_KEY: sa.BindParameter[int] = sa.bindparam("b_key")
_TIP = sa.select(sa.func.max(history.c.seq)).where(history.c.root_key == _ROOT).scalar_subquery()
_READ = Prepared(
    sa.select(
        user_task,
        process_instance.c.version,
        process_instance.c.next_child,
        process_instance.c.engine_state,
        history.c.seq,
        history.c.hash,
    )
    .join(process_instance, process_instance.c.root_key == user_task.c.root_key)
    .outerjoin(history, (history.c.root_key == user_task.c.root_key) & (history.c.seq == _TIP))
    .where(user_task.c.root_key == _ROOT, user_task.c.key == _KEY)
)
_MOVE = Prepared(
    sa.update(process_instance)
    .where(process_instance.c.root_key == _ROOT, process_instance.c.version == sa.bindparam("b_version"))
    .values(
        version=process_instance.c.version + 1,
        next_child=sa.bindparam("b_next_child"),
        engine_state=sa.bindparam("b_engine_state"),
    ),
    counted=True,
)
_CLOSE = Prepared(
    sa.update(user_task)
    .where(user_task.c.root_key == _ROOT, user_task.c.key == _KEY, user_task.c.state == "open")
    .values(
        state="completed",
        ended_at=sa.bindparam("b_ended_at"),
        completed_by=sa.bindparam("b_completed_by"),
        answer=sa.bindparam("b_answer", type_=sa.JSON),
    )
)
_COLUMNS = [each.name for each in user_task.columns if each.name not in ("ended_at", "completed_by", "answer")]
_OPEN = Prepared(sa.insert(user_task), columns=_COLUMNS)
_WITHDRAW = Prepared(
    sa.delete(task_candidate).where(task_candidate.c.root_key == _ROOT, task_candidate.c.task_key == _KEY)
)
_OFFER = Prepared(sa.insert(task_candidate), columns=[each.name for each in task_candidate.columns])
_END_TIMER = Prepared(sa.delete(timer).where(timer.c.root_key == _ROOT, timer.c.key == _KEY))
_SET_TIMER = Prepared(
    sa.insert(timer), columns=("root_key", "key", "engine_id", "element_id", "due_at", "run_at", "attempts")
)
_NOTE = Prepared(sa.insert(history), columns=[each.name for each in history.columns])
blueprint = flask.Blueprint("floor", __name__)


@blueprint.post("/v2/floor/<int:key>")
def complete(key: int) -> Any:
    """Do what a completion writes. The task that opens is a copy of the one that closes."""
    edge, who = parts(), account_with()
    answer, now = optional_body("variables")["variables"], edge.clock.now()
    where = {"b_root_key": root_of(key), "b_key": key}
    with edge.runtime.database.read() as connection:
        row = _READ.first(connection, where)
        if row is None:
            raise NotFound(f"There is no user task {key}.")
        bundle = edge.runtime.bundles.get(connection, row["bundle_key"])
    tasks.validate(bundle.forms.get(row["form_id"] or ""), answer)
    with edge.runtime.database.transaction() as connection:
        with gathered(connection):
            moved = _MOVE.run(
                connection,
                {
                    **where,
                    "b_version": row["version"],
                    "b_next_child": row["next_child"] + 2,
                    "b_engine_state": row["engine_state"],
                },
            )
            _tasks(connection, row, where, answer, who.name, now)
            _timer(connection, row, now)
            _history(connection, row, who.name, now)
        if moved.rowcount != 1:
            raise StateConflict("Somebody else was first.")
    return "", 204


def _tasks(connection: Connection, row: Any, where: Any, answer: Any, name: str, now: Any) -> None:
    key = row["root_key"] + row["next_child"]
    _CLOSE.run(connection, {**where, "b_ended_at": now, "b_completed_by": name, "b_answer": answer})
    _WITHDRAW.run(connection, where)
    fresh = {column: row[column] for column in _COLUMNS}
    _OPEN.run(connection, {**fresh, "key": key, "engine_id": str(key), "created_at": now})
    group = {"candidate": f"group:{row['candidate_groups'][0]}", "due_at": tasks.NO_DUE, "assigned": False}
    _OFFER.run(connection, {"root_key": row["root_key"], "task_key": key, **group})


def _timer(connection: Connection, row: Any, now: Any) -> None:
    key, due_at = row["root_key"] + row["next_child"] + 1, now + timedelta(days=5)
    _END_TIMER.run(connection, {"b_root_key": row["root_key"], "b_key": key - 2})
    set_to = {"engine_id": str(key), "element_id": "floor", "due_at": due_at, "run_at": due_at, "attempts": 0}
    _SET_TIMER.run(connection, {"root_key": row["root_key"], "key": key, **set_to})


def _history(connection: Connection, row: Any, name: str, now: Any) -> None:
    moved = {"entered": [[row["process_id"], row["element_id"]]], "completed": [row["element_id"]]}
    content: dict[str, Any] = {
        "root_key": row["root_key"],
        "seq": (row["seq"] or 0) + 1,
        "at": now,
        "actor": name,
        "event": "case:task:completed",
        "subject_key": row["key"],
        "details": {"element": row["element_id"], "name": row["name"], "moved": moved},
        "previous_hash": row["hash"] or "",
    }
    digest = sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    _NOTE.run(connection, {**content, "hash": digest})


def application() -> flask.Flask:
    """The product with the floor beside it, from the environment."""
    app = application_of_the_product()
    app.register_blueprint(blueprint)
    return app
