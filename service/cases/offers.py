"""What a customer was offered and has to accept before it is paid: until when, and what became of
it.

An offer names the total of all rounds; a later one takes the place of an earlier one. Every change
of state is guarded by the state it starts from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa

from service.db import Connection, Prepared, UtcDateTime, metadata
from service.errors import StateConflict
from service.sentence import Words


class OfferState(StrEnum):
    """Where an offer stands. Only an open one can be answered."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


ANSWERS = (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.LAPSED)
"""What may become of an open offer by the customer's answer or by silence."""
OFFER_WORDS: Words = {
    "open": "offer open",
    "accepted": "offer accepted",
    "declined": "offer declined",
    "lapsed": "offer lapsed",
    "replaced": "offer replaced",
    "withdrawn": "offer withdrawn",
}
"""What a state is called."""
OFFER_ANSWER = "offer-answer"
"""The message by which the shipped procedure waits for the customer's answer."""

offer = sa.Table(
    "offer",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("amount", sa.Numeric(18, 2), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("until_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("recorded_by", sa.String(200), nullable=False, server_default=""),
    sa.Column("answered_by", sa.String(300), nullable=False, server_default=""),
    sa.Column("channel", sa.String(20), nullable=False, server_default=""),
    sa.Column("words", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint(
        "state IN ('open', 'accepted', 'declined', 'lapsed', 'replaced', 'withdrawn')",
        name="state",
    ),
    sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_at"),
    sa.CheckConstraint("amount > 0", name="amount"),
)
"""`until_at` is the end of the last day on which it can be accepted. `answered_by` said it by
`channel`, in these `words`; `recorded_by` is whose account wrote it down."""


_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_LAST = Prepared(sa.select(sa.func.max(offer.c.seq).label("last")).where(offer.c.root_key == _ROOT))
_LIST = Prepared(sa.select(offer).where(offer.c.root_key == _ROOT).order_by(offer.c.seq))
_MAKE = sa.insert(offer)
_OPEN = sa.and_(offer.c.root_key == _ROOT, offer.c.state == OfferState.OPEN.value)
_END = (
    sa.update(offer)
    .where(_OPEN)
    .values(
        state=sa.bindparam("b_state"),
        ended_at=sa.bindparam("b_ended_at", type_=UtcDateTime),
        recorded_by=sa.bindparam("b_recorded_by"),
        answered_by=sa.bindparam("b_answered_by"),
        channel=sa.bindparam("b_channel"),
        words=sa.bindparam("b_words"),
    )
)
"""Writes are sent at once, not gathered: what they did is asked for in the same write."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer of a case."""

    root_key: int
    seq: int
    amount: Decimal
    currency: str
    made_at: datetime
    made_by: str
    until_at: datetime
    state: OfferState
    ended_at: datetime | None = None
    recorded_by: str = ""
    answered_by: str = ""
    channel: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class OfferAnswer:
    """What became of an offer: who said so, by what channel, in what words, and who wrote it
    down."""

    state: OfferState
    recorded_by: str
    at: datetime
    answered_by: str = ""
    channel: str = ""
    words: str = ""


def make_offer(connection: Connection, new: Offer) -> None:
    """Write it, in place of one that is still open; `new.seq` is given here."""
    _end(connection, new.root_key, OfferAnswer(OfferState.REPLACED, new.made_by, new.made_at))
    last = _LAST.first(connection, {"b_root_key": new.root_key})
    connection.execute(
        _MAKE,
        {
            "root_key": new.root_key,
            "seq": int((last or {}).get("last") or 0) + 1,
            "amount": new.amount,
            "currency": new.currency,
            "made_at": new.made_at,
            "made_by": new.made_by[:200],
            "until_at": new.until_at,
            "state": new.state.value,
        },
    )


def answer_offer(connection: Connection, root_key: int, answer: OfferAnswer) -> None:
    """The open offer of the case has its answer. Raises StateConflict where none is open."""
    if not _end(connection, root_key, answer):
        found = find_offer(connection, root_key)
        if found is None:
            raise StateConflict("No offer was made in this case.")
        raise StateConflict(
            "The last offer is {state} since {day}; expected one that is open.",
            state=found.state.value,
            day=found.ended_at,
        )


def end_offers(connection: Connection, root_key: int, state: OfferState, *, at: datetime) -> None:
    """The case ends: an offer that is still open ends with it."""
    _end(connection, root_key, OfferAnswer(state, "system", at))


def find_offer(connection: Connection, root_key: int) -> Offer | None:
    """The last offer of the case."""
    found = list_offers(connection, root_key)
    return found[-1] if found else None


def list_offers(connection: Connection, root_key: int) -> list[Offer]:
    """The offers of a case, oldest first."""
    return [
        Offer(**{**row, "state": OfferState(row["state"]), "amount": Decimal(row["amount"])})
        for row in _LIST.all(connection, {"b_root_key": root_key})
    ]


def _end(connection: Connection, root_key: int, answer: OfferAnswer) -> bool:
    done = connection.execute(
        _END,
        {
            "b_root_key": root_key,
            "b_state": answer.state.value,
            "b_ended_at": answer.at,
            "b_recorded_by": answer.recorded_by[:200],
            "b_answered_by": answer.answered_by[:300],
            "b_channel": answer.channel[:20],
            "b_words": answer.words,
        },
    )
    return bool(done.rowcount)
