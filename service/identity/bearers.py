"""Short-lived bearers that stand for an API token: JSON Web Tokens (RFC 7519) with HMAC-SHA-256,
for clients that look into their bearer for its end.

A bearer names its API token by hash, and the token is looked up again each time: revoking it ends
its bearers, too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

LIFE = timedelta(hours=1)
LONGEST = 2_000
_HEAD = {"alg": "HS256", "typ": "JWT"}


def make_bearer(token_hash: str, name: str, *, secret: str, now: datetime) -> str:
    """A bearer for the API token of that hash, which is the account `name`'s."""
    claims = {
        "iss": "redress",
        "sub": name,
        "jti": token_hash,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
    }
    signed = f"{_encode(orjson.dumps(_HEAD))}.{_encode(orjson.dumps(claims))}"
    return f"{signed}.{_sign(signed, secret)}"


def read_bearer(text: str, *, secret: str, now: datetime) -> str | None:
    """The hash of the API token behind a bearer; None when it is none of ours, or over."""
    signed, _, signature = text.rpartition(".")
    if (
        len(text) > LONGEST
        or not text.isascii()
        or not hmac.compare_digest(_sign(signed, secret), signature)
    ):
        return None
    claims: dict[str, Any] = orjson.loads(_decode(signed.partition(".")[2]))
    over = datetime.fromtimestamp(claims["exp"], tz=UTC) <= now
    return None if over else str(claims["jti"])


def _sign(signed: str, secret: str) -> str:
    key = hashlib.sha256(b"bearer\0" + secret.encode()).digest()
    return _encode(hmac.new(key, signed.encode(), hashlib.sha256).digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
