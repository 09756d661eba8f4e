"""Four eyes for what somebody may: more is asked for by one administrator and granted by another,
less takes effect at once.

`Standing` is what an account may; `widened` says which part of a change is more. Pure rules first,
the rows of what waits for a second pair of eyes below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service.db import Connection, take
from service.errors import Forbidden, InvalidInput, NotFound, StateConflict
from service.identity.tables import grant_request

LEVELS = ("A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7")
"""Levels of authority over money, as `authority.dmn` names them, the least first."""
MOST_WAITING = 500


class GrantState(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account may. `level` "" is no limit of their own: what the role may decide.
    `email` counts because it is where a new password's code goes."""

    roles: tuple[str, ...]
    level: str
    email: str
    active: bool

    def document(self) -> dict[str, Any]:
        """As it is kept and recorded."""
        return {
            "roles": list(self.roles),
            "level": self.level,
            "email": self.email,
            "active": self.active,
        }


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """More for an account, which one administrator asked for. `change` holds only what is to be
    changed, by the names of a Standing's document."""

    key: int
    account: str
    change: Mapping[str, Any]
    state: GrantState
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None


def check_email(email: str) -> None:
    """Raises InvalidInput for what mail cannot be sent to."""
    local, at, host = email.partition("@")
    if not (local and at and "." in host) or len(email) > 320 or not email.isprintable():
        raise InvalidInput(
            "expected an e-mail address such as amy@bank.example, got {email!r}", email=email[:50]
        )
    if " " in email or "," in email:
        raise InvalidInput("expected one e-mail address, got {email!r}", email=email[:50])


def check_level(level: str) -> None:
    """Raises InvalidInput for what is no level of authority."""
    if level and level not in LEVELS:
        raise InvalidInput(
            "expected a level of authority from {first} to {last}, got {level!r}",
            first=LEVELS[0],
            last=LEVELS[-1],
            level=level[:20],
        )


def narrowed(before: Standing, wanted: Standing) -> Standing:
    """As much of a change as is less: what takes effect at once."""
    return Standing(
        tuple(sorted(set(before.roles) & set(wanted.roles))),
        wanted.level if _height(wanted.level) <= _height(before.level) else before.level,
        wanted.email if not before.roles or not wanted.email else before.email,
        before.active and wanted.active,
    )


def widened(before: Standing, wanted: Standing) -> dict[str, Any]:
    """As much of a change as is more, by name; empty where there is none."""
    at_once, asked = narrowed(before, wanted).document(), wanted.document()
    return {name: asked[name] for name in asked if asked[name] != at_once[name]}


def applied(before: Standing, change: Mapping[str, Any]) -> Standing:
    """A standing with what was granted. Roles that the account has lost since stay lost only where
    the request did not name them."""
    found = dict(change)
    if "roles" in found:
        found["roles"] = tuple(sorted({*before.roles, *found["roles"]}))
    return replace(before, **found)


def reaches(level: str, needed: str) -> bool:
    """Whether somebody of that level, "" for no limit of their own, may decide what needs this
    one."""
    return _height(level) >= LEVELS.index(needed)


def _height(level: str) -> int:
    return LEVELS.index(level) if level else len(LEVELS)


def ask_grant(
    connection: Connection, name: str, change: Mapping[str, Any], *, by: str, now: datetime
) -> int:
    """Keep a request; the key of it. One of the same account that still waits is replaced. Raises
    StateConflict when too many wait."""
    refuse_grants(connection, name, by=by, now=now)
    waiting = sa.select(sa.func.count()).where(grant_request.c.state == GrantState.WAITING)
    if connection.execute(waiting).scalar_one() >= MOST_WAITING:
        raise StateConflict(
            "{most} requests wait already; decide on some of them first.", most=MOST_WAITING
        )
    key = take(connection, "grant-request")
    row = {"key": key, "account_name": name, "change": dict(change), "asked_by": by}
    connection.execute(
        sa.insert(grant_request), {**row, "asked_at": now, "state": GrantState.WAITING.value}
    )
    return key


def refuse_grants(connection: Connection, name: str, *, by: str, now: datetime) -> None:
    """Let nothing wait for an account any more."""
    connection.execute(
        sa.update(grant_request)
        .where(
            grant_request.c.account_name == name,
            grant_request.c.state == GrantState.WAITING.value,
        )
        .values(state=GrantState.REFUSED.value, decided_by=by, decided_at=now)
    )


def list_grants(connection: Connection, *, account: str | None = None) -> list[GrantRequest]:
    """What waits for a second pair of eyes, the oldest first; of one account where it is named."""
    query = sa.select(grant_request).where(grant_request.c.state == GrantState.WAITING.value)
    if account is not None:
        query = query.where(grant_request.c.account_name == account)
    rows = connection.execute(query.order_by(grant_request.c.key)).mappings()
    return [_request(row) for row in rows]


def get_grant(connection: Connection, key: int) -> GrantRequest:
    """The request of that key. Raises NotFound."""
    query = sa.select(grant_request).where(grant_request.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no request {key}.", key=key)
    return _request(row)


def check_may_decide(request: GrantRequest, by: str) -> None:
    """Raises Forbidden for whoever asked and for whom it is about, StateConflict once it is
    decided."""
    if request.state is not GrantState.WAITING:
        raise StateConflict(
            "The request is {request_state} already, by {by}.",
            request_state=request.state,
            by=request.decided_by or "",
        )
    if by in (request.asked_by, request.account):
        raise Forbidden(
            "This needs another administrator: neither who asked for it nor whom it is about "
            "decides."
        )


def end_grant(
    connection: Connection, key: int, state: GrantState, *, by: str, now: datetime
) -> None:
    """Note the decision. Raises StateConflict when somebody else was first."""
    ended = connection.execute(
        sa.update(grant_request)
        .where(grant_request.c.key == key, grant_request.c.state == GrantState.WAITING.value)
        .values(state=state.value, decided_by=by, decided_at=now)
    )
    if ended.rowcount != 1:
        raise StateConflict("The request was decided by somebody else at this moment.")


def _request(row: Mapping[Any, Any]) -> GrantRequest:
    return GrantRequest(
        row["key"],
        row["account_name"],
        row["change"],
        GrantState(row["state"]),
        row["asked_by"],
        row["asked_at"],
        row["decided_by"],
        row["decided_at"],
    )
