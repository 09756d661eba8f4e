"""The procedures of this bank, and who reviews their changes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from service import definitions, operations
from service.api.operation import Call, operation
from service.api.shapes import Given, Sent
from service.identity import Permission
from service.lengths import MOST_REASON

Review = Literal["none", "four eyes", "by compliance"]
"""Who looks at a change before it is in force."""


class ReviewAsked(Given):
    """A less strict review that waits until a second person of compliance says the same; `name` is
    `*` where it is asked for of every procedure of which nothing is said."""

    name: str
    review: Review
    reason: str
    by: str


class ProcedureGiven(Given):
    """A procedure: its newest version, the one in force, and who reviews a change of it."""

    name: str
    version: int
    in_force: int | None
    review: Review


class ProceduresGiven(Given):
    """All of them, by name, and what is asked for."""

    items: list[ProcedureGiven]
    asked: list[ReviewAsked]


class ReviewSent(Sent):
    """Who reviews the procedure from now on, and why it is changed. `none` puts a deployment in
    force at once."""

    review: Review
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]


@operation("GET /api/procedures", may=Permission.SEE_REVIEWS, gives=ProceduresGiven)
def list_procedures(call: Call) -> Any:
    """Every procedure that is stored."""
    with call.runtime.database.read() as connection:
        review = definitions.policies_by_name(connection)
        return {
            "items": [
                {
                    "name": each.name,
                    "version": each.version,
                    "inForce": each.in_force,
                    "review": review[each.name].value,
                }
                for each in definitions.list_procedures(connection)
            ],
            "asked": [
                {"name": name, "review": each.review.value, "reason": each.reason, "by": each.by}
                for name, each in sorted(definitions.list_asked(connection).items())
            ],
        }


@operation(
    "PUT /api/procedures/{name}/review",
    may=Permission.SET_REVIEW_POLICY,
    takes=ReviewSent,
    gives=ProceduresGiven,
)
def set_review(call: Call, name: str, sent: ReviewSent) -> Any:
    """Say who reviews a procedure; `*` is every one of which nothing is said. What is less strict
    counts once a second person says the same."""
    operations.set_review_policy(
        call.runtime, name, sent.review, reason=sent.reason, actor=call.actor, now=call.now
    )
    return list_procedures(call)
