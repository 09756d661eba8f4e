"""What makes the copies of a case unlike each other: names, contacts, texts, due dates, holders.

Each is an expression over the number of the copy, which the database computes while it copies: the
same number gives the same values everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.tasks import NO_DUE

PEOPLE = 400
"""Whoever holds a task of the case that is copied: in the copies it is one of so many."""
LATE, AHEAD = 3 * 86_400, 60 * 86_400
"""Due dates lie from three days ago to sixty days ahead, in seconds; one task in fifty has none."""
SURNAMES = (
    "王",
    "林",
    "陳",
    "張",
    "李",
    "黃",
    "吳",
    "劉",
    "Gray ",
    "Hartley ",
    "Silva ",
    "Novak ",
    "Okafor ",
)
GIVEN = ("美玲", "志明", "淑芬", "俊傑", "雅婷", "家豪", "Anna", "Owen", "Maya", "Petr", "Chidi")
PRODUCTS = (
    "信用卡",
    "房屋貸款",
    "Deposit account",
    "Transfer",
    "Mortgage",
    "Card",
    "理財商品",
    "Insurance",
)
RARE = "Safe deposit box"
"""The product of about a hundred complaints, however many there are."""
CHANNELS = ("phone", "email", "online", "branch", "letter", "phone", "online")
SEVERITIES = ("P3", "P4", "P3", "P2", "P4", "P3", "P2", "P3", "P4", "P1")
TEXTS = (
    "同一筆消費被重複扣款兩次,致電客服後三週仍未收到回覆。",
    "提前清償的違約金說明是百分之一,帳單上卻收了百分之三。",
    (
        "The early repayment fee was explained as 1 %, the statement shows 3 %. I ask for the "
        "difference."
    ),
    "ATM吐鈔短少,客服人員態度不佳,要求退還並道歉。",
    "My card was charged twice at the harbour branch and nobody calls back.",
    "轉帳到錯誤的帳戶,銀行沒有協助追回款項。",
    "The account was closed without notice; the salary could not be paid in.",
    "年費沒有依約減免,已經反映三次,每次的說法都不同。",
    "Interest on the deposit was not paid for the last quarter.",
    "理財專員沒有說明風險,商品虧損嚴重。",
    "A transfer abroad has been missing for two weeks, and the fee was charged all the same.",
)
_CHECKS = "0123456789ABCDEFGHJKMNPQRSTVWXY"
Expression = sa.ColumnElement[Any]
Vary = Callable[[sa.Column[Any], Any], "Expression | None"]
"""The value of a column in the copy of that number; None where the copy is like its model."""


def varied(now: datetime, dialect: str, count: int) -> Vary:
    """The copies of a measurement that begins now and makes so many."""

    def instant(seconds: Expression) -> Expression:
        epoch = sa.cast(seconds, sa.BigInteger) + int(now.timestamp())
        if dialect == "sqlite":
            return sa.func.strftime("%Y-%m-%d %H:%M:%S", epoch, "unixepoch").op("||")(".000000")
        return sa.func.to_timestamp(epoch)

    def value(column: sa.Column[Any], n: Any) -> Expression | None:
        if column.table.name == "complaint" and column.name == "product":
            return sa.case((n % max(count // 100, 1) == 0, RARE), else_=_pick(n, PRODUCTS))
        made = _RULES.get(f"{column.table.name}.{column.name}")
        return None if made is None else made(column, n, instant)

    return value


Instant = Callable[[Expression], Expression]
Rule = Callable[[sa.Column[Any], Any, Instant], Expression]


def number_of(n: Any) -> Expression:
    """A complaint number with its check character, as `service.cases.numbers` makes it, of the year
    2020."""
    digits = [(n // 10**place) % 10 for place in range(6, -1, -1)]
    total: Any = sum(weight * int(digit) for weight, digit in enumerate("2020", start=2))
    for weight, digit in enumerate(digits, start=6):
        total = total + weight * digit
    check = sa.func.substr(_CHECKS, sa.cast(total % 31, sa.Integer) + 1, 1)
    counted = sa.func.substr(sa.cast(n + 10_000_000, sa.String), 2)
    made: Expression = _text("C-2020-", counted, "-", check)
    return made


def _pick(n: Any, values: Sequence[str], step: int = 1) -> Expression:
    return sa.case(dict(enumerate(values)), value=(n // step) % len(values))


def _text(*parts: Any) -> Expression:
    made: Expression = sa.literal("")
    for part in parts:
        made = made.op("||")(part if isinstance(part, str) else sa.cast(part, sa.String))
    return made


def _due(column: sa.Column[Any], n: Any, instant: Instant) -> Expression:
    none: Any = sa.null() if column.table.name == "user_task" else sa.literal(NO_DUE, column.type)
    return sa.case(
        (n % 50 == 0, none),
        else_=sa.type_coerce(instant(n * 1_299_709 % (LATE + AHEAD) - LATE), column.type),
    )


def _open_due(column: sa.Column[Any], n: Any, instant: Instant) -> Expression:
    return sa.case((column.table.c.state == "open", _due(column, n, instant)), else_=column)


def _held(column: sa.Column[Any], n: Any, instant: Instant) -> Expression:
    return sa.case((column.is_not(None), _text("person-", n % PEOPLE)), else_=column)


def _offered(column: sa.Column[Any], n: Any, instant: Instant) -> Expression:
    return sa.case((column.like("user:%"), _text("user:person-", n % PEOPLE)), else_=column)


def _past(column: sa.Column[Any], n: Any, instant: Instant) -> Expression:
    return sa.type_coerce(instant(-(n * 104_729 % AHEAD)), column.type)


_RULES: Mapping[str, Rule] = {
    "complaint.number": lambda c, n, i: number_of(n),
    "user_task.business_key": lambda c, n, i: number_of(n),
    "process_instance.business_key": lambda c, n, i: number_of(n),
    "subscription.correlation_key": lambda c, n, i: number_of(n),
    "complaint.customer_name": lambda c, n, i: _text(
        _pick(n, SURNAMES), _pick(n, GIVEN, 13), n % 97
    ),
    "complaint.contact_phone": lambda c, n, i: _text("09", n * 7_919 % 89_999_999 + 10_000_000),
    "complaint.contact_email": lambda c, n, i: _text("customer", n // 2, "@customer.invalid"),
    "complaint.customer_key": lambda c, n, i: _text("mail:customer", n // 2, "@customer.invalid"),
    "complaint.channel": lambda c, n, i: _pick(n, CHANNELS),
    "complaint.severity": lambda c, n, i: sa.case(
        (c.is_(None), sa.null()), else_=_pick(n, SEVERITIES)
    ),
    "complaint.content": lambda c, n, i: _text(
        _pick(n, TEXTS), " ", _pick(n, TEXTS, 11), " Ref ", n * 31 % 999_983
    ),
    "complaint.received_at": _past,
    "complaint.registered_at": _past,
    "complaint.due_at": _due,
    "user_task.due_at": _open_due,
    "task_candidate.due_at": _due,
    "user_task.assignee": _held,
    "task_candidate.candidate": _offered,
    "likeness.band": lambda c, n, i: (c + n * 7_919) % (1 << 32),
}
