"""Messages and signals from outside, and who waits for a message, with the fields and paths of
Camunda 8."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from service import operations, reporting
from service.api.edge import idempotency_key
from service.api.operation import Call, operation
from service.api.searching import page_given, query_of, search_model
from service.api.shapes import (
    TENANT,
    Given,
    Instant,
    Key,
    Page,
    Sent,
    Text,
    Variables,
    text_key,
    time_of,
)
from service.db import element_key, search
from service.identity import Permission

Correlation = Annotated[str, Field(max_length=300)]
YEAR = 366 * 24 * 3_600_000


class Publication(Sent):
    """A message. It is kept for `timeToLive` milliseconds; one with the same `messageId` is refused
    while it lives."""

    name: Text
    correlation_key: Correlation = ""
    time_to_live: Annotated[int, Field(strict=True, ge=0, le=YEAR)] = 0
    message_id: Correlation | None = None
    variables: Variables | None = None
    tenant_id: Text | None = None
    business_id: Text | None = None


class Published(Given):
    """The key of a published message."""

    message_key: Key
    tenant_id: str


class CorrelationSent(Sent):
    """A message that is to meet somebody now."""

    name: Text
    correlation_key: Correlation = ""
    variables: Variables | None = None
    tenant_id: Text | None = None
    business_id: Text | None = None


class Correlated(Given):
    """The instance that a message met."""

    message_key: Key
    process_instance_key: Key
    tenant_id: str


class Broadcast(Sent):
    """A signal."""

    signal_name: Text
    variables: Variables | None = None
    tenant_id: Text | None = None


class BroadcastDone(Given):
    """How many instances caught the signal or were started by it."""

    signal_key: Key
    caught: int
    tenant_id: str


SubscriptionSearch = search_model("MessageSubscriptionSearch", reporting.SUBSCRIPTIONS)


class SubscriptionFound(Given):
    """Somebody who waits for a message: a running instance, or a start event."""

    message_subscription_key: Key
    message_subscription_state: str
    message_subscription_type: str
    message_name: str
    correlation_key: str | None
    element_id: str
    element_instance_key: Key | None
    process_instance_key: Key | None
    root_process_instance_key: Key | None
    process_definition_id: str
    process_definition_key: Key | None
    process_definition_name: str | None
    process_definition_version: int | None
    last_updated_date: Instant
    business_id: str | None
    tool_name: str | None
    tool_properties: dict[str, str]
    inbound_connector_type: str | None
    tenant_id: str


@operation(
    "POST /v2/messages/publication",
    may=Permission.SEND_MESSAGES,
    takes=Publication,
    gives=Published,
)
def publish_message(call: Call, sent: Publication) -> Any:
    """Give a message to who waits for it, and keep it for those that will within its time to
    live."""
    done = operations.publish_message(
        call.runtime,
        sent.name,
        sent.correlation_key,
        sent.variables or {},
        actor=call.actor,
        now=call.now,
        life=timedelta(milliseconds=sent.time_to_live),
        message_id=sent.message_id,
    )
    return {"messageKey": str(done.key), "tenantId": TENANT}


@operation(
    "POST /v2/messages/correlation",
    may=Permission.SEND_MESSAGES,
    takes=CorrelationSent,
    gives=Correlated,
)
def correlate_message(call: Call, sent: CorrelationSent) -> Any:
    """Deliver a message now, or say that nobody waits for it."""
    done = operations.correlate_message(
        call.runtime,
        sent.name,
        sent.correlation_key,
        sent.variables or {},
        actor=call.actor,
        now=call.now,
        idempotency_key=idempotency_key(),
    )
    key = call.runtime.keys.root_key()
    return {"messageKey": str(key), "processInstanceKey": str(done.root_key), "tenantId": TENANT}


@operation(
    "POST /v2/signals/broadcast",
    may=Permission.BROADCAST_SIGNALS,
    takes=Broadcast,
    gives=BroadcastDone,
)
def broadcast_signal(call: Call, sent: Broadcast) -> Any:
    """Deliver a signal to every instance that waits for it, and start the processes that it
    starts."""
    key = call.runtime.keys.root_key()
    caught = operations.broadcast_signal(
        call.runtime, sent.signal_name, sent.variables or {}, actor=call.actor, now=call.now
    )
    return {"signalKey": str(key), "caught": caught, "tenantId": TENANT}


@operation(
    "POST /v2/message-subscriptions/search",
    may=Permission.READ_INSTANCES,
    takes=SubscriptionSearch,
    gives=Page[SubscriptionFound],
    optional=True,
)
def search_subscriptions(call: Call, sent: Any) -> Any:
    """Who waits for a message."""
    with call.runtime.database.read() as connection:
        return page_given(search(connection, reporting.SUBSCRIPTIONS, query_of(sent)[0]), _found)


def _found(row: Mapping[str, Any]) -> dict[str, Any]:
    root_key = text_key(row["root_key"])
    return {
        "messageSubscriptionKey": str(row["key"]),
        "messageSubscriptionState": "CREATED",
        "messageSubscriptionType": row["kind"],
        "messageName": row["message_name"],
        "correlationKey": row["correlation_key"],
        "elementId": row["element_id"],
        "elementInstanceKey": root_key and str(element_key(row["root_key"], row["engine_id"])),
        "processInstanceKey": root_key,
        "rootProcessInstanceKey": root_key,
        "processDefinitionId": row["definition_id"],
        "processDefinitionKey": str(row["definition_key"]),
        "processDefinitionName": row["definition_name"],
        "processDefinitionVersion": row["definition_version"],
        "lastUpdatedDate": time_of(row["opened_at"]),
        "businessId": None,
        "toolName": None,
        "toolProperties": {},
        "inboundConnectorType": None,
        "tenantId": TENANT,
    }
