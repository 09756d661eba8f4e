"""An error as a page: what is wrong, the way back, and what its reader had typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import HTTPException

from service.sentence import Sentence
from service.web.edge import inside, to_sign_in

ERRORS: Mapping[int, str] = {
    400: Sentence("This cannot be used"),
    401: Sentence("Sign in"),
    403: Sentence("You may not do this"),
    404: Sentence("Not found"),
    405: Sentence("This cannot be used"),
    409: Sentence("The state does not allow this"),
    413: Sentence("Too large"),
    415: Sentence("This cannot be used"),
    422: Sentence("Please correct these fields"),
    429: Sentence("Too many attempts"),
    500: Sentence("Something went wrong"),
    503: Sentence("Not available now"),
}
"""The heading of an error's page."""
LEAST_TYPED = 12
"""Characters from which on a field is something that a person wrote, and would have to write
anew."""
_SECRET = frozenset({"password", "old", "new", "again", "secret", "code"})


def error_page(status: int, detail: str) -> Any:
    """An error as a page; a visitor who only wants to look and has to sign in is sent there."""
    if status == 401 and flask.request.method == "GET":
        return to_sign_in()
    back = _came_from()
    page = flask.render_template(
        "error.html",
        status=status,
        title=ERRORS.get(status, ERRORS[500]),
        detail=detail,
        back=flask.url_for("web.sign_in", next=back) if status == 401 else back,
        typed=_typed(),
    )
    return page, status


def _came_from() -> str:
    """The page of this site that the form stood on; the home page where the browser does not say,
    and where it is the page that failed."""
    came = urlsplit(flask.request.referrer or "")
    if came.netloc != flask.request.host:
        return "/"
    path = f"{came.path}?{came.query}" if came.query else came.path
    return "/" if path == flask.request.full_path.rstrip("?") else inside(path)


def _typed() -> list[str]:
    """What the form of this request brought that a person has written, to be copied: nothing of it
    was kept."""
    try:
        sent = flask.request.form
    except HTTPException:  # too large, or no form at all
        return []
    return [
        value.strip()
        for name, value in sent.items()
        if name not in _SECRET and _is_written(value.strip())
    ]


def _is_written(text: str) -> bool:
    """Whether it is words: a key or a choice of a form is one ASCII word, Chinese has no spaces."""
    return len(text) >= LEAST_TYPED and (" " in text or not text.isascii())
