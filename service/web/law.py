"""The law that complaints are handled under: every figure with its source, and which of them the
bank has still to confirm."""

from __future__ import annotations

from typing import Any

import flask

from service.identity import Permission
from service.reporting.law import law_of
from service.web.edge import blueprint, parts, signed_in


@blueprint.get("/law")
@signed_in(may=Permission.READ_COMPLAINTS)
def law() -> Any:
    """The profiles that this bank has enabled, the installation's own first."""
    runtime = parts().runtime
    found = [law_of(each) for each in runtime.choices]
    waiting = sum(each.to_confirm for each in found)
    return flask.render_template("law.html", laws=found, waiting=waiting)
