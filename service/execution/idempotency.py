"""Idempotency keys: the same key with the same request gets the same answer, with another request a
refusal.

The answer is stored in the transaction of the command, so it is there if and only if the command
was carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa

from service.db import Connection, drop_some
from service.errors import InvalidInput, StateConflict
from service.instances.tables import idempotency_key

MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key, and the request it stands for."""

    key: str
    request: Any

    @classmethod
    def of(cls, key: str | None, *request: Any) -> Once | None:
        return None if key is None else cls(key, list(request))


def digest(request: Any) -> str:
    """The hash by which requests are compared."""
    return sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def find_answer(connection: Connection, once: Once, *, actor: str) -> Any:
    """The stored answer, or None. Raises StateConflict when the key was used for another request,
    InvalidInput for a key that is empty or too long."""
    if not 1 <= len(once.key) <= MAX_LENGTH:
        raise InvalidInput(
            "expected an idempotency key of 1 to {most} characters, got {count}",
            most=MAX_LENGTH,
            count=len(once.key),
        )
    row = connection.execute(
        sa.select(idempotency_key).where(
            idempotency_key.c.actor == actor, idempotency_key.c.key == once.key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != digest(once.request):
        raise StateConflict("This idempotency key was already used for a different request.")
    return row.answer


def store_answer(
    connection: Connection, once: Once, answer: Any, *, actor: str, now: datetime
) -> None:
    """Keep the answer of a command that this transaction carries out."""
    connection.execute(
        sa.insert(idempotency_key),
        {
            "actor": actor,
            "key": once.key,
            "request_hash": digest(once.request),
            "answer": answer,
            "created_at": now,
        },
    )


def drop_answers(connection: Connection, before: datetime, limit: int) -> int:
    """Forget answers from before then: nobody sends a request again after so long. How many."""
    old = idempotency_key.c.created_at < before
    return drop_some(connection, idempotency_key, old, limit=limit)
