"""What a completed task cannot do without: the floor that `redress bench http` measures the product
against.

The same server, database, authentication, body and form; then the statements of the real completion
of that very task, over the same two connections and in one transaction, as the product would send
them: but without the engine or a rule, for they were written down before
(`service.bench.statement_log`).
Served only to be measured, never with the product.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import flask

from service import tasks
from service.api.edge import optional_body, parts, signed_in_account
from service.app import open_app, serving
from service.bench.statement_log import Script, load_scripts
from service.db import Connection, Sent, send_again
from service.edge import Gateway
from service.errors import NotFound

blueprint = flask.Blueprint("floor", __name__)


@blueprint.get("/v2/floor/scripts")
def load() -> Any:
    """Have this process read the scripts, which is not to be measured; says which process it is."""
    flask.current_app.extensions["floor"] = load_scripts()
    return str(os.getpid()), 200


@blueprint.post("/v2/floor/<int:key>")
def complete(key: int) -> Any:
    """Do what a completion reads and writes."""
    edge, _ = parts(), signed_in_account()
    answer = optional_body("variables")["variables"]
    script: Script | None = flask.current_app.extensions["floor"].get(key)
    if script is None:
        raise NotFound("No completion of the user task {key} was written down.", key=key)
    database = edge.runtime.database
    with database.read() as connection:
        _send(connection, script.read_before)
        bundle = edge.runtime.bundles.get(connection, script.bundle_key)
    tasks.validate(bundle.forms.get(script.form_id or ""), answer)
    with database.transaction() as connection:
        _send(connection, script.written)
    return "", 204


def _send(connection: Connection, statements: Sequence[Sent]) -> None:
    for each in statements:
        cursor = send_again(connection, each)
        if cursor.description is not None:
            cursor.fetchall()


def application() -> Gateway:
    """The product with the floor beside it, from the environment."""
    return serving(with_floor(open_app()))


def with_floor(app: flask.Flask) -> flask.Flask:
    """The floor beside what the application serves."""
    app.extensions["floor"] = {}
    app.register_blueprint(blueprint)
    return app
