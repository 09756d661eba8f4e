"""Rows of migration plans: the mapping, what was done with it, and what became of each case."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata
from service.migration_plans.states import CaseState, PlanState


def _among(states: type[PlanState] | type[CaseState]) -> str:
    return f"state IN ({', '.join(repr(state.value) for state in states)})"


migration_plan = sa.Table(
    "migration_plan",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("from_bundle", sa.ForeignKey("bundle.key"), nullable=False),
    sa.Column("to_bundle", sa.ForeignKey("bundle.key"), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("places", Json, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("run_by", sa.String(100)),
    sa.Column("cursor", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("created_by", sa.String(100), nullable=False),
    sa.CheckConstraint(_among(PlanState), name="state"),
)
"""`places`: element id of the old version → of the new one, for those whose id is another.
`revision` goes up with every change. `cursor` is the root key up to which the worker has gone
through the cases; `run_by` on whose behalf, with which `reason`."""

migration_step = sa.Table(
    "migration_step",
    metadata,
    sa.Column(
        "plan_key", sa.ForeignKey("migration_plan.key"), primary_key=True, autoincrement=False
    ),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("event", sa.String(60), nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("details", Json, nullable=False),
)
"""Everything that happened to a plan, in order; appended, never changed."""

migration_case = sa.Table(
    "migration_case",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("plan_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("business_key", sa.String(100)),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("warning", sa.Text, nullable=False, server_default=""),
    sa.Column("began", Json, nullable=False),
    sa.Column("ended", Json, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("undo", Json),
    sa.Column("before", sa.LargeBinary),
    sa.CheckConstraint(_among(CaseState), name="state"),
    sa.Index("ix_migration_case_state", "plan_key", "state", "root_key"),
    sa.Index(
        "ix_migration_case_undo",
        "at",
        sqlite_where=sa.text("before IS NOT NULL"),
        postgresql_where=sa.text("before IS NOT NULL"),
    ),
)
"""One row for each case that a plan met: `note` says why it could not go, `warning` what to look
at, `began` and `ended` which events it waits for now and no longer does. `before` is the engine's
state from before it was moved and `undo` what else taking it back needs; both are null where it
cannot be taken back."""
