"""How the fact of a complaint follows from the other rows of its case: one SELECT, the same for one
case and for all of them.

The two databases spell two things differently: what stands in a JSON column, and the seconds
between two instants.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from service.audit import Event
from service.audit.tables import history
from service.cases.ledger import ledger_entry
from service.cases.tables import complaint, contact_entry, deadline
from service.db import UtcDateTime, seconds_between
from service.facts.tables import complaint_fact
from service.letters.tables import letter
from service.policy.clock_names import UNDER
from service.tasks.queries import COUNTED_ANSWERS
from service.tasks.tables import user_task

YES = ("1", "true")
"""How SQLite and PostgreSQL spell a JSON `true` as text."""
MARKS = ("1", "2", "3", "4", "5")
CLOCKS = {
    "acknowledgement": "acknowledgement",
    "contact": "first contact",
    "target": "internal target",
    "final": "final response",
}
"""The clocks that have columns of their own: what the columns begin with, and the clock's name."""
OUTCOME_LETTER, SATISFACTION_LETTER = "outcome", "satisfaction"
NAMES = tuple(column.name for column in complaint_fact.columns if column.name != "version")


def select_facts(dialect: str) -> sa.Select[Any]:
    """One row for each complaint, its columns named and ordered as in `NAMES`."""
    found = {**_plain(dialect), **_from_rows(dialect), **_clocks(dialect), **_money()}
    contact, final = found["contact_at"], found["final_at"]
    found["contact_seconds"] = _seconds(contact, dialect)
    found["final_seconds"] = _seconds(final, dialect)
    return sa.select(*(found[name].label(name) for name in NAMES))


def text_in(column: Any, path: str, dialect: str) -> sa.ColumnElement[str | None]:
    """What stands under a path such as `legal.customerType` of a JSON column, as text."""
    steps = path.split(".")
    if dialect == "sqlite":
        name = "$" + "".join(f'."{step}"' for step in steps)
        return sa.cast(sa.func.json_extract(column, sa.literal_column(f"'{name}'")), sa.Text)
    return sa.func.json_extract_path_text(
        column, *(sa.literal_column(f"'{step}'") for step in steps), type_=sa.Text
    )


def _plain(dialect: str) -> dict[str, Any]:
    """What the complaint itself says."""
    same = (
        "root_key",
        "status",
        "received_at",
        "registered_at",
        "closed_at",
        "channel",
        "product",
        "severity",
        "outcome",
        "customer_key",
        "investigator",
        "currency",
    )
    mark = text_in(complaint.c.facts, "satisfaction", dialect)
    unit = sa.func.coalesce(
        _word(complaint.c.facts, "complainedUnit", dialect),
        _word(complaint.c.facts, "responsibleUnit", dialect),
    )
    return {
        **{name: complaint.c[name] for name in same},
        "regime": _regime(dialect),
        "cause": _word(complaint.c.facts, "rootCause", dialect),
        "unit": unit,
        "customer_kind": sa.func.substr(
            text_in(complaint.c.facts, "legal.customerType", dialect), 1, 60
        ),
        "satisfaction": sa.case((mark.in_(_listed(MARKS)), sa.cast(mark, sa.Integer))),
    }


def _listed(words: tuple[str, ...]) -> list[sa.ColumnElement[str]]:
    return [sa.literal_column(f"'{word}'") for word in words]


def _word(column: Any, name: str, dialect: str) -> sa.ColumnElement[str | None]:
    """A fact as text of at most 200 characters; null where it is empty."""
    return sa.func.nullif(sa.func.substr(text_in(column, name, dialect), 1, 200), "")


def _regime(dialect: str) -> sa.ColumnElement[str | None]:
    """The leading profile."""
    if dialect == "sqlite":
        return sa.func.json_extract(
            complaint.c.regime, sa.literal_column("'$.profiles[0]'"), type_=sa.Text
        )
    return sa.func.json_extract_path_text(
        complaint.c.regime, sa.literal_column("'profiles'"), sa.literal_column("'0'"), type_=sa.Text
    )


def _from_rows(dialect: str) -> dict[str, Any]:
    """What tasks, letters, contacts and the history of the case say."""
    contact = _one(
        sa.select(sa.func.min(contact_entry.c.spoke_at, type_=UtcDateTime)).where(
            contact_entry.c.root_key == complaint.c.root_key,
            contact_entry.c.result == sa.literal_column("'reached'"),
        )
    )
    return {
        **{column: _answered(name, dialect) for name, column in COUNTED_ANSWERS.items()},
        "escalated": sa.exists().where(
            history.c.root_key == complaint.c.root_key,
            history.c.event == sa.literal_column(f"'{Event.CASE_ESCALATED.value}'"),
        ),
        "contact_at": contact,
        "rounds": _one(sa.select(sa.func.count()).where(*_letter(OUTCOME_LETTER))),
        "asked": sa.exists().where(*_letter(SATISFACTION_LETTER)),
    }


def _answered(name: str, dialect: str) -> sa.ColumnElement[bool]:
    """Whether somebody has answered yes to a question of that name."""
    return sa.exists().where(
        user_task.c.root_key == complaint.c.root_key,
        user_task.c.state == sa.literal_column("'completed'"),
        text_in(user_task.c.answer, name, dialect).in_(_listed(YES)),
    )


def _letter(template: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        letter.c.root_key == complaint.c.root_key,
        letter.c.audience == sa.literal_column("'customer'"),
        letter.c.template == sa.literal_column(f"'{template}'"),
    )


def _one(query: sa.Select[Any]) -> Any:
    return query.correlate(complaint).scalar_subquery()


def _clocks(dialect: str) -> dict[str, Any]:
    found = {
        f"{column}_{moment}": _one(
            sa.select(deadline.c[f"{moment}_at"]).where(
                deadline.c.root_key == complaint.c.root_key,
                deadline.c.clock == sa.literal_column(f"'{name}'"),
            )
        )
        for column, name in CLOCKS.items()
        for moment in ("due", "met")
    }
    final = sa.func.coalesce(found["final_met"], complaint.c.closed_at, type_=UtcDateTime)
    return {**found, "final_at": final, "other_clocks": _others(dialect)}


def _others(dialect: str) -> Any:
    """The clocks of other regimes as [name, due, met], in the order of their names."""
    rows = (
        sa.select(deadline.c.clock, deadline.c.due_at, deadline.c.met_at)
        .where(
            deadline.c.root_key == complaint.c.root_key,
            deadline.c.clock.like(sa.literal_column(f"'%{UNDER}%'")),
        )
        .order_by(deadline.c.clock)
        .correlate(complaint)
        .subquery("others")
    )
    if dialect == "sqlite":
        values = sa.func.json_array(*(sa.type_coerce(each, sa.Text) for each in rows.c))
        listed: Any = sa.func.json_group_array(values)
        return sa.select(sa.func.nullif(listed, sa.literal_column("'[]'"))).scalar_subquery()
    listed = sa.func.json_agg(sa.func.json_build_array(*rows.c))
    return sa.select(sa.cast(listed, sa.Text)).scalar_subquery()


def _money() -> dict[str, Any]:
    mine = ledger_entry.c.root_key == complaint.c.root_key
    entry, amount = ledger_entry.c.entry, ledger_entry.c.amount
    highest = _one(
        sa.select(sa.func.sum(amount))
        .where(mine, entry == sa.literal_column("'offered'"))
        .group_by(sa.func.coalesce(ledger_entry.c.batch, ledger_entry.c.seq))
        .order_by(sa.func.sum(amount).desc())
        .limit(sa.literal_column("1"))
    )
    signed = sa.case(
        (entry == sa.literal_column("'paid'"), amount),
        (entry == sa.literal_column("'recovered'"), -amount),
        else_=sa.literal_column("0"),
    )
    nothing: sa.ColumnElement[Any] = sa.literal_column("0")
    return {
        "offered": sa.func.coalesce(highest, nothing),
        "paid": sa.func.coalesce(_one(sa.select(sa.func.sum(signed)).where(mine)), nothing),
    }


def _seconds(moment: Any, dialect: str) -> sa.ColumnElement[int]:
    between = seconds_between(complaint.c.received_at, moment, dialect)
    return sa.cast(sa.func.round(between), sa.BigInteger)
