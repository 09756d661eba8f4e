"""Drafts: files of a bundle being changed before they are a version."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("base_bundle_key", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_bundle_key", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'deployed', 'discarded')", name=op.f("ck_draft_state")
        ),
        sa.ForeignKeyConstraint(
            ["base_bundle_key"], ["bundle.key"], name=op.f("fk_draft_base_bundle_key_bundle")
        ),
        sa.ForeignKeyConstraint(
            ["made_bundle_key"], ["bundle.key"], name=op.f("fk_draft_made_bundle_key_bundle")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_draft")),
    )
    op.create_table(
        "draft_file",
        sa.Column("draft_key", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_key"], ["draft.key"], name=op.f("fk_draft_file_draft_key_draft")
        ),
        sa.PrimaryKeyConstraint("draft_key", "path", "revision", name=op.f("pk_draft_file")),
    )


def downgrade() -> None:
    op.drop_table("draft_file")
    op.drop_table("draft")
