"""What every API operation does at its edge: who asks, what was sent, how a refusal looks (RFC
9457)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

import flask
import orjson

from service import identity, tasks
from service.edge import parts as parts
from service.errors import InvalidInput, NotFound, OutcomeUnknown, Unauthenticated
from service.sentence import Sentence

MAX_LIMIT = 1_000
MAX_OFFSET = 10_000_000
MAX_KEY = (1 << 63) - 1
MAX_NESTING = 64


TITLES = {
    400: "INVALID_ARGUMENT",
    404: "NOT_FOUND",
    409: "INVALID_STATE",
    503: "RESOURCE_EXHAUSTED",
}
"""The titles of Camunda's API, which its clients go by: they ask again by themselves at the last
one."""


def problem(status: int, code: str, detail: str, fields: list[dict[str, Any]]) -> Any:
    """A problem document of that status."""
    body: dict[str, Any] = {
        "type": f"urn:redress:{code}",
        "title": _title(status, code),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": flask.request.path[:300],
        "requestId": flask.g.get("request_id", ""),
    }
    if fields:
        body["errors"] = fields
    response = flask.jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="redress"'
    return response


def _title(status: int, code: str) -> str:
    """What is done twice when it is asked for twice is not asked for again."""
    known = flask.request.path.startswith("/v2/") and code != OutcomeUnknown.code
    phrase = HTTPStatus(status).phrase
    return TITLES.get(status, phrase) if known else phrase


def signed_in_account() -> identity.Account:
    """The account behind the request. Raises Unauthenticated."""
    found: identity.Account | None = flask.g.account
    if found is None:
        raise Unauthenticated
    return found


def body(*known: str) -> dict[str, Any]:
    """The JSON object that was sent. Fields other than those `known` are refused where any are
    named."""
    data = parse_body()
    unknown = sorted(set(data) - set(known)) if known else []
    if unknown:
        raise InvalidInput(
            "expected only the fields {known}, got {repr}",
            known=known,
            repr=", ".join(map(repr, unknown))[:200],
        )
    return data


def parse_body() -> dict[str, Any]:
    """The JSON object that was sent, strictly: no lone surrogates, no endless nesting, no NaN, and
    no U+0000, which PostgreSQL cannot hold."""
    if not flask.request.is_json:
        flask.abort(
            415,
            Sentence(
                "expected {wanted}, got {found}",
                wanted="application/json",
                found=flask.request.mimetype or Sentence("nothing"),
            ),
        )
    raw = flask.request.get_data(cache=True)
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(
            "expected JSON, got something else at character {pos}", pos=error.pos
        ) from None
    if not isinstance(data, dict):
        raise InvalidInput("expected a JSON object as the body")
    if b"\\u0000" in raw:
        raise InvalidInput("expected texts without the character U+0000")
    if raw.count(b"[") + raw.count(b"{") > MAX_NESTING and _depth(data) > MAX_NESTING:
        raise InvalidInput("expected JSON that nests at most {most} levels", most=MAX_NESTING)
    return data


def _depth(data: Any) -> int:
    """How deeply a JSON value nests, counted without recursion."""
    level, depth = [data], 0
    while level:
        depth += 1
        inner = (
            each.values() if isinstance(each, dict) else each
            for each in level
            if isinstance(each, dict | list)
        )
        level = [each for values in inner for each in values]
    return depth


def idempotency_key() -> str | None:
    """The `Idempotency-Key` header, if one was sent. Raises InvalidInput when it is too long."""
    key = flask.request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= 200:
        raise InvalidInput(
            "expected an Idempotency-Key of 1 to 200 characters, got {count}", count=len(key)
        )
    return key


def optional_body(*known: str) -> dict[str, Any]:
    """Like `body`, for operations that may be sent nothing."""
    return body(*known) if flask.request.get_data(cache=True) else {}


def text_of(data: dict[str, Any], name: str, *, default: str | None = None, most: int = 300) -> str:
    """A text field. Raises InvalidInput when it is missing without default, no text, or too
    long."""
    value = data.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or not value or len(value) > most or "\0" in value:
        raise InvalidInput(
            "expected {name} to be a text of 1 to {most} characters", name=name, most=most
        )
    return value


def object_of(data: dict[str, Any], name: str) -> dict[str, Any]:
    """An object field, {} when absent. Raises InvalidInput when it is something else."""
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput("expected {name} to be an object", name=name)
    return value


def key_of(value: Any, name: str) -> int:
    """A key, which travels as a text of digits. Raises InvalidInput."""
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdecimal()
        and len(value) < 20
        and int(value) <= MAX_KEY
    ):
        return int(value)
    raise InvalidInput("expected {name} to be a key: digits in quotes", name=name)


def page_of(data: dict[str, Any]) -> tasks.Page:
    """`page: {from, limit}` of a search."""
    page = object_of(data, "page")
    offset, limit = page.get("from", 0), page.get("limit", 50)
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in (offset, limit))
    if not whole or not 0 <= offset <= MAX_OFFSET or not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(
            "expected page.from from 0 and page.limit from 1 to {most}", most=MAX_LIMIT
        )
    return tasks.Page(offset, limit)


def number_of(name: str, default: int, most: int) -> int:
    """A whole number from the query string."""
    text = flask.request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or len(text) > 12 or int(text) > most:
        raise InvalidInput(
            "expected {name} to be a whole number up to {most}, got {text!r}",
            name=name,
            most=most,
            text=text[:20],
        )
    return int(text)


def time_of(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def check_key(key: int) -> None:
    """Raises NotFound for a number that is too large to be any task's key."""
    if key > MAX_KEY:
        raise NotFound("There is no user task {key}.", key=key)


def visible_task(key: int) -> tasks.UserTask:
    """A task the account may read. What it may not read is not there."""
    who = signed_in_account()
    check_key(key)
    with parts().runtime.database.read() as connection:
        task = tasks.get_task(connection, key)
    if not tasks.can_see(task, who.actor):
        raise NotFound("There is no user task {key}.", key=key)
    return task
