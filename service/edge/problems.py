"""From an error to an answer: the only place where an error gets an HTTP status."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import flask
from werkzeug.exceptions import HTTPException

from service.edge.authenticate import API
from service.edge.slow_clients import CutOff, TooSlow
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
from service.identity import TooManyAttempts
from service.sentence import Sentence

STATUS: tuple[tuple[type[RedressError], int], ...] = (
    (DefinitionInvalid, 400),
    (FormInvalid, 422),
    (InvalidInput, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (StateConflict, 409),
    (TooSlow, 408),
    (CutOff, 400),
    (TooLarge, 413),
    (TooManyAttempts, 429),
    (Unavailable, 503),
    (NotServed, 501),
    (TimedOut, 504),
)
"""The first class that an error is an instance of counts; 409 for any other."""
HTTP: Mapping[int, str] = {
    400: Sentence("The request cannot be read."),
    404: Sentence("There is no such page. Check the address, or begin from the list."),
    405: Sentence("This address does not take that method."),
    413: Sentence("What was sent is larger than is taken."),
    415: Sentence("What was sent is of a kind that is not taken."),
    429: Sentence("Too many requests; wait a little and try again."),
}
"""What is said where the web framework itself refuses."""
MOST_PROBLEMS = 200
log = logging.getLogger("redress.app")


@dataclass(frozen=True, slots=True)
class Shapes:
    """What an error looks like: `document(status, code, detail, fields)` to programs,
    `page(status, detail)` to people."""

    document: Callable[[int, str, str, list[dict[str, Any]]], Any]
    page: Callable[[int, str], Any]


def handle_errors(app: flask.Flask, shapes: Shapes) -> None:
    """Let every error of this application be answered in these shapes."""

    def refused(error: RedressError) -> Any:
        return _answer(shapes, _status(error), error.code, error.message, _fields(error))

    def http(error: HTTPException) -> Any:
        code = (error.name or "error").lower().replace(" ", "-")
        return _answer(shapes, error.code or 500, code, _described(error), [])

    def broken(error: Exception) -> Any:
        mark = sha256(repr(error).encode()).hexdigest()[:8]
        log.exception("request failed (%s, request %s)", mark, flask.g.get("request_id", "-"))
        said = Sentence(
            "Something went wrong on our side (reference {mark}). Nothing was saved.", mark=mark
        )
        return _answer(shapes, 500, "internal-error", said, [])

    app.register_error_handler(RedressError, refused)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, broken)


def _described(error: HTTPException) -> str:
    """What is said of what the web framework refuses: ours, unless we gave it words."""
    given = error.description or ""
    plain = given == (type(error).description or "")
    return HTTP.get(error.code or 500, given) if plain else given


def _status(error: RedressError) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 409)


def _fields(error: RedressError) -> list[dict[str, Any]]:
    if isinstance(error, DefinitionInvalid):
        return [asdict(each) for each in error.problems[:MOST_PROBLEMS]]
    return [
        {"pointer": each.pointer, "message": each.message} for each in getattr(error, "errors", ())
    ]


def _answer(
    shapes: Shapes, status: int, code: str, detail: str, fields: list[dict[str, Any]]
) -> Any:
    wants = flask.request.accept_mimetypes
    if flask.request.path.startswith(API) or (wants.accept_json and not wants.accept_html):
        return shapes.document(status, code, detail, fields)
    return shapes.page(status, detail)
