"""In which zone a page tells a moment, and takes one that is typed: that of the law which the case
goes by. A page about one case says so once (`tell_of`); a list names the case of each row. What is
about no case, or about many, goes by the house's policy."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import flask

from service import cases
from service.cases import Complaint
from service.db import Connection, root_of
from service.edge import parts


def asked_case(connection: Connection, number: str) -> Complaint:
    """The case that this page is about, by its number: what the page tells, it tells in the case's
    zone. Raises InvalidInput, NotFound."""
    complaint = cases.get_complaint(connection, number)
    tell_of(complaint)
    return complaint


def tell_of(complaint: Complaint | None) -> None:
    """From here on this page is about a case; of None it is about none."""
    flask.g.zone = parts().runtime.profile_of(complaint).calendar.zone
    if complaint is not None:
        _known()[complaint.root_key] = flask.g.zone


def tell_of_key(connection: Connection, key: int) -> None:
    """From here on this page is about the case that what has this key belongs to."""
    learn_zones(connection, [key])
    flask.g.zone = zone_of(key)


def zone() -> ZoneInfo:
    """The zone of the case this page is about, or the house's."""
    found: ZoneInfo = flask.g.get("zone") or house_zone()
    return found


def house_zone() -> ZoneInfo:
    return parts().runtime.profile.calendar.zone


def learn_zones(connection: Connection, keys: Iterable[int]) -> None:
    """Read the zones of the cases that the rows of a list belong to, in one query."""
    known = _known()
    wanted = {root_of(key) for key in keys} - known.keys()
    runtime, regimes = parts().runtime, cases.find_regimes(connection, wanted)
    for root_key in wanted:
        known[root_key] = runtime.profile_named(regimes.get(root_key, ())).calendar.zone


def zone_of(key: int) -> ZoneInfo:
    """The zone of the case that what has this key belongs to, a task for example."""
    known, root_key = _known(), root_of(key)
    if root_key not in known:
        with parts().runtime.database.read() as connection:
            learn_zones(connection, [root_key])
    return known[root_key]


def _known() -> dict[int, ZoneInfo]:
    found: dict[int, ZoneInfo] = flask.g.setdefault("zones", {})
    return found
