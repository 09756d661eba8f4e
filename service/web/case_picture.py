"""The diagram of a case by itself, for a page that asks for it later."""

from __future__ import annotations

from typing import Any

import flask

from service import audit, operations
from service.db import MAX_CHILD
from service.execution import get_instance
from service.web.edge import blueprint, language, parts, signed_in
from service.web.evidence import visible_case
from service.web.picture import picture_of


@blueprint.get("/complaints/<number>/picture")
@signed_in()
def case_picture(number: str) -> Any:
    complaint = visible_case(number)
    with parts().runtime.database.read() as connection:
        steps = audit.list_moves(connection, complaint.root_key, until=MAX_CHILD)
        instance = get_instance(connection, complaint.root_key)
        bundle = parts().runtime.bundles.get(connection, instance.bundle_key)
    wanted = flask.request.args.get("sheet", operations.COMPLAINT_PROCESS)
    sheet = wanted if wanted in bundle.processes else operations.COMPLAINT_PROCESS
    return str(
        picture_of(bundle, sheet, steps=steps, state=instance.engine_state, language=language())
    )
