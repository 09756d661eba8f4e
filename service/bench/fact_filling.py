"""What is counted of complaints, spread over three years for a measurement of the figures: moments,
outcomes, causes and money that follow from a complaint's number, so that they are the same
everywhere."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service.db import CHILD_BITS, Database

SPREAD = 3 * 365 * 86_400
"""Seconds back from now over which complaints were received."""
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', {0}, 'unixepoch') || '.000000'",
    "postgresql": "to_timestamp({0})",
}
_CHANNELS = ("phone", "email", "online", "branch", "letter")
_CAUSES = ("system or facility", "disclosure", "service attitude", "human error", "other")
_OUTCOMES = ("upheld", "not upheld", "partly upheld", "upheld", "withdrawn")


def spread_facts(database: Database, *, now: datetime) -> None:
    """Give every fact moments and lines of its own. Nothing else of the cases is changed."""
    moment = _MOMENT[database.dialect]
    number = f"(root_key / {1 << CHILD_BITS})"
    with database.read() as connection:
        first, last = connection.execute(
            sa.text(f"SELECT min({number}), max({number}) FROM complaint_fact")  # noqa: S608 (our own)
        ).one()
    step = SPREAD // max(1, last - first) or 1
    received = f"({int(now.timestamp())} - ({last} - {number}) * {step} - ({number} * 7919) % 9000)"
    lasts = f"(86400 + ({number} * 31337) % {45 * 86_400})"
    closed = f"({received} + {lasts})"
    is_closed = f"{closed} < {int(now.timestamp())}"
    text = {
        "received_at": moment.format(received),
        "closed_at": f"CASE WHEN {is_closed} THEN {moment.format(closed)} END",
        "status": f"CASE WHEN {is_closed} THEN 'archived' ELSE 'open' END",
        "channel": _chosen(_CHANNELS, number),
        "product": f"'product ' || ({number} % 40)",
        "cause": f"CASE WHEN {is_closed} THEN {_chosen(_CAUSES, number)} END",
        "outcome": f"CASE WHEN {is_closed} THEN {_chosen(_OUTCOMES, number)} END",
        "customer_key": f"'mail:' || ({number} % 700000)",
        "contact_seconds": f"({number} * 13) % 200000",
        "final_seconds": f"CASE WHEN {is_closed} THEN {lasts} END",
        "contact_due": moment.format(f"({received} + 86400)"),
        "contact_met": moment.format(f"({received} + ({number} * 13) % 200000)"),
        "final_due": moment.format(f"({received} + 2592000)"),
        "final_met": f"CASE WHEN {is_closed} THEN {moment.format(closed)} END",
        "satisfaction": f"1 + {number} % 5",
        "rounds": f"1 + ({number} % 20) / 19",
        "offered": f"CASE WHEN {number} % 3 = 0 THEN 900 + {number} % 5000 ELSE 0 END",
        "paid": f"CASE WHEN {number} % 3 = 0 THEN 900 + {number} % 5000 ELSE 0 END",
    }
    sets = ", ".join(f"{name} = {value}" for name, value in text.items())
    with database.transaction() as connection:
        connection.execute(
            sa.text(f"UPDATE complaint_fact SET {sets}")  # noqa: S608 (names and numbers of our own)
        )
    if database.dialect == "postgresql":
        with database.read() as connection:
            connection.execute(sa.text("VACUUM ANALYZE complaint_fact"))


def _chosen(words: tuple[str, ...], number: str) -> str:
    whens = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE ({number} * 7) % {len(words)} {whens} END"
