"""Related complaints: marks by which they are found, and what people decided on them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "case_mark",
        sa.Column("mark", sa.String(24), nullable=False),
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("mark", "root_key", name=op.f("pk_case_mark")),
    )
    op.create_table(
        "case_marked",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_case_marked")),
    )
    op.create_table(
        "case_link",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("other_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.CheckConstraint(
            "kind IN ('related', 'duplicate of', 'has duplicate', 'not related')",
            name=op.f("ck_case_link_kind"),
        ),
        sa.PrimaryKeyConstraint("root_key", "other_key", name=op.f("pk_case_link")),
    )
