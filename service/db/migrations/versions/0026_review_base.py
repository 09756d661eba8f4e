"""The record of a review keeps what the version was compared with and who wrote it.

A version that was released is compared with the one in force before it, an approved one with the
one in force: that needs no column. Of one that was returned before this, the base is what was in
force at that moment, and its authors are who stored it and who saved files of its draft.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_RETURNED = sa.text(
    """
    SELECT r.bundle_key, b.name, b.created_by,
      (SELECT max(s.at) FROM bundle_step s
        WHERE s.bundle_key = r.bundle_key AND s.event = 'bundle:review:returned') AS at
    FROM bundle_review r JOIN bundle b ON b.key = r.bundle_key WHERE r.state = 'returned'
    """
)
_BASE = sa.text(
    """
    SELECT key FROM bundle
    WHERE name = :name AND key <> :key AND released_at IS NOT NULL AND released_at <= :at
    ORDER BY released_at DESC, version DESC LIMIT 1
    """
)
_DRAFTERS = sa.text(
    """
    SELECT DISTINCT f.saved_by FROM draft_file f JOIN draft d ON d.key = f.draft_key
    WHERE d.made_bundle_key = :key AND f.saved_by <> ''
    """
)
_FILL = sa.text(
    "UPDATE bundle_review SET base_key = :base, authors = :authors WHERE bundle_key = :key"
)


def upgrade() -> None:
    op.add_column("bundle_review", sa.Column("base_key", sa.BigInteger()))
    op.add_column("bundle_review", sa.Column("authors", sa.JSON()))
    connection = op.get_bind()
    for row in connection.execute(_RETURNED).all():
        if row.at is None:
            continue
        which = {"key": row.bundle_key, "name": row.name, "at": row.at}
        base = connection.execute(_BASE, which).scalar_one_or_none()
        drafters = connection.execute(_DRAFTERS, {"key": row.bundle_key}).scalars()
        authors = json.dumps(sorted({row.created_by, *drafters}))
        connection.execute(_FILL, {"base": base, "authors": authors, "key": row.bundle_key})


def downgrade() -> None:
    op.drop_column("bundle_review", "authors")
    op.drop_column("bundle_review", "base_key")
