"""Find a customer's other complaints by what the customer is known by."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
COLUMNS = ("contact_phone", "contact_email", "customer_name")


def upgrade() -> None:
    for column in COLUMNS:
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_complaint_{column}",
            "complaint",
            [column, "root_key"],
            sqlite_where=given,
            postgresql_where=given,
        )


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_complaint_{column}", "complaint")
