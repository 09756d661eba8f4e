"""Rows of versioned bundles: immutable files by content hash, and which version of a bundle is
released from when."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata

bundle = sa.Table(
    "bundle",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("created_by", sa.String(100), nullable=False),
    sa.Column("released_at", UtcDateTime),
    sa.Column("released_by", sa.String(100)),
    sa.UniqueConstraint("name", "version"),
    sa.CheckConstraint("state IN ('deployed', 'released', 'superseded', 'retired')", name="state"),
)
"""A set of definition files that belong together. The newest released version of a name starts new
cases."""

definition_file = sa.Table(
    "definition_file",
    metadata,
    sa.Column("content_hash", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
"""The bytes of a diagram, decision table or form, once, by SHA-256."""

bundle_file = sa.Table(
    "bundle_file",
    metadata,
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), primary_key=True),
    sa.Column("path", sa.String(200), primary_key=True),
    sa.Column("content_hash", sa.ForeignKey("definition_file.content_hash"), nullable=False),
)

process_definition = sa.Table(
    "process_definition",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), nullable=False, index=True),
    sa.Column("process_id", sa.String(200), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("version_tag", sa.String(100)),
    sa.Column("path", sa.String(200), nullable=False),
    sa.Column("start_events", Json, nullable=False),
    sa.UniqueConstraint("process_id", "version"),
)
"""One executable process of one bundle, under the key the API speaks of."""

decision_definition = sa.Table(
    "decision_definition",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), nullable=False, index=True),
    sa.Column("decision_id", sa.String(200), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("requirements_key", sa.BigInteger, nullable=False),
    sa.Column("requirements_id", sa.String(200), nullable=False),
    sa.Column("requirements_name", sa.String(300), nullable=False),
    sa.Column("path", sa.String(200), nullable=False),
    sa.UniqueConstraint("decision_id", "version"),
)
"""One decision of one bundle; those of one file share the `requirements_key`."""

form_definition = sa.Table(
    "form_definition",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), nullable=False, index=True),
    sa.Column("form_id", sa.String(200), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("path", sa.String(200), nullable=False),
    sa.UniqueConstraint("form_id", "version"),
)
"""One form of one bundle."""

start_subscription = sa.Table(
    "start_subscription",
    metadata,
    sa.Column("process_definition_key", sa.ForeignKey("process_definition.key"), primary_key=True),
    sa.Column("element_id", sa.String(200), primary_key=True),
    sa.Column("process_id", sa.String(200), nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("name", sa.String(300), nullable=False, index=True),
    sa.Column("anchor_at", UtcDateTime, nullable=False),
    sa.Column("fired", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_due_at", UtcDateTime),
    sa.Column("run_at", UtcDateTime, index=True),
    sa.CheckConstraint("kind IN ('message', 'signal', 'timer')", name="kind"),
)
"""Start events of the newest released version of each process that wait for a message, a signal or
a time.

A timer counts its firings from `anchor_at`, when the version was released; `next_due_at` is when it
is due, `run_at` when a worker may next try it. Both are null once it has fired for the last time.
"""
