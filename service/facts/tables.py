"""What is counted of a complaint: one row each."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import UtcDateTime, metadata

complaint_fact = sa.Table(
    "complaint_fact",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("product", sa.String(300)),
    sa.Column("severity", sa.String(2)),
    sa.Column("regime", sa.String(60)),
    sa.Column("outcome", sa.String(60)),
    sa.Column("cause", sa.String(200)),
    sa.Column("unit", sa.String(200)),
    sa.Column("customer_kind", sa.String(60)),
    sa.Column("customer_key", sa.String(330)),
    sa.Column("investigator", sa.String(100)),
    sa.Column("vulnerable", sa.Boolean, nullable=False),
    sa.Column("regulator", sa.Boolean, nullable=False),
    sa.Column("escalated", sa.Boolean, nullable=False),
    sa.Column("contact_at", UtcDateTime),
    sa.Column("contact_seconds", sa.BigInteger),
    sa.Column("final_at", UtcDateTime),
    sa.Column("final_seconds", sa.BigInteger),
    sa.Column("acknowledgement_due", UtcDateTime),
    sa.Column("acknowledgement_met", UtcDateTime),
    sa.Column("contact_due", UtcDateTime),
    sa.Column("contact_met", UtcDateTime),
    sa.Column("target_due", UtcDateTime),
    sa.Column("target_met", UtcDateTime),
    sa.Column("final_due", UtcDateTime),
    sa.Column("final_met", UtcDateTime),
    sa.Column("other_clocks", sa.Text),
    sa.Column("rounds", sa.Integer, nullable=False),
    sa.Column("asked", sa.Boolean, nullable=False),
    sa.Column("satisfaction", sa.Integer),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("offered", sa.Numeric(18, 2), nullable=False),
    sa.Column("paid", sa.Numeric(18, 2), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_complaint_fact_received_at", "received_at", "version"),
    sa.Index("ix_complaint_fact_closed_at", "closed_at", "received_at", "version"),
)
"""Everything here follows from other rows of the case (`select.py` says how), so that it can be
thrown away and written again. `regime` is the leading one, null for the installation's; `unit` is
the one complained of, else the one that is responsible. `contact_at` is when the customer was first
spoken to, `final_at` when the final response was given, else when the case was closed; the seconds
count from `received_at`. The eight instants of clocks are those of the leading regime, as the case
has them now; `other_clocks` the clocks of other regimes, as JSON, null without any. `rounds` is how
often the customer was told an outcome; `asked` that a satisfaction letter was written. `offered` is
the highest offer, `paid` what was paid less what came back. `version` grows with every change."""
