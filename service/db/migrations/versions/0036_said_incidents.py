"""Incidents keep what they say with its facts, so that it is read in the reader's language."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("said", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "said")
