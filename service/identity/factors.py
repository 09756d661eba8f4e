"""The second factor: a code of six digits that somebody's telephone makes anew every 30 seconds
(TOTP, RFC 6238), and codes on paper for when the telephone is lost.

Nothing that is kept makes a code: both are made of the service's own secret and of the row's random
name, so that neither a reader of the database nor a backup has them. No code is taken twice.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa

from service.db import Connection
from service.errors import StateConflict
from service.identity.tables import second_factor

STEP = 30
"""Seconds."""
DRIFT = 1
"""So many steps may a telephone's clock be off, either way (RFC 6238, 5.2)."""
RECOVERY_CODES = 10
ISSUER = "Redress"
PENDING = timedelta(minutes=5)
_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B", "-": "", " ": ""})


@dataclass(frozen=True, slots=True)
class Factor:
    """Somebody's second factor. It counts once it is confirmed. `used` has a bit for each recovery
    code that was used."""

    account: str
    id: str
    made_at: datetime
    confirmed_at: datetime | None
    last_step: int
    used: int

    @property
    def left(self) -> int:
        """How many recovery codes are left."""
        return RECOVERY_CODES - self.used.bit_count()


def find_factor(connection: Connection, name: str) -> Factor | None:
    """The second factor of an account, confirmed or not."""
    query = sa.select(second_factor).where(second_factor.c.account_name == name)
    row = connection.execute(query).one_or_none()
    return None if row is None else Factor(*row)


def has_factor(connection: Connection, name: str) -> bool:
    """Whether an account has a second factor that counts."""
    found = find_factor(connection, name)
    return found is not None and found.confirmed_at is not None


def begin_factor(connection: Connection, name: str, *, now: datetime) -> Factor:
    """A new second factor that does not count yet, in place of one that never did. Raises
    StateConflict where there is one that counts."""
    if has_factor(connection, name):
        raise StateConflict("There is a second factor already; turn it off first.")
    drop_factor(connection, name)
    row = {"account_name": name, "id": secrets.token_hex(32), "made_at": now}
    connection.execute(sa.insert(second_factor), row)
    return Factor(name, str(row["id"]), now, None, 0, 0)


def confirm_factor(connection: Connection, factor: Factor, *, now: datetime) -> bool:
    """Let it count from now on; not where another was begun in its place meanwhile."""
    counts = sa.update(second_factor).where(_same(factor)).values(confirmed_at=now)
    return connection.execute(counts).rowcount == 1


def drop_factor(connection: Connection, name: str) -> bool:
    """Forget the second factor of an account; whether there was one."""
    mine = second_factor.c.account_name == name
    return connection.execute(sa.delete(second_factor).where(mine)).rowcount == 1


def secret_of(factor: Factor, key: str) -> str:
    """What the telephone keeps: 160 bits in base 32 (RFC 4226, 4: at least 128)."""
    return b32encode(_digest(key, f"second factor {factor.id}")[:20]).decode()


def address_of(factor: Factor, key: str) -> str:
    """What the telephone reads from the picture."""
    totp = pyotp.TOTP(secret_of(factor, key), interval=STEP)
    return totp.provisioning_uri(name=factor.account, issuer_name=ISSUER)


def recovery_codes(factor: Factor, key: str) -> list[str]:
    """The codes on paper, each for one time."""
    return [_recovery(factor, key, number) for number in range(RECOVERY_CODES)]


def take_code(
    connection: Connection, factor: Factor, code: str, *, key: str, now: datetime
) -> bool:
    """Whether that is a code of this factor which was not used before; it is used then."""
    plain = code.strip().upper().translate(_ALIKE)
    digits = code.replace(" ", "").strip()
    if len(digits) == 6 and digits.isascii() and digits.isdigit():
        return _take_step(connection, factor, digits, key=key, now=now)
    for number in range(RECOVERY_CODES):
        mine = _recovery(factor, key, number).translate(_ALIKE)
        if hmac.compare_digest(mine.encode(), plain.encode("utf-8", "replace")):
            return _use_recovery(connection, factor, 1 << number)
    return False


def _take_step(
    connection: Connection, factor: Factor, digits: str, *, key: str, now: datetime
) -> bool:
    totp = pyotp.TOTP(secret_of(factor, key), interval=STEP)
    here = int(now.timestamp()) // STEP
    right = [
        step
        for step in range(here - DRIFT, here + DRIFT + 1)
        if hmac.compare_digest(totp.generate_otp(step), digits)
    ]
    if not right:
        return False
    unused = sa.and_(_same(factor), second_factor.c.last_step < right[-1])
    taken = sa.update(second_factor).where(unused).values(last_step=right[-1])
    return connection.execute(taken).rowcount == 1


def _use_recovery(connection: Connection, factor: Factor, bit: int) -> bool:
    unused = sa.and_(_same(factor), second_factor.c.used.bitwise_and(bit) == 0)
    taken = sa.update(second_factor).where(unused).values(used=second_factor.c.used + bit)
    return connection.execute(taken).rowcount == 1


def _same(factor: Factor) -> sa.ColumnElement[bool]:
    return second_factor.c.id == factor.id


def make_pending(name: str, password_hash: str, *, key: str, now: datetime) -> str:
    """What a browser holds between the password and the code: good for minutes, and for nothing
    but to show the code."""
    until = int((now + PENDING).timestamp())
    return f"{until}.{_pending(name, password_hash, until, key)}.{name}"


def read_pending(pending: str) -> str:
    """The name in it, whoever wrote it there."""
    return pending.split(".", 2)[2] if pending.count(".") >= 2 else ""


def is_pending(pending: str, password_hash: str | None, *, key: str, now: datetime) -> bool:
    """Whether the password of that name was shown minutes ago, and is still theirs."""
    until, _, rest = pending.partition(".")
    mac, _, name = rest.partition(".")
    if not (until.isascii() and until.isdigit()) or len(until) > 12 or password_hash is None:
        return False
    right = _pending(name, password_hash, int(until), key)
    return hmac.compare_digest(mac.encode("utf-8", "replace"), right.encode()) and (
        now.timestamp() < int(until)
    )


def _pending(name: str, password_hash: str, until: int, key: str) -> str:
    return _digest(key, f"password shown {until} {password_hash} {name}").hex()


def _recovery(factor: Factor, key: str, number: int) -> str:
    text = b32encode(_digest(key, f"recovery {number} {factor.id}")).decode()
    plain = text.translate(_ALIKE)[:12]
    return "-".join(plain[start : start + 4] for start in range(0, 12, 4))


def _digest(key: str, text: str) -> bytes:
    return hmac.digest(key.encode(), text.encode("utf-8", "replace"), "sha256")
