"""The money of each case, entry by entry. What older versions did not record is assumed, and each
such entry says what was: a decision's sum was offered and payable; a completed payment paid the sum
its task showed."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('compensation', 'refund', 'interest', 'distress', 'goodwill', 'costs')"


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("assumed", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint(
            "entry IN ('offered', 'accepted', 'payable', 'paid', 'recovered')",
            name=op.f("ck_ledger_entry_entry"),
        ),
        sa.CheckConstraint(_KINDS, name=op.f("ck_ledger_entry_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_entry_amount")),
        sa.PrimaryKeyConstraint("root_key", "seq", name=op.f("pk_ledger_entry")),
    )
    _carry_over(op.get_bind())


def downgrade() -> None:
    op.drop_table("ledger_entry")


def _carry_over(connection: sa.Connection) -> None:
    found = sa.MetaData()
    found.reflect(connection, only=["compensation", "user_task", "ledger_entry"])
    given, task = found.tables["compensation"], found.tables["user_task"]
    for row in connection.execute(sa.select(given).where(given.c.amount > 0)).mappings().all():
        paid = connection.execute(
            sa.select(task.c.completed_by, task.c.ended_at, task.c.variables, task.c.answer)
            .where(
                task.c.root_key == row["root_key"],
                task.c.element_id == "pay-compensation",
                task.c.state == "completed",
            )
            .order_by(task.c.ended_at, task.c.key)
        ).mappings()
        _enter(connection, found.tables["ledger_entry"], dict(row), [dict(each) for each in paid])


def _enter(
    connection: sa.Connection,
    ledger: sa.Table,
    row: Mapping[str, Any],
    payments: list[dict[str, Any]],
) -> None:
    by = row["approved_by"] or "unknown"
    decided = "the last decision, taken for the total of all rounds"
    entries = [(entry, row["amount"], row["decided_at"], by, "", decided) for entry in _DECIDED]
    for each in payments:
        shown = (each["variables"] or {}).get("compensationAmount")
        assumed = "the sum that the task showed" if shown else "the sum of the last decision"
        entries.append(
            (
                "paid",
                shown or row["amount"],
                each["ended_at"] or row["decided_at"],
                each["completed_by"] or "unknown",
                str((each["answer"] or {}).get("reference") or "")[:200],
                assumed,
            )
        )
    names = ("entry", "amount", "at", "by", "reference", "assumed")
    connection.execute(
        sa.insert(ledger),
        [
            {
                "root_key": row["root_key"],
                "seq": seq,
                "kind": "compensation",
                "currency": row["currency"],
                **dict(zip(names, each, strict=True)),
            }
            for seq, each in enumerate(entries, start=1)
        ],
    )


_DECIDED = ("offered", "payable")
