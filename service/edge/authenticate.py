"""Who asks: a session's cookie, an API token, or nobody; and whether it is this site that asks."""

from __future__ import annotations

import hmac
import logging
from datetime import datetime, timedelta
from typing import Any

import flask

from service import identity, operations
from service.edge.parts import STATIC, Parts, parts
from service.edge.walls import find_hidden
from service.errors import Forbidden, RedressError, Unauthenticated

log = logging.getLogger("redress.security")
COOKIE = "redress_session"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
CLIENTS = "/oauth/token"
"""Where programs get their bearers."""
API = ("/api/", "/v2/", "/oauth/", "/openapi.json", "/metrics")
ALIVE = ("/healthz", "/readyz")
ALWAYS = (*ALIVE[:1], "/metrics")
"""Paths that need no place at the desk: whoever watches the service is answered when it is busy."""
FACTOR = "/account/second-factor"
"""Where a second factor is set up."""
WITHOUT_FACTOR = (FACTOR, "/sign-out", "/sign-in", "/language", "/theme", "/portal")
"""Paths for whom a role asks for a second factor that they do not have yet."""
SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing (RFC 9110, 9.2.1)."""


def check_host() -> None:
    """The demo has known accounts: it answers only to names of this very machine, so that no page
    elsewhere can reach it through a name of its own (DNS rebinding). Raises Forbidden."""
    flask.g.account, flask.g.by_session, flask.g.hidden = None, False, {}
    if not parts().settings.demo:
        return
    name = _host_name(flask.request.host)
    if name not in LOOPBACK and not name.endswith(".localhost"):
        raise Forbidden("The demo answers only to localhost and 127.0.0.1.")


def _host_name(host: str) -> str:
    """The name in a Host header, without port and without the brackets of IPv6."""
    if host.startswith("["):
        return host.partition("]")[0].lstrip("[")
    return host.rpartition(":")[0] or host


def identify() -> Any:
    """Find the account behind the request, into `flask.g.account`. Raises Unauthenticated for a
    token that is not known, TooManyAttempts, and Forbidden for a write that another site made the
    browser send."""
    path = flask.request.path
    if path.startswith(STATIC) or path in ALIVE:
        return None
    here = parts()
    if path == CLIENTS:
        address = flask.request.remote_addr or ""
        operations.check_token_attempts(here.runtime, address, now=here.clock.now())
        return None
    if flask.request.authorization is None:
        _by_cookie(here)
        _check_same_site(path)
        return _ask_factor(here, path)
    flask.g.account = _by_header(here, flask.request.authorization)
    if flask.g.account is None:
        raise Unauthenticated
    return None


def _ask_factor(here: Parts, path: str) -> Any:
    """Send whoever's role asks for a second factor to set it up, before anything else. Raises
    Forbidden for what is no page."""
    account = flask.g.account
    if account is None or path.startswith(WITHOUT_FACTOR):
        return None
    if not here.settings.asks_second_factor(account.roles):
        return None
    with here.runtime.database.read() as connection:
        if identity.has_factor(connection, account.name):
            return None
    if path.startswith(API):
        raise Forbidden("Your role asks for a second factor: set it up under My account first.")
    return flask.redirect(FACTOR)


def count_failures(response: flask.Response) -> flask.Response:
    """Note a token that was refused, by the address that asked for it."""
    request, here = flask.request, parts()
    if request.path == CLIENTS and response.status_code in (401, 403):
        address = request.remote_addr or ""
        operations.count_token_failure(here.runtime, address, now=here.clock.now())
    return response


def _by_cookie(here: Parts) -> None:
    token = flask.request.cookies.get(COOKIE)
    if not token:
        return
    now, settings = here.clock.now(), here.settings
    limits = identity.Limits(
        timedelta(minutes=settings.session_minutes),
        timedelta(minutes=settings.session_idle_minutes),
    )
    with here.runtime.database.read() as connection:
        found = identity.find_session(connection, token, now=now, limits=limits)
        flask.g.account = found.account if found is not None else None
        flask.g.hidden = find_hidden(connection, flask.g.account, here.clock)
    flask.g.by_session = found is not None
    if found is not None and limits.idle < limits.life and _is_somebody():
        _stay(here, token, found.seen_at, now=now)


def _is_somebody() -> bool:
    """Whether a person asks: not a page that looks by itself whether anything is new."""
    request = flask.request
    by_itself = request.method == "GET" and "HX-Request" in request.headers
    return request.method != "HEAD" and not by_itself


def _stay(here: Parts, token: str, seen_at: datetime, *, now: datetime) -> None:
    """Let the session go on; whoever reads is answered even where nothing can be written."""
    if now - seen_at < identity.SEEN_EVERY:
        return
    try:
        operations.note_seen(here.runtime, token, now=now)
    except RedressError as error:
        log.warning("a session that is used cannot be prolonged: %s", error.message)


def _by_header(here: Parts, header: Any) -> identity.Account | None:
    """The account of a bearer (RFC 6750) or of Basic credentials whose password is an API token."""
    name, token = (
        (None, header.token) if header.type == "bearer" else (header.username, header.password)
    )
    if header.type not in ("bearer", "basic") or not token:
        return None
    now = here.clock.now()
    token_hash = identity.hash_token(token)
    if header.type == "bearer" and token.count(".") == 2:
        secret = here.settings.secret_key
        token_hash = identity.read_bearer(token, secret=secret, now=now) or token_hash
    with here.runtime.database.read() as connection:
        found = identity.find_token_hash(connection, token_hash, now=now)
        flask.g.hidden = find_hidden(connection, found, here.clock)
    if found is None or (
        name is not None and not hmac.compare_digest(name.encode(), found.name.encode())
    ):
        return None
    return found


def _check_same_site(path: str) -> None:
    by_page = flask.g.by_session or not path.startswith(API)
    if by_page and flask.request.method not in SAFE and not _same_site():
        raise Forbidden(
            "This request came from another site, or your browser did not say where it came from."
        )


def _same_site() -> bool:
    site = flask.request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = flask.request.headers.get("Origin")
    return origin is not None and origin == flask.request.host_url.rstrip("/")
