"""A draft tried out before anybody is asked to review it: checked, proved, its scenarios played,
and what they reach painted on the diagrams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from markupsafe import Markup

from service import definitions
from service.engine import Bundle
from service.identity import Permission
from service.operations import COMPLAINT_PROCESS
from service.scenarios import Findings
from service.scenarios import marks_of as covered
from service.web.counterexample import faults_of
from service.web.edge import blueprint, language, parts, signed_in
from service.web.findings import findings_of, problems_of
from service.web.picture import drawn, main_first


@blueprint.get("/workbench/drafts/<int:key>/trial")
@signed_in(may=Permission.READ_DRAFTS)
def trial(key: int) -> Any:
    with parts().runtime.database.read() as connection:
        draft = definitions.get_draft(connection, key)
        files = definitions.read_draft(connection, key)
    known = findings_of(files)
    return flask.render_template(
        "trial.html",
        draft=draft,
        found=known[0] if known else None,
        faults=faults_of(known[0].problems if known else problems_of(files), files, language()),
        **(reached(*known) if known else {}),
    )


def reached(found: Findings, bundle: Bundle) -> dict[str, Any]:
    """What the scenarios reach: in numbers, and painted on the sheet that the address asks for.
    Files that hold only decisions have no sheet."""
    wanted = flask.request.args.get("sheet", "")
    sheet = wanted if wanted in bundle.processes else _first_gap(found) or COMPLAINT_PROCESS
    if sheet not in bundle.processes:
        sheet = next((each.id for each in main_first(bundle)), "")
    return {
        "sheets": main_first(bundle),
        "sheet": sheet,
        "picture": _painted(found, bundle, sheet) if sheet else Markup(""),
        "reached": {
            kind: (len(places) - len(found.coverage.missed()[kind]), len(places))
            for kind, places in _places(found).items()
        },
    }


def _places(found: Findings) -> Mapping[str, Mapping[Any, int]]:
    return {
        "elements": found.coverage.elements,
        "flows": found.coverage.flows,
        "rules": found.coverage.rules,
    }


def _first_gap(found: Findings) -> str | None:
    missed = found.coverage.missed()
    return next((process for process, _ in (*missed["elements"], *missed["flows"])), None)


def _painted(found: Findings, bundle: Bundle, sheet: str) -> Markup:
    return drawn(bundle, sheet, covered(found.coverage, sheet), language())
