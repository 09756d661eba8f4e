"""Rows of background work: timers, jobs, subscriptions, published messages, the outbox, and
incidents."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, Said, UtcDateTime, metadata


def _own_key() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    )


def _lease() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("lease_owner", sa.String(100)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    )


timer = sa.Table(
    "timer",
    metadata,
    *_own_key(),
    sa.Column("engine_id", sa.String(40), nullable=False),
    sa.Column("element_id", sa.String(200), nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("run_at", UtcDateTime, nullable=False, index=True),
    *_lease(),
)
"""Timers that wait; gone when fired or cancelled. `run_at` is when a worker may next take it:
`due_at` at first, then the end of a lease or of a backoff."""

job = sa.Table(
    "job",
    metadata,
    *_own_key(),
    sa.Column("engine_id", sa.String(40), nullable=False),
    sa.Column("element_id", sa.String(200), nullable=False),
    sa.Column("process_id", sa.String(200), nullable=False),
    sa.Column("type", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("retries", sa.Integer, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False, server_default="0"),
    sa.Column("worker", sa.String(200)),
    sa.Column("run_at", UtcDateTime, nullable=False),
    sa.Column("headers", Json, nullable=False),
    sa.Column("variables", Json, nullable=False),
    sa.Column("error_message", sa.Text),
    sa.Column("error_code", sa.String(200)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.CheckConstraint(
        "state IN ('created', 'completed', 'cancelled', 'failed', 'error')", name="state"
    ),
    sa.Index(
        "ix_job_open",
        "type",
        "rank",
        "run_at",
        "key",
        sqlite_where=sa.text("state = 'created'"),
        postgresql_where=sa.text("state = 'created'"),
    ),
    sa.Index(
        "ix_job_element_completed",
        "process_id",
        "ended_at",
        "element_id",
        "created_at",
        sqlite_where=sa.text("state = 'completed'"),
        postgresql_where=sa.text("state = 'completed'"),
    ),
)
"""Work for workers. An activated job stays `created` with `run_at` at the end of its lease;
`failed` has no retries left and an incident. `rank` is the priority below zero, so that the index
is in the order that jobs are handed out."""

subscription = sa.Table(
    "subscription",
    metadata,
    *_own_key(),
    sa.Column("engine_id", sa.String(40), nullable=False),
    sa.Column("element_id", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("correlation_key", sa.String(300), nullable=False),
    sa.Column("interrupting", sa.Boolean, nullable=False),
    sa.Column("process_id", sa.String(200), nullable=False, server_default=""),
    sa.Column("opened_at", UtcDateTime),
    sa.CheckConstraint("kind IN ('message', 'signal')", name="kind"),
    sa.Index("ix_subscription_name", "name", "correlation_key"),
)
"""What running instances wait for; gone when caught for the last time or cancelled."""

message = sa.Table(
    "message",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("correlation_key", sa.String(300), nullable=False),
    sa.Column("message_id", sa.String(300)),
    sa.Column("variables", Json, nullable=False),
    sa.Column("published_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.UniqueConstraint("name", "correlation_key", "message_id"),
    sa.Index("ix_message_name", "name", "correlation_key"),
)
"""Published messages that are still alive (buffered until `expires_at`, or kept so that
`message_id` de-duplicates)."""

message_delivery = sa.Table(
    "message_delivery",
    metadata,
    sa.Column("message_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("process_id", sa.String(200), primary_key=True),
    sa.Column("root_key", sa.BigInteger, nullable=False),
    sa.Column("delivered_at", UtcDateTime, nullable=False),
)
"""Which instance a message went to: once per process, as Camunda correlates; the key holds it."""

message_start = sa.Table(
    "message_start",
    metadata,
    sa.Column("process_id", sa.String(200), primary_key=True),
    sa.Column("correlation_key", sa.String(300), primary_key=True),
    sa.Column("root_key", sa.BigInteger, nullable=False, index=True),
)
"""Living instances that a message with a key started: while one lives, no second one starts with
that key."""

outbox = sa.Table(
    "outbox",
    metadata,
    *_own_key(),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("run_at", UtcDateTime, nullable=False),
    sa.Column("delivered_at", UtcDateTime),
    sa.Column("error_message", sa.Text),
    *_lease(),
    sa.Column("origin", sa.BigInteger),
    sa.Column("depth", sa.Integer),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="state"),
    sa.Index(
        "ix_outbox_origin",
        "origin",
        sqlite_where=sa.text("origin IS NOT NULL"),
        postgresql_where=sa.text("origin IS NOT NULL"),
    ),
    sa.Index(
        "ix_outbox_waiting",
        "run_at",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
)
"""What is to leave the house (mail, webhook), written in the transaction that decided it. Of a
signal, `origin` is the row of the first signal that led to it, and `depth` how many lie between."""

causation = sa.Table(
    "causation",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("origin", sa.BigInteger, nullable=False),
    sa.Column("depth", sa.Integer, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False, index=True),
)
"""The signal that reached a case last, until when what the case does counts as done because of
it."""

incident = sa.Table(
    "incident",
    metadata,
    *_own_key(),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("element_id", sa.String(200), nullable=False),
    sa.Column("engine_id", sa.String(40)),
    sa.Column("subject_key", sa.BigInteger),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("said", Said),
    sa.Column("retries", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("resolved_at", UtcDateTime),
    sa.Column("resolved_by", sa.String(100)),
    sa.CheckConstraint("state IN ('active', 'resolved')", name="state"),
    sa.Index(
        "ix_incident_active",
        "created_at",
        "key",
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    ),
)

INCIDENT_WORDS = sa.func.coalesce(incident.c.said, incident.c.message, type_=Said())
"""What an incident says, in every language; rows of older releases say it in English."""
"""A step that could not be made, with what has to be corrected. `subject_key` is the timer, job,
task or outbox row."""

duty = sa.Table(
    "duty",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("owner", sa.String(100)),
    sa.Column("until", UtcDateTime),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.Column("incident_key", sa.BigInteger),
    sa.Column("error_message", sa.Text),
)
"""Work that one process at a time does for all: who holds it until when, and when it was last done
whole. `since` is when it was first wanted; `incident_key` the alarm that is out because it was not
done."""
