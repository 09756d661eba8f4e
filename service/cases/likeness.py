"""Which complaints are alike: fingerprints of their text, and how many came in a window of time.

A text becomes its pairs of neighbouring three-character pieces, hashed; of each of sixteen buckets
of hashes the least is kept, and four such minima make a band. Two texts that share nine in ten
pieces share a band almost surely, texts that share three in ten hardly ever. Digits do not count:
amounts, dates and card numbers differ.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from zlib import crc32

import sqlalchemy as sa

from service.cases.tables import complaint, emergency, emergency_complaint, likeness
from service.db import Connection

PIECE, BUCKETS, BANDS = 3, 16, 4
SHORTEST = 12
"""A shorter text says too little to be like another."""
MOST = 5_000


def bands_of(content: str, product: str | None) -> tuple[int, ...]:
    """The bands of a complaint; none for a text that is too short."""
    kept = "".join(
        ch for ch in unicodedata.normalize("NFKC", content[:MOST]).casefold() if ch.isalpha()
    )
    if len(kept) < SHORTEST:
        return ()
    least = [0xFFFFFFFF] * BUCKETS
    for place in range(len(kept) - PIECE + 1):
        value = crc32(kept[place : place + PIECE].encode())
        bucket = value % BUCKETS
        least[bucket] = min(least[bucket], value)
    each = BUCKETS // BANDS
    about = (product or "").casefold()
    return tuple(
        crc32(repr((number, about, least[number * each : (number + 1) * each])).encode())
        for number in range(BANDS)
    )


def insert_bands(
    connection: Connection, root_key: int, bands: Iterable[int], *, at: datetime
) -> None:
    """Write the fingerprints of a complaint."""
    rows = [
        {"root_key": root_key, "band": band, "registered_at": at} for band in dict.fromkeys(bands)
    ]
    if rows:
        connection.execute(sa.insert(likeness), rows)


def count_similar(connection: Connection, bands: Sequence[int], *, since: datetime) -> int:
    """How many complaints since then share a band; counting stops at no number, the index makes it
    cheap."""
    if not bands:
        return 0
    query = sa.select(sa.func.count(sa.distinct(likeness.c.root_key))).where(
        likeness.c.band.in_(bands), likeness.c.registered_at >= since
    )
    return int(connection.execute(query).scalar_one())


def list_similar(
    connection: Connection, bands: Sequence[int], *, since: datetime, limit: int = 10_000
) -> list[int]:
    """The root keys of complaints since then that share a band, oldest first."""
    query = (
        sa.select(likeness.c.root_key)
        .where(likeness.c.band.in_(bands), likeness.c.registered_at >= since)
        .distinct()
        .order_by(likeness.c.root_key)
        .limit(limit)
    )
    return list(connection.execute(query).scalars()) if bands else []


def find_emergency_of_similar(
    connection: Connection, bands: Sequence[int], *, since: datetime
) -> int | None:
    """The open emergency that similar complaints since then belong to."""
    if not bands:
        return None
    query = (
        sa.select(emergency_complaint.c.root_key)
        .join(likeness, likeness.c.root_key == emergency_complaint.c.complaint_key)
        .join(emergency, emergency.c.root_key == emergency_complaint.c.root_key)
        .where(
            likeness.c.band.in_(bands),
            likeness.c.registered_at >= since,
            emergency.c.status == "open",
        )
        .limit(1)
    )
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def list_of_customer(
    connection: Connection, root_key: int, customer_key: str | None, *, since: datetime
) -> list[str]:
    """Numbers of other complaints of the same customer that are open or were closed since then,
    newest first."""
    if customer_key is None:
        return []
    query = (
        sa.select(complaint.c.number)
        .where(
            complaint.c.customer_key == customer_key,
            complaint.c.root_key != root_key,
            sa.or_(complaint.c.status == "open", complaint.c.closed_at >= since),
        )
        .order_by(complaint.c.root_key.desc())
        .limit(10)
    )
    return list(connection.execute(query).scalars())
