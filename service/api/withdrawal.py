"""A withdrawal that a customer told the bank otherwise than on the portal."""

from __future__ import annotations

from typing import Any, Literal

from service import operations
from service.api.operation import Call, operation
from service.api.shapes import Given, Long, Sent
from service.identity import Permission


class WithdrawalSent(Sent):
    """What the customer said, word for word, and how."""

    means: Literal["phone", "branch", "letter"]
    words: Long


class WithdrawalGiven(Given):
    """The withdrawal waits for another person, who confirms it with the customer."""

    number: str
    confirmation: Literal["awaited"]


@operation(
    "POST /api/complaints/{number}/withdrawal",
    may=Permission.ADD_EVIDENCE,
    takes=WithdrawalSent,
    gives=WithdrawalGiven,
    status=201,
)
def record_withdrawal(call: Call, number: str, sent: WithdrawalSent) -> Any:
    """Record that the customer withdraws; somebody else confirms it before the case ends."""
    operations.record_withdrawal(
        call.runtime, number, sent.words, means=sent.means, actor=call.actor, now=call.now
    )
    return {"number": number, "confirmation": "awaited"}, 201
