"""How often the link to a case that is mailed to its customer was replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "portal_access", sa.Column("links", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("portal_access", "links")
