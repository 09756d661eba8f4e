"""What browsers are told with every answer."""

from __future__ import annotations

import flask

from service.edge.parts import STATIC

REPORTS_TO = "/csp-reports"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    f"report-uri {REPORTS_TO}; report-to csp"
)
RETRY_AFTER = "2"
"""Seconds: the database is starting again, or a case was busy with other commands."""


def set_headers(response: flask.Response) -> flask.Response:
    """Nothing inline, nothing framed, nothing guessed, nothing kept."""
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["Reporting-Endpoints"] = f'csp="{REPORTS_TO}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if response.status_code == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    if not flask.request.path.startswith(STATIC):
        response.headers["Cache-Control"] = "no-store"
    return response
