"""A request of somebody from whom cases are kept: none of them can be named in it.

What the request reads is without them (`service.db.shadows`). What it writes is of the whole, so
whatever it names is looked at here first: the keys and numbers in its path, its query, its form and
its JSON. A case that is kept from somebody is answered like one that is not there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import flask

from service import cases
from service.clock import Clock
from service.db import Connection, element_of
from service.errors import Forbidden, NotFound
from service.identity import PROGRAMS, Account

BREAK_GLASS = "/break-glass"
"""Where a case that is kept from somebody is named on purpose."""
_NUMBER = re.compile(r"C\W?(\d{4})\W?(\d{7})", re.IGNORECASE)
_KEY = re.compile(r"(keys?|^task)$", re.IGNORECASE)


def find_hidden(
    connection: Connection, account: Account | None, clock: Clock
) -> dict[int, str | None]:
    """What is kept from this account. From programs that carry the procedure out nothing is."""
    if account is None or (account.roles and set(account.roles) <= set(PROGRAMS)):
        return {}
    return cases.hidden_from(connection, account.name, now=clock.now())


def check_nothing_hidden() -> None:
    """Raises Forbidden for somebody from whom cases are kept, where work would be handed out with
    the data of any case."""
    if flask.g.hidden:
        raise Forbidden("Jobs are for programs: they carry data of cases that are kept from you.")


def check_named() -> None:
    """Raises NotFound where the request names a case that is kept from who asks."""
    hidden: Mapping[int, str | None] = flask.g.hidden
    if not hidden or flask.request.path == BREAK_GLASS:
        return
    numbers = {_digits(number) for number in hidden.values() if number is not None}
    for name, value in _given():
        if any(found in numbers for found in _numbers(value)) or (
            _KEY.search(name) and _root(value) in hidden
        ):
            raise NotFound("There is nothing with the key {value}.", value=str(value)[:40])


def _given() -> Iterator[tuple[str, Any]]:
    """Every value that the request has, with the name it goes by."""
    request = flask.request
    yield from (request.view_args or {}).items()
    yield from request.args.items(multi=True)
    if request.mimetype == "application/x-www-form-urlencoded":
        yield from request.form.items(multi=True)
    elif request.mimetype != "multipart/form-data":
        yield from _leaves("", request.get_json(silent=True, force=True))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    waiting = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(str(each), part) for each, part in value.items()]
            yield from (("", str(each)) for each in value)
        elif isinstance(value, list):
            waiting += [(name, part) for part in value]
        else:
            yield name, value


def _numbers(value: Any) -> list[str]:
    if not isinstance(value, str):
        return []
    plain = unicodedata.normalize("NFKC", value)
    return ["".join(found) for found in _NUMBER.findall(plain)]


def _digits(number: str) -> str:
    return next(iter(_numbers(number)), number)


def _root(value: Any) -> int | None:
    """The case that a key belongs to."""
    text = str(value)
    if not (text.isascii() and text.isdecimal()) or len(text) > 19:
        return None
    return element_of(int(text))[0]
