"""Compliance's pages: which clause is fulfilled by what, with the evidence of one case; and the
execution plan."""

from __future__ import annotations

from typing import Any

import flask

from service import audit, definitions, operations
from service.engine import Bundle
from service.identity import Permission
from service.reporting import evidence_of, execution_plan, limits_of, list_clauses, plan_csv
from service.reporting.briefing_values import variable_names
from service.reporting.rates import rates_of
from service.web.edge import (
    blueprint,
    check_ready,
    language,
    local_day,
    now,
    parts,
    signed_in,
)
from service.web.zones import asked_case


@blueprint.get("/clauses")
@signed_in(may=Permission.READ_COMPLAINTS)
def clauses() -> Any:
    """Every clause; with `?case=C-…` the evidence that it was fulfilled in that case."""
    number = flask.request.args.get("case", "").strip()
    runtime = parts().runtime
    evidence: dict[str, Any] = {}
    with runtime.database.read() as connection:
        found = list_clauses(_released(connection), runtime.profile)
        if number:
            history = audit.list_history(connection, asked_case(connection, number).root_key)
            evidence = {clause.id: evidence_of(clause, history) for clause in found}
    return flask.render_template("clauses.html", clauses=found, number=number, evidence=evidence)


@blueprint.get("/plan")
@signed_in(may=Permission.READ_COMPLAINTS)
def plan() -> Any:
    """Who does what by when."""
    runtime = parts().runtime
    with runtime.database.read() as connection:
        bundle = _released(connection)
    names = variable_names(bundle, language())
    return flask.render_template(
        "plan.html",
        lines=execution_plan(bundle),
        limits=limits_of(runtime.profile),
        rates=rates_of(bundle, now=now(), today=local_day()),
        said=lambda text: definitions.say_value(text, language(), names=names),
    )


@blueprint.get("/plan.csv")
@signed_in(may=Permission.READ_COMPLAINTS)
def plan_table() -> Any:
    """The execution plan as a table."""
    with parts().runtime.database.read() as connection:
        text = plan_csv(execution_plan(_released(connection)))
    headers = {"Content-Disposition": 'attachment; filename="execution-plan.csv"'}
    return flask.Response(text, mimetype="text/csv", headers=headers)


def _released(connection: Any) -> Bundle:
    check_ready(connection)
    released = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
    return parts().runtime.bundles.get(connection, released.bundle_key if released else 0)
