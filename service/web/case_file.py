"""A case: facts, clocks, story, diagram, letters, open tasks."""

from __future__ import annotations

from typing import Any

import flask

from service import audit, cases, notifications, operations, tasks
from service.errors import NotFound
from service.web.edge import READERS, actor, blueprint, language, parts, signed_in
from service.web.picture import main_first, picture_of
from service.web.story import story_of


@blueprint.get("/complaints/<number>")
@signed_in()
def case_page(number: str) -> Any:
    with parts().runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        all_tasks = tasks.list_case_tasks(connection, complaint.root_key)
        if not actor().has(*READERS) and not any(tasks.can_see(task, actor()) for task in all_tasks):
            raise NotFound(f"There is no complaint {number}.")
        history = audit.list_history(connection, complaint.root_key)
        instance = operations.get_instance(connection, complaint.root_key)
        bundle = parts().runtime.bundles.get(connection, instance.bundle_key)
        letters = notifications.list_letters(connection, complaint.root_key)
        clocks = cases.list_deadlines(connection, complaint.root_key)
    wanted = flask.request.args.get("sheet", operations.COMPLAINT_PROCESS)
    sheet = wanted if wanted in bundle.processes else operations.COMPLAINT_PROCESS
    return flask.render_template(
        "case.html",
        complaint=complaint,
        open_tasks=[task for task in all_tasks if task.state is tasks.TaskState.OPEN],
        story=story_of(history, bundle, language()),
        letters=letters,
        deadlines=clocks,
        sheets=main_first(bundle),
        sheet=sheet,
        picture=picture_of(bundle, sheet, history=history, state=instance.engine_state, language=language()),
    )
