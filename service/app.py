"""Where the parts are put together: one Flask application for pages and API."""

from __future__ import annotations

import hmac
import logging
import os
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Any

import flask
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from service import api, identity, logs, web
from service.clock import Clock, open_clock
from service.config import Settings, load_settings
from service.db import Database
from service.errors import (
    DefinitionInvalid,
    Forbidden,
    FormInvalid,
    InvalidInput,
    NotFound,
    NotServed,
    RedressError,
    StateConflict,
    TimedOut,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from service.identity import Attempts, TooManyAttempts
from service.operations import Runtime
from service.parent_watch import end_with_parent
from service.vault import Vault, open_vault

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STATUS: tuple[tuple[type[RedressError], int], ...] = (
    (FormInvalid, 422),
    (InvalidInput, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (StateConflict, 409),
    (TooLarge, 413),
    (TooManyAttempts, 429),
    (Unavailable, 503),
    (NotServed, 501),
    (TimedOut, 504),
)
MOST_PROBLEMS = 200
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SIGN_IN = ("/sign-in", "/oauth/token")
API = ("/api/", "/v2/", "/oauth/", "/openapi.json", "/metrics")
RETRY_AFTER = "2"
"""Seconds: the database is starting again, or a case was busy with other commands."""
log = logging.getLogger("redress.app")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the edge hands to everything below it."""

    runtime: Runtime
    settings: Settings
    clock: Clock
    vault: Vault
    attempts: Attempts = field(default_factory=Attempts)


def create_app(
    settings: Settings, *, runtime: Runtime | None = None, clock: Clock | None = None
) -> flask.Flask:
    """The application of these settings."""
    app = flask.Flask("service", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    ready = runtime or Runtime.open(
        Database(settings.database_url), policy=settings.policy, policy_dir=settings.policy_dir
    )
    if ready.gather is None:
        ready = replace(ready, gather=web.gather_evidence)
    vault = open_vault(settings.evidence_dir, ready.database, limit=settings.evidence_max_bytes)
    app.extensions["redress"] = Parts(ready, settings, clock or open_clock(settings.clock), vault)
    app.register_blueprint(web.blueprint)
    app.register_blueprint(api.blueprint)
    app.before_request(api.begin_request)
    app.before_request(_check_host)
    app.before_request(_who)
    app.after_request(api.end_request)
    app.after_request(api.count_request)
    app.after_request(_headers)
    app.after_request(_count_failures)
    app.register_error_handler(RedressError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "alive"})
    app.add_url_rule("/readyz", "readyz", _ready)
    app.wsgi_app = api.DESK.inside(app.wsgi_app)  # type: ignore[method-assign]
    _trust_proxies(app, settings.trusted_proxies)
    return app


def _trust_proxies(app: flask.Flask, count: int) -> None:
    """Read who asks, and by which name, from what the bank's own proxies say; from nobody's header
    when there are none, for a visitor can write any."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def application() -> flask.Flask:
    """The application of a serving process, from its environment."""
    end_with_parent()
    settings = load_settings(os.environ)
    logs.set_up(settings.log)
    app = create_app(settings)
    app.extensions["redress"].runtime.settle()
    return app


def demo_application() -> flask.Flask:
    """The same for a demo."""
    end_with_parent()
    settings = load_settings(os.environ, demo=True)
    logs.set_up(settings.log)
    return create_app(settings)


def _parts() -> Parts:
    parts: Parts = flask.current_app.extensions["redress"]
    return parts


def _check_host() -> None:
    """The demo has known accounts: it answers only to names of this very machine, so that no page
    elsewhere can reach it through a name of its own (DNS rebinding)."""
    flask.g.account, flask.g.by_session = None, False
    if not _parts().settings.demo:
        return
    host = flask.request.host
    name = (
        host.partition("]")[0].lstrip("[")
        if host.startswith("[")
        else host.rpartition(":")[0] or host
    )
    if name not in LOOPBACK and not name.endswith(".localhost"):
        raise Forbidden("The demo answers only to localhost and 127.0.0.1.")


def _who() -> None:
    """Find the account behind the request; refuse writes that another site made the browser
    send."""
    parts, request = _parts(), flask.request
    if request.path.startswith(web.STATIC) or request.path in ("/healthz", "/readyz"):
        return
    if request.path in SIGN_IN and request.method == "POST":
        parts.attempts.check(request.remote_addr or "", now=parts.clock.now())
    if request.path == "/oauth/token":
        return
    header = request.authorization
    if header is not None:
        flask.g.account = _by_header(parts, header)
        if flask.g.account is None:
            raise Unauthenticated
        return
    token = request.cookies.get(web.COOKIE)
    if token:
        with parts.runtime.database.read() as connection:
            flask.g.account = identity.find_session(connection, token, now=parts.clock.now())
        flask.g.by_session = flask.g.account is not None
    by_page = flask.g.by_session or not request.path.startswith(API)
    if by_page and request.method not in ("GET", "HEAD", "OPTIONS") and not _same_site():
        raise Forbidden(
            "This request came from another site, or your browser did not say where it came from."
        )


def _by_header(parts: Parts, header: Any) -> identity.Account | None:
    name, token = (
        (None, header.token) if header.type == "bearer" else (header.username, header.password)
    )
    if header.type not in ("bearer", "basic") or not token:
        return None
    now = parts.clock.now()
    token_hash = identity.hash_token(token)
    if header.type == "bearer" and token.count(".") == 2:
        token_hash = (
            identity.read_bearer(token, secret=parts.settings.secret_key, now=now) or token_hash
        )
    with parts.runtime.database.read() as connection:
        found = identity.find_token_hash(connection, token_hash, now=now)
    if found is None or (
        name is not None and not hmac.compare_digest(name.encode(), found.name.encode())
    ):
        return None
    return found


def _same_site() -> bool:
    site = flask.request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = flask.request.headers.get("Origin")
    return origin is not None and origin == flask.request.host_url.rstrip("/")


def _count_failures(response: flask.Response) -> flask.Response:
    request, parts = flask.request, _parts()
    if request.method == "POST" and request.path in SIGN_IN and response.status_code in (401, 403):
        parts.attempts.failed(request.remote_addr or "", now=parts.clock.now())
    return response


def _headers(response: flask.Response) -> flask.Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if response.status_code == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    if not flask.request.path.startswith(web.STATIC):
        response.headers["Cache-Control"] = "no-store"
    return response


def _ready() -> tuple[dict[str, str], int]:
    try:
        with _parts().runtime.database.read() as connection:
            web.check_ready(connection)
    except RedressError as error:
        return {"status": "not ready", "detail": error.message}, 503
    return {"status": "ready"}, 200


def _refused(error: RedressError) -> Any:
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 409)
    fields: list[dict[str, Any]] = [
        {"pointer": each.pointer, "message": each.message} for each in getattr(error, "errors", ())
    ]
    if isinstance(error, DefinitionInvalid):
        fields = [asdict(each) for each in error.problems[:MOST_PROBLEMS]]
        status = 400
    return _answer(status, error.code, error.message, fields)


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    return _answer(
        status, (error.name or "error").lower().replace(" ", "-"), error.description or "", []
    )


def _broken(error: Exception) -> Any:
    mark = sha256(repr(error).encode()).hexdigest()[:8]
    log.exception("request failed (%s, request %s)", mark, flask.g.get("request_id", "-"))
    return _answer(
        500,
        "internal-error",
        f"Something went wrong on our side (reference {mark}). Nothing was saved.",
        [],
    )


def _answer(status: int, code: str, detail: str, fields: list[dict[str, Any]]) -> Any:
    wants = flask.request.accept_mimetypes
    if flask.request.path.startswith(API) or (wants.accept_json and not wants.accept_html):
        return api.problem(status, code, detail, fields)
    return web.error_page(status, detail)
