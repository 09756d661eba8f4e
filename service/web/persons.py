"""People by the names that colleagues know them by, wherever a page names an account.

The names are kept by each process for half a minute, so that no page reads them by itself: a new
name is seen a little later by some.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import flask

from service import identity
from service.web.edge import blueprint, parts

KEPT_SECONDS = 30.0


@dataclass(slots=True)
class Directory:
    """Account names with the names that are shown for them; `read_at` is by the monotonic clock,
    None before the first reading."""

    shown: Mapping[str, str] = field(default_factory=dict)
    read_at: float | None = None

    @property
    def is_old(self) -> bool:
        return self.read_at is None or time.monotonic() - self.read_at > KEPT_SECONDS


@blueprint.before_request
def read_names() -> None:
    """Before a page holds a connection of its own."""
    known = _directory()
    if flask.g.get("account") is None or not known.is_old:
        return
    with parts().runtime.database.read() as connection:
        known.shown = identity.shown_names(connection)
    known.read_at = time.monotonic()


def shown_names() -> Mapping[str, str]:
    """The names that are shown, by account; an account without one of its own is not in it. Outside
    the application nobody has another name."""
    if not flask.has_app_context():
        return {}
    return _directory().shown


def forget_names() -> None:
    """Read them at the next page of this process: somebody has another name now."""
    _directory().read_at = None


@blueprint.app_template_filter("person")
def person(name: str | None) -> str:
    """What a person is called; a name that is no account's as it is."""
    return shown_names().get(name or "", name or "")


def _directory() -> Directory:
    kept: Directory = flask.current_app.extensions.setdefault("redress-names", Directory())
    return kept
