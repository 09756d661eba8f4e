"""Beginning what is in an ad-hoc sub-process, with the path and fields of Camunda 8."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service import operations
from service.api.operation import Call, operation
from service.api.shapes import Sent, Variables
from service.db import element_of
from service.identity import Permission


class ActivityGiven(Sent):
    """An element to begin, with variables of its own."""

    element_id: Annotated[str, Field(min_length=1, max_length=200)]
    variables: Variables = Field(default_factory=dict)


class ActivitiesBegun(Sent):
    """What begins, in this order. `cancelRemainingInstances` ends before what is active."""

    elements: Annotated[tuple[ActivityGiven, ...], Field(min_length=1, max_length=100)]
    cancel_remaining_instances: bool = False


@operation(
    "POST /v2/element-instances/ad-hoc-activities/{adHocSubProcessInstanceKey}/activation",
    may=Permission.BEGIN_STEPS,
    takes=ActivitiesBegun,
)
def begin_activities(call: Call, key: int, sent: ActivitiesBegun) -> None:
    """Begin elements in an ad-hoc sub-process that is active, all of them or none."""
    root_key, within = element_of(key)
    operations.begin_steps(
        call.runtime,
        root_key,
        within,
        [(each.element_id, each.variables) for each in sent.elements],
        cancel_others=sent.cancel_remaining_instances,
        actor=call.actor,
        now=call.now,
    )
