"""The investigation report: read, taken as a PDF, signed off."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import flask

from service import cases, operations, reporting
from service.cases import NewEvidence
from service.errors import RedressError, Unavailable
from service.execution import get_instance
from service.identity import Permission
from service.letters import make_pdf
from service.vault import Verdict
from service.web.edge import actor, blueprint, now, parts, signed_in, times
from service.web.persons import shown_names
from service.web.zones import asked_case

SANDBOXED = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""The report is a document of its own with its style inside: it is shown in a sandbox where nothing
runs."""


@blueprint.get("/complaints/<number>/report")
@signed_in(may=Permission.READ_COMPLAINTS)
def report_page(number: str) -> Any:
    return _show(number, "")


@blueprint.get("/complaints/<number>/report.html")
@signed_in(may=Permission.READ_COMPLAINTS)
def report_html(number: str) -> Any:
    response = flask.Response(_written(number)[1], mimetype="text/html")
    response.headers["Content-Security-Policy"] = SANDBOXED
    return response


@blueprint.get("/complaints/<number>/report.pdf")
@signed_in(may=Permission.READ_COMPLAINTS)
def report_pdf(number: str) -> Any:
    headers = {
        "Content-Disposition": f'attachment; filename="{cases.parse_number(number)}-report.pdf"'
    }
    return flask.Response(
        make_pdf(_written(number)[1]), mimetype="application/pdf", headers=headers
    )


@blueprint.post("/complaints/<number>/report")
@signed_in(may=Permission.SIGN_REPORTS)
def report_sign(number: str) -> Any:
    try:
        found, page = _written(number, signed_by=actor().name)
        reporting.check_complete(found)
    except RedressError as error:
        return _show(number, error.message), 409
    documents = [_document(page.encode(), "investigation-report.html", "text/html")]
    with suppress(
        Unavailable
    ):  # the signed document is the page; a PDF is made of it wherever that can be done
        documents.append(_document(make_pdf(page), "investigation-report.pdf", "application/pdf"))
    operations.sign_report(
        parts().runtime, found.complaint.root_key, documents, actor=actor(), now=now()
    )
    return flask.redirect(flask.url_for("web.report_page", number=number))


def _document(content: bytes, name: str, media_type: str) -> NewEvidence:
    return NewEvidence(
        "report", "system", name, parts().vault.keep_bytes(content), Verdict(media_type)
    )


def _written(number: str, signed_by: str = "") -> tuple[reporting.Investigation, str]:
    runtime = parts().runtime
    with runtime.database.read() as connection:
        complaint = asked_case(connection, number)
        found = reporting.gather(connection, complaint)
        instance = get_instance(connection, complaint.root_key)
        bundle = runtime.bundles.get(connection, instance.bundle_key)
    page = reporting.write_report(
        found,
        bundle,
        times=times(),
        now=now(),
        signed_by=signed_by,
        people=shown_names(),
    )
    return found, page


def _show(number: str, problem: str) -> str:
    with parts().runtime.database.read() as connection:
        complaint = asked_case(connection, number)
        files = [
            each
            for each in cases.list_evidence(connection, complaint.root_key)
            if each.kind == "report"
        ]
    may_sign = actor().may(Permission.SIGN_REPORTS)
    return flask.render_template(
        "report.html", complaint=complaint, signed=files, may_sign=may_sign, problem=problem
    )
