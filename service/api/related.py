"""Complaints that have to do with each other: what is proposed, and what a person decided."""

from __future__ import annotations

from typing import Any, Literal

from service import cases, operations
from service.api.operation import Call, operation
from service.api.shapes import Given, Instant, Long, Sent, Text
from service.identity import Permission


class ProposalGiven(Given):
    """Another complaint that may have to do with this one, how much, and why."""

    number: str
    score: float
    reasons: list[str]
    same_customer: bool


class LinkGiven(Given):
    """What was decided on another complaint."""

    number: str
    kind: str
    reason: str
    decided_at: Instant
    decided_by: str


class RelatedGiven(Given):
    """Both."""

    links: list[LinkGiven]
    proposals: list[ProposalGiven]


class RelationSent(Sent):
    """`duplicate of` merges this complaint into the other: its own process ends."""

    number: Text
    kind: Literal["related", "not related", "duplicate of"]
    reason: Long = ""


@operation(
    "GET /api/complaints/{number}/related", may=Permission.READ_COMPLAINTS, gives=RelatedGiven
)
def get_related(call: Call, number: str) -> Any:
    """Complaints linked with this one, and those that are like it."""
    return _related(call, number)


@operation(
    "POST /api/complaints/{number}/related",
    may=Permission.LINK_COMPLAINTS,
    takes=RelationSent,
    gives=RelatedGiven,
)
def decide_relation(call: Call, number: str, sent: RelationSent) -> Any:
    """Link two complaints, say that they are not related, or merge this one into the other."""
    if sent.kind == "duplicate of":
        operations.merge_cases(
            call.runtime, number, sent.number, reason=sent.reason, actor=call.actor, now=call.now
        )
    else:
        operations.link_cases(
            call.runtime,
            number,
            sent.number,
            sent.kind,
            reason=sent.reason,
            actor=call.actor,
            now=call.now,
        )
    return _related(call, number)


def _related(call: Call, number: str) -> dict[str, Any]:
    with call.runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        links = cases.list_links(connection, complaint.root_key)
        proposals = cases.propose_for(connection, complaint)
        numbers = cases.find_numbers(connection, [link.other_key for link in links])
    return {
        "links": [
            {
                "number": numbers.get(link.other_key, ""),
                "kind": link.kind,
                "reason": link.reason,
                "decidedAt": link.decided_at.isoformat(),
                "decidedBy": link.decided_by,
            }
            for link in links
        ],
        "proposals": [
            {
                "number": each.complaint.number,
                "score": each.score,
                "reasons": list(each.reasons),
                "sameCustomer": each.same_customer,
            }
            for each in proposals
        ],
    }
