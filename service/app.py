"""Where the parts are put together: one Flask application for pages and API."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service import api, edge, logs, web
from service.clock import Clock, open_clock
from service.config import AT_WORK, MAY_WAIT, Settings, load_settings
from service.db import Database
from service.edge import Parts, Shapes
from service.errors import RedressError
from service.execution import Runtime
from service.parent_watch import end_with_parent
from service.vault import open_vault
from service.web.evidence import MOST_FILES


def create_app(
    settings: Settings, *, runtime: Runtime | None = None, clock: Clock | None = None
) -> flask.Flask:
    """The application of these settings."""
    app = flask.Flask("service", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.extensions["redress"] = _parts(settings, runtime, clock)
    app.register_blueprint(web.blueprint)
    app.register_blueprint(api.blueprint)
    app.before_request(api.begin_request)
    app.before_request(edge.check_host)
    app.before_request(edge.check_arrival)
    app.before_request(edge.identify)
    app.before_request(edge.check_named)
    app.after_request(edge.note_reading)
    app.after_request(api.end_request)
    app.after_request(api.count_request)
    app.after_request(edge.set_headers)
    app.after_request(edge.close_refused)
    app.after_request(edge.count_failures)
    edge.handle_errors(app, Shapes(document=api.problem, page=web.error_page))
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "alive"})
    app.add_url_rule("/readyz", "readyz", _ready)
    app.wsgi_app = api.DESK.inside(app.wsgi_app, besides=edge.ALWAYS)  # type: ignore[method-assign]
    _trust_proxies(app, settings.trusted_proxies)
    return app


def application() -> edge.Gateway:
    """What a serving process answers with, from its environment."""
    return serving(open_app())


def demo_application() -> edge.Gateway:
    """The same for a demo."""
    return serving(open_app(demo=True))


def open_app(*, demo: bool = False) -> flask.Flask:
    """The application of a serving process, from its environment."""
    end_with_parent()
    settings = load_settings(os.environ, demo=demo)
    logs.set_up(settings.log)
    app = create_app(settings)
    if not demo:
        edge.parts_of(app).runtime.warm_up()
    return app


def serving(app: flask.Flask) -> edge.Gateway:
    """The application as the server calls it."""
    most_of = _most_of(edge.parts_of(app).settings)
    return edge.Gateway(app, most_of=most_of, threads=AT_WORK + MAY_WAIT, watched=edge.ALWAYS)


def _parts(settings: Settings, runtime: Runtime | None, clock: Clock | None) -> Parts:
    ready = runtime or Runtime.of(Database(settings.database_url), settings)
    if ready.gather is None:
        ready = replace(ready, gather=web.gather_evidence)
    vault = open_vault(settings.evidence_dir, ready.database, limit=settings.evidence_max_bytes)
    return Parts(
        ready,
        settings,
        clock or open_clock(settings.clock),
        vault,
        edge.Readings(ready.database),
    )


def _most_of(settings: Settings) -> Callable[[str], int]:
    """How large a body may be where it is sent: where files are, as many of them as one request may
    bring."""
    files = MOST_FILES * settings.evidence_max_bytes

    def most(path: str) -> int:
        with_files = path.startswith("/portal/") or path.endswith("/evidence")
        return files if with_files else settings.max_body_bytes

    return most


def _trust_proxies(app: flask.Flask, count: int) -> None:
    """Read who asks, and by which name, from what the bank's own proxies say; from nobody's header
    when there are none, for a visitor can write any."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _ready() -> tuple[dict[str, str], int]:
    try:
        with edge.parts().runtime.database.read() as connection:
            web.check_ready(connection)
    except RedressError as error:
        return {"status": "not ready", "detail": error.message}, 503
    return {"status": "ready"}, 200
