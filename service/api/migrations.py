"""Moving a process instance to another version of its process, with the path and fields of Camunda
8."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service import definitions, operations
from service.api.operation import Call, operation
from service.api.shapes import Key, Sent
from service.errors import InvalidInput
from service.identity import Permission

Element = Annotated[str, Field(min_length=1, max_length=200)]


class Place(Sent):
    """Where what stands at one element goes."""

    source_element_id: Element
    target_element_id: Element


class Migration(Sent):
    """The version to go to, and where elements go whose id is another there. `reason` is for the
    history."""

    target_process_definition_key: Key
    mapping_instructions: Annotated[tuple[Place, ...], Field(max_length=1_000)] = ()
    reason: Annotated[str, Field(min_length=1, max_length=500)] = "migrated through the API"
    operation_reference: int | None = None


@operation(
    "POST /v2/process-instances/{processInstanceKey}/migration",
    may=Permission.MIGRATE_INSTANCES,
    takes=Migration,
)
def migrate_instance(call: Call, key: int, sent: Migration) -> None:
    """Let an instance go on in another version; what has no place there is named, and then nothing
    is moved.

    An element that is not mapped keeps its id, so a mapping of an element to itself may be left
    out.
    """
    places = {each.source_element_id: each.target_element_id for each in sent.mapping_instructions}
    if len(places) != len(sent.mapping_instructions):
        raise InvalidInput("expected one instruction for each source element, got several")
    with call.runtime.database.read() as connection:
        target = definitions.get_startable(connection, key=int(sent.target_process_definition_key))
    operations.migrate_instance(
        call.runtime,
        key,
        to_bundle=target.bundle_key,
        places=places,
        reason=sent.reason,
        actor=call.actor,
        now=call.now,
    )
