"""What a process instance is about: a complaint, an emergency, the review of a version, or nothing
beside itself. It was told by the first letter of the number that people see."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OWNERS = (("complaint", "complaint"), ("emergency", "emergency"), ("review", "bundle_review"))
"""The kinds, and the table that has a row with the root key of each instance of the kind."""


def upgrade() -> None:
    op.add_column(
        "process_instance",
        sa.Column("kind", sa.String(20), nullable=False, server_default="process"),
    )
    kept = sa.table("process_instance", sa.column("root_key"), sa.column("kind"))
    for kind, name in OWNERS:
        owner = sa.table(name, sa.column("root_key"))
        known = sa.select(owner.c.root_key).where(owner.c.root_key.is_not(None))
        op.execute(sa.update(kept).where(kept.c.root_key.in_(known)).values(kind=kind))


def downgrade() -> None:
    op.drop_column("process_instance", "kind")
