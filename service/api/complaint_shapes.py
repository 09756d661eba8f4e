"""What goes in and out of the complaints' operations."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from service.api.shapes import Flag, Given, Instant, Key, Long, Number, Sent, Text
from service.intake import CHANNELS, CUSTOMER_TYPES, LANGUAGES, channel_code

MOST_LISTED, FURTHEST = 1_000, 10_000_000


class Contact(Sent):
    """Ways to reach the customer."""

    phone: Annotated[str, Field(max_length=100)] | None = None
    email: Annotated[str, Field(max_length=320)] | None = None
    address: Annotated[str, Field(max_length=1_000)] | None = None


class NewComplaintSent(Sent):
    """A complaint as it came in. Nothing is required: what is missing is asked for later
    (S3.2-c)."""

    customer_name: Text | None = None
    contact: Contact | None = None
    channel: Annotated[
        Literal[CHANNELS] | None,  # type: ignore[valid-type]
        BeforeValidator(channel_code),
    ] = None
    content: Annotated[str, Field(max_length=20_000)] | None = None
    received_at: Instant | None = None
    language: Literal[LANGUAGES] | None = None  # type: ignore[valid-type]
    product: Text | None = None
    amount: str | Decimal | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    group_size: Number | None = None
    media_reach: Number | None = None
    customers_affected: Number | None = None
    reopened: Number | None = None
    similar_in24h: Annotated[Number | None, Field(alias="similarIn24h")] = None
    vulnerable: Flag | None = None
    regulator_referral: Flag | None = None
    legal_threat: Flag | None = None
    threat_to_life: Flag | None = None
    money_moving: Flag | None = None
    system_fault: Flag | None = None
    misconduct: Flag | None = None
    executive_channel: Flag | None = None
    attitude_only: Flag | None = None
    hardship: Flag | None = None
    entity: Annotated[str, Field(max_length=100)] | None = None
    customer_type: Literal[CUSTOMER_TYPES] | None = None  # type: ignore[valid-type]
    new_account: Flag | None = None
    point_of_sale_or_foreign: Flag | None = None
    sent_to_company_at: Instant | None = None
    cycle_ends_on: Annotated[str, Field(max_length=10)] | None = None


class ClockGiven(Given):
    """A clock and when it runs out."""

    clock: str
    due_at: Instant


class RegisteredGiven(Given):
    """A registered complaint."""

    number: str
    process_instance_key: Key
    received_at: Instant
    deadlines: list[ClockGiven]


class ComplaintsAsked(BaseModel):
    """A text to look for, a status, and which part of the list."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=200)] = ""
    status: Annotated[str, Field(max_length=40)] = ""
    offset: Annotated[int, Field(ge=0, le=FURTHEST)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = 50


class ComplaintGiven(Given):
    """A complaint in a list."""

    number: str
    process_instance_key: Key
    status: str
    customer_name: str | None
    channel: str
    product: str | None
    amount: str | None
    currency: str
    severity: str | None
    received_at: Instant
    due_at: Instant | None
    closed_at: Instant | None
    outcome: str | None


class DeadlineGiven(Given):
    """A clock of a complaint, and whether it was met. `state` is running, paused, late, met, or
    queued: what meets it is written and has not left yet."""

    clock: str
    due_at: Instant
    met_at: Instant | None
    statutory: bool
    state: str


class WaitGiven(Given):
    """What a case waits for: `kind` is customer, department, timer or message; `until` when it goes
    on without it."""

    kind: str
    element_id: str
    name: str
    until: Instant | None


class RegimeGiven(Given):
    """The policy profiles that govern a complaint, the leading one first. `ground` says who chose:
    table (by the `rules` named), default, strictest (no row of the table matched), person, or kept
    from before regimes were chosen."""

    profiles: list[str]
    ground: str
    rules: list[str]
    reason: str
    by: str | None
    at: Instant | None


class RegimeSent(Sent):
    """Other policy profiles out of those that are enabled, the leading one first, and why."""

    profiles: Annotated[list[Text], Field(min_length=1, max_length=8)]
    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


class WholeComplaint(ComplaintGiven):
    """A complaint with its facts and clocks, and what it waits for."""

    content: Long
    facts: dict[str, Any]
    regime: RegimeGiven
    deadlines: list[DeadlineGiven]
    waits_for: list[WaitGiven]


class EventGiven(Given):
    """A step of the history; `hash` covers it and the step before."""

    seq: int
    at: Instant
    actor: str
    event: str
    details: dict[str, Any]
    hash: str


class LetterGiven(Given):
    """A letter that was written."""

    template: str
    language: str
    audience: str
    recipient: str
    subject: str
    body: str
    written_at: Instant


class TaskGiven(Given):
    """A user task of a complaint."""

    user_task_key: Key
    element_instance_key: Key
    element_id: str
    name: str
    state: str
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    process_definition_id: str
    process_instance_key: Key
    root_process_instance_key: Key
    business_id: str | None
    business_key: str | None
    creation_date: Instant
    completion_date: Instant | None
    due_date: Instant | None
    follow_up_date: Instant | None
    priority: int
    revision: int
    form_id: str | None
    tenant_id: str
