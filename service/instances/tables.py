"""The root instance's row: its compact state and the version that guards every write; and
idempotency keys."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata

process_instance = sa.Table(
    "process_instance",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("next_child", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column(
        "process_definition_key",
        sa.ForeignKey("process_definition.key"),
        nullable=False,
        index=True,
    ),
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), nullable=False),
    sa.Column("business_key", sa.String(100), index=True),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("end_elements", Json),
    sa.Column("has_incident", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("engine_state", sa.LargeBinary),
    sa.Column("final_variables", Json),
    sa.Column("suspended_at", UtcDateTime),
    sa.Column("holds_key", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("kind", sa.String(20), nullable=False, server_default="process"),
    sa.CheckConstraint("state IN ('active', 'completed', 'terminated')", name="state"),
    sa.Index(
        "ix_process_instance_version",
        "bundle_key",
        "root_key",
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    ),
)
"""`version` goes up by one with every command; `next_child` is the next free child number (see
`service.db.keys`).

`engine_state` is null once the instance has ended: what happened is in the history, and
`final_variables` are those of the outermost scope at its end. `holds_key`: a message with a
correlation key started it (`message_start`). `kind`: one of `InstanceKind`.
"""

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("actor", sa.String(100), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    sa.Column("answer", Json, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False, index=True),
)
"""What an acknowledged command answered; the same key with the same request gets the same answer
again."""
