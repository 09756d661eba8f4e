"""Who may follow a case in the portal: whoever knows its number and its secret, and for a while
their browser.

A number that is not there and a secret that is wrong take the same way and get the same answer.
Secrets are long and random, so a plain hash is enough to keep them; tries are counted for all
processes together.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from service import audit, cases
from service.audit import Event
from service.cases.tables import complaint
from service.db import Connection, Database
from service.errors import InvalidInput
from service.execution import take_children
from service.identity import CUSTOMER, SYSTEM, Actor
from service.intake.tables import portal_access, portal_code, portal_visit

VISIT = timedelta(hours=2)
CODE_LIFE = timedelta(minutes=15)
LENGTH, CODE_LENGTH = 16, 8
"""Characters of a secret (80 bits), and of a code that works once and for minutes (40 bits)."""
_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B", "-": "", " ": ""})
_NOBODY = sha256(secrets.token_bytes(16)).hexdigest()


@dataclass(frozen=True, slots=True)
class Visit:
    """A case that a browser may follow. `helper` is the member of staff whose code opened it: they
    may have typed it themselves, so that nothing binding is taken from there."""

    root_key: int
    helper: str | None = None


def secret_from(key: str, once: str) -> str:
    """The secret of the receipt of a form: the same form sent again gets the same receipt, and
    nobody else can tell."""
    return _shaped(hmac.digest(key.encode(), b"portal receipt " + once.encode(), "sha256"))


def new_secret() -> str:
    """A fresh secret, as it is read out to a customer: four groups of four characters."""
    return _shaped(secrets.token_bytes(32))


def give_access(
    connection: Connection, root_key: int, secret: str, *, actor: Actor, now: datetime
) -> None:
    """Let whoever knows the secret follow the case. A secret given before stops to work."""
    take_children(connection, root_key, 0)
    connection.execute(sa.delete(portal_access).where(portal_access.c.root_key == root_key))
    connection.execute(sa.delete(portal_visit).where(portal_visit.c.root_key == root_key))
    connection.execute(sa.delete(portal_code).where(portal_code.c.root_key == root_key))
    row = {
        "root_key": root_key,
        "secret_hash": _hash(_plain(secret)),
        "given_at": now,
        "given_by": actor.name,
    }
    connection.execute(sa.insert(portal_access), row)
    audit.append(connection, root_key, Event.PORTAL_OPENED, actor=actor.name, at=now, details={})


def mail_link(
    database: Database, key: str, portal_url: str, root_key: int, now: datetime
) -> str | None:
    """The address that opens a customer's case, for mail to them; None when there is no such case.

    Its secret is made of the service's own and of what is kept of the case's, so that it stops to
    work together with it. It stands behind the `#`, which browsers send to nobody and servers do
    not log.
    """
    with database.read() as connection:
        found = _known(connection, root_key)
        complaint = cases.find_complaint(connection, root_key)
    if complaint is None:
        return None
    if found is None:
        with database.transaction() as connection:
            take_children(connection, root_key, 0)
            found = _known(connection, root_key)
            if found is None:
                give_access(connection, root_key, new_secret(), actor=SYSTEM, now=now)
                found = _known(connection, root_key)
    secret = _mail_secret(key, root_key, *found) if found else ""
    return f"{portal_url}/portal/follow#{complaint.number}.{secret}"


def replace_link(
    connection: Connection, number: str, secret: str, *, key: str, actor: Actor, now: datetime
) -> bool:
    """Let the link in mail to a customer work no more, where this is its secret; whether it was.
    The secret that they were given goes on to work, and the next mail has another link."""
    root_key = connection.execute(
        sa.select(complaint.c.root_key).where(complaint.c.number == _number(number))
    ).scalar_one_or_none()
    known = None if root_key is None else _known(connection, root_key)
    if root_key is None or known is None:
        return False
    if not hmac.compare_digest(_plain(_mail_secret(key, root_key, *known)), _plain(secret)):
        return False
    take_children(connection, root_key, 0)
    mine = portal_access.c.root_key == root_key
    connection.execute(sa.update(portal_access).where(mine).values(links=known[1] + 1))
    event = Event.PORTAL_LINK_REPLACED
    audit.append(connection, root_key, event, actor=actor.name, at=now, details={})
    return True


def check_secret(
    connection: Connection, number: str, secret: str, *, key: str, now: datetime
) -> Visit | None:
    """The visit that a number and a secret open which belong together; None for everything else, in
    the same time.

    The secret is the one that the customer was given, that of the link in mail to them, or a code
    that somebody of the bank has given them, which is used up."""
    row = connection.execute(
        sa.select(complaint.c.root_key, portal_access.c.secret_hash, portal_code.c.code_hash)
        .add_columns(portal_code.c.made_by, portal_code.c.expires_at, portal_access.c.links)
        .outerjoin(portal_access, complaint.c.root_key == portal_access.c.root_key)
        .outerjoin(portal_code, complaint.c.root_key == portal_code.c.root_key)
        .where(complaint.c.number == _number(number))
    ).one_or_none()
    root_key = 0 if row is None else int(row.root_key)
    known = _NOBODY if row is None else row.secret_hash or _NOBODY
    links = 0 if row is None else row.links or 0
    code = _NOBODY if row is None else row.code_hash or _NOBODY
    given = _hash(_plain(secret[:100]))
    told = hmac.compare_digest(known, given)
    mailed = hmac.compare_digest(_hash(_plain(_mail_secret(key, root_key, known, links))), given)
    helped = hmac.compare_digest(code, given)
    if row is None:
        return None
    if (told or mailed) and known != _NOBODY:
        return Visit(root_key)
    if helped and row.expires_at > now and _use_code(connection, root_key, code):
        return Visit(root_key, row.made_by)
    return None


def _number(given: str) -> str:
    try:
        return cases.parse_number(given)
    except InvalidInput:
        return ""


def _use_code(connection: Connection, root_key: int, code_hash: str) -> bool:
    used = connection.execute(
        sa.delete(portal_code).where(
            portal_code.c.root_key == root_key, portal_code.c.code_hash == code_hash
        )
    )
    return used.rowcount == 1


def put_code(connection: Connection, root_key: int, *, by: str, now: datetime) -> str:
    """A code for one visit within minutes; one from before does not work any more."""
    code = _shaped(secrets.token_bytes(32), CODE_LENGTH)
    connection.execute(sa.delete(portal_code).where(portal_code.c.root_key == root_key))
    row = {"root_key": root_key, "code_hash": _hash(_plain(code)), "made_at": now, "made_by": by}
    connection.execute(sa.insert(portal_code), {**row, "expires_at": now + CODE_LIFE})
    return code


def open_visit(connection: Connection, visit: Visit, *, now: datetime) -> str:
    """A token for the browser that showed the secret. The history of the case tells of it."""
    token = secrets.token_urlsafe(32)
    connection.execute(sa.delete(portal_visit).where(portal_visit.c.expires_at <= now))
    row = {"token_hash": _hash(token), "root_key": visit.root_key, "expires_at": now + VISIT}
    connection.execute(sa.insert(portal_visit), {**row, "helper": visit.helper})
    take_children(connection, visit.root_key, 0)
    audit.append(
        connection,
        visit.root_key,
        Event.PORTAL_ENTERED,
        actor=CUSTOMER.name,
        at=now,
        details={"helper": visit.helper} if visit.helper else {},
    )
    return token


def find_visit(connection: Connection, token: str, *, now: datetime) -> Visit | None:
    """The case that a browser may follow."""
    query = sa.select(portal_visit.c.root_key, portal_visit.c.helper).where(
        portal_visit.c.token_hash == _hash(token), portal_visit.c.expires_at > now
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Visit(row.root_key, row.helper)


def close_visit(connection: Connection, token: str) -> None:
    """The customer leaves."""
    connection.execute(sa.delete(portal_visit).where(portal_visit.c.token_hash == _hash(token)))


def _mail_secret(key: str, root_key: int, secret_hash: str, links: int) -> str:
    text = f"portal mail {root_key} {secret_hash}" + (f" {links}" if links else "")
    return _shaped(hmac.digest(key.encode(), text.encode(), "sha256"))


def _known(connection: Connection, root_key: int) -> tuple[str, int] | None:
    """What the link in mail is made of: the hash of the secret, and how many there were."""
    query = sa.select(portal_access.c.secret_hash, portal_access.c.links)
    row = connection.execute(query.where(portal_access.c.root_key == root_key)).one_or_none()
    return None if row is None else (row.secret_hash, row.links)


def _shaped(digest: bytes, length: int = LENGTH) -> str:
    text = b32encode(digest).decode().translate(_ALIKE)[:length]
    return "-".join(text[start : start + 4] for start in range(0, length, 4))


def _plain(secret: str) -> str:
    return secret.strip().upper().translate(_ALIKE)


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", errors="replace")).hexdigest()
