"""Reviews of versions: where each stands, what happened to it, comments on its elements, and
tags."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _of_bundle(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["bundle_key"], ["bundle.key"], name=op.f(f"fk_{table}_bundle_key_bundle")
    )


def upgrade() -> None:
    op.create_table(
        "bundle_review",
        sa.Column("bundle_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("release_at", INSTANT),
        sa.Column("released_for", sa.String(100)),
        sa.CheckConstraint(
            "state IN ('in review', 'returned', 'approved', 'released')",
            name=op.f("ck_bundle_review_state"),
        ),
        _of_bundle("bundle_review"),
        sa.PrimaryKeyConstraint("bundle_key", name=op.f("pk_bundle_review")),
    )
    op.create_index(op.f("ix_bundle_review_state"), "bundle_review", ["state"])
    op.create_table(
        "bundle_step",
        sa.Column("bundle_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(60), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        _of_bundle("bundle_step"),
        sa.PrimaryKeyConstraint("bundle_key", "seq", name=op.f("pk_bundle_step")),
    )
    op.create_table(
        "bundle_comment",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bundle_key", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("element_id", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("resolved_by", sa.String(100)),
        sa.Column("resolved_at", INSTANT),
        _of_bundle("bundle_comment"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bundle_comment")),
    )
    op.create_index(op.f("ix_bundle_comment_bundle_key"), "bundle_comment", ["bundle_key"])
    op.create_table(
        "bundle_tag",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("tag", sa.String(100), nullable=False),
        sa.Column("bundle_key", sa.BigInteger(), nullable=False),
        sa.Column("tagged_by", sa.String(100), nullable=False),
        sa.Column("tagged_at", INSTANT, nullable=False),
        _of_bundle("bundle_tag"),
        sa.PrimaryKeyConstraint("name", "tag", name=op.f("pk_bundle_tag")),
    )
