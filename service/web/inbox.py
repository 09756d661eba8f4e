"""The task list: mine, my groups', and all that I may see."""

from __future__ import annotations

from typing import Any

import flask

from service import tasks
from service.web.edge import PAGE_SIZE, actor, blueprint, page_number, parts, signed_in


@blueprint.get("/tasks")
@signed_in()
def task_list() -> Any:
    shown, page = flask.request.args.get("show", "groups"), page_number()
    scope = tasks.Scope(shown) if shown in list(tasks.Scope) else tasks.Scope.GROUPS
    with parts().runtime.database.read() as connection:
        counts = tasks.count_tasks(connection, actor())
        found, total = tasks.list_tasks(connection, actor(), scope=scope, page=tasks.Page(page * PAGE_SIZE, PAGE_SIZE))
    return flask.render_template(
        "tasks.html", tasks=found, total=total, scope=scope, counts=counts, page=page, size=PAGE_SIZE
    )
