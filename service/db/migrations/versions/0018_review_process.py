"""The process instance that the review of a version runs as."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bundle_review", sa.Column("root_key", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_bundle_review_root_key"), "bundle_review", ["root_key"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bundle_review_root_key"), table_name="bundle_review")
    op.drop_column("bundle_review", "root_key")
