"""An operation of the API: its route, who may use it, what it takes and gives. The decorator does
what all have in common: authenticate, allow, read and check the body and the keys in the path; and
notes it all for the description."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

import flask
from pydantic import BaseModel, ValidationError

from service.api.blueprint import blueprint
from service.api.edge import parse_body
from service.api.shapes import MAX_KEY
from service.clock import Clock
from service.edge import parts
from service.errors import (
    FieldError,
    InvalidInput,
    InvalidRequest,
    NotFound,
    Unauthenticated,
    first_paragraph,
)
from service.execution import Runtime
from service.identity import Account, Actor, Permission, check_permission
from service.sentence import Sentence

JSON, FORM, MULTIPART = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """What the description says of an operation. `may` None: no account is needed."""

    name: str
    method: str
    path: str
    may: Permission | None
    takes: type[BaseModel] | None
    asks: type[BaseModel] | None
    gives: Any
    status: int
    media: str
    optional: bool
    summary: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request: who asks, when, and what operations are handed."""

    runtime: Runtime
    account: Account
    clock: Clock
    now: datetime

    @property
    def actor(self) -> Actor:
        return self.account.actor


OPERATIONS: dict[str, Operation] = {}
"""By endpoint; the routes, `/openapi.json`, `/docs` and docs/api.md are made from it."""

View = Callable[..., Any]


def operation(
    route: str,
    *,
    may: Permission | None,
    takes: type[BaseModel] | None = None,
    asks: type[BaseModel] | None = None,
    gives: Any = None,
    status: int = 200,
    media: str = JSON,
    optional: bool = False,
    raw: bool = False,
) -> Callable[[View], View]:
    """Serve `route` ("POST /v2/jobs/{jobKey}/error") with a view: `view(call, *keys, sent)`.

    `takes` is the model of the body, `asks` that of the query string. `optional`: the body may be
    left out. `raw`: the view checks the body itself, the model only describes it. Without `gives`
    the answer is 204.
    """
    method, path = route.split(" ")

    def decorate(view: View) -> View:
        name = view.__name__
        summary = first_paragraph(view) or name
        answer = status if gives is not None else 204
        OPERATIONS[name] = Operation(
            name, method, path, may, takes, asks, gives, answer, media, optional, summary
        )

        @wraps(view)
        def run(**arguments: str) -> Any:
            given: list[Any] = [
                _call(may),
                *(_argument(key, value) for key, value in arguments.items()),
            ]
            if asks is not None:
                given.append(checked(asks, flask.request.args.to_dict()))
            if takes is not None and media == JSON:
                given.append(parse_body() if raw else read_body(takes, optional=optional))
            return ("", 204) if (answer := view(*given)) is None else answer

        blueprint.add_url_rule(
            _PARAMETER.sub(r"<\1>", path), endpoint=name, view_func=run, methods=[method]
        )
        return view

    return decorate


def _call(may: Permission | None) -> Call:
    here = parts()
    account: Account | None = flask.g.account
    if may is None:
        account = account or Account("", "", "en", False, ())
    elif account is None:
        raise Unauthenticated
    else:
        check_permission(account.actor, may)
    return Call(here.runtime, account, here.clock, here.clock.now())


def _argument(name: str, value: str) -> int | str:
    """A part of the path; a key is a whole number. A key too large for the database is simply not
    there."""
    if not name.endswith("Key"):
        return value
    if not (value.isascii() and value.isdecimal()):
        raise InvalidRequest(
            [
                FieldError(
                    f"/{name}", Sentence("expected a key: digits, got {value!r}", value=value[:40])
                )
            ]
        )
    if len(value) > 25 or int(value) > MAX_KEY:
        raise NotFound("There is nothing with the key {value}.", value=value[:40])
    return int(value)


def read_body(model: type[BaseModel], *, optional: bool = False) -> Any:
    """The body as the model has it. Raises InvalidRequest with every field that is wrong."""
    if optional and not flask.request.get_data(cache=True):
        data: dict[str, Any] = {}
    else:
        data = parse_body()
    return checked(model, data)


def checked(model: type[BaseModel], data: Any) -> Any:
    """`data` as the model has it. Raises InvalidRequest."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidRequest(
            [_field(each) for each in error.errors(include_url=False, include_input=False)]
        ) from None
    except RecursionError:
        raise InvalidInput("expected a body that nests less deeply") from None


def _field(error: Any) -> FieldError:
    pointer = "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"]
    )
    return FieldError(pointer[:300], str(error["msg"])[:300])
