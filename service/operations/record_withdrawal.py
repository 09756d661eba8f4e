"""A customer withdraws by telephone, at the counter or by letter: somebody of the bank records it,
and somebody else confirms it with the customer (`fourEyes`: `portal-access`)."""

from __future__ import annotations

from datetime import datetime

from service import cases
from service.audit import Event
from service.errors import FieldError, FormInvalid, NotFound, StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.operations.hear_customer import Said, hear_customer
from service.sentence import Sentence

WITHDRAWAL = "complaint-withdrawn"
MEANS = ("phone", "branch", "letter")
"""How a customer withdraws who does not do it on the portal."""
LEAST_WORDS, MOST_WORDS = 20, 4_000


def record_withdrawal(
    runtime: Runtime, number: str, words: str, *, means: str, actor: Actor, now: datetime
) -> None:
    """Record what the customer said, word for word; the case waits for the confirmation of another
    person.

    Raises FormInvalid, NotFound, StateConflict when the complaint cannot be withdrawn any more.
    """
    text = words.strip()
    errors = []
    if means not in MEANS:
        errors.append(FieldError("/means", Sentence("expected one of {means}", means=MEANS)))
    if not LEAST_WORDS <= len(text) <= MOST_WORDS or "\x00" in text:
        errors.append(
            FieldError(
                "/words",
                Sentence(
                    "expected what the customer said, in {least} to {most} characters",
                    least=LEAST_WORDS,
                    most=MOST_WORDS,
                ),
            )
        )
    if errors:
        raise FormInvalid(errors)
    with runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
    said = Said(
        "withdrawal",
        means,
        text,
        message=WITHDRAWAL,
        variables={"reason": text},
        must_wait=True,
        event=Event.WITHDRAWAL_RECORDED,
    )
    try:
        hear_customer(runtime, root_key, said, actor=actor, now=now)
    except NotFound:
        raise StateConflict(
            "The complaint {number} cannot be withdrawn any more: it has moved on.", number=number
        ) from None
