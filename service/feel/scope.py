"""Where names live while an expression runs: a chain of mappings above the caller's context."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from service.feel.civil import SECOND
from service.feel.errors import TRANCHE, Effort, Null, Reason, Why
from service.feel.temporal import Time, from_datetime
from service.feel.values import KINDS, MAX_INT, NUMBERS, kind_of
from service.sentence import Sentence

MISSING: Any = object()
# Values of these types are taken as they are; lists and contexts are looked through once per
# evaluation.
PLAIN = frozenset(KINDS) - {int, Decimal, list, dict}


class Run(Effort):
    """One evaluation: its time, the steps it has left, and who wants to know about nulls."""

    __slots__ = ("calls", "checked", "now", "why")

    def __init__(self, now: datetime | None, why: Why | None) -> None:
        self.now = now
        self.why = why
        self.steps = TRANCHE
        self.calls = 0
        self.checked: dict[int, tuple[Any, Any]] | None = None

    def fail(
        self,
        at: tuple[int, int],
        template: str,
        function: str = "",
        arguments: tuple[Any, ...] = (),
        /,
        **facts: Any,
    ) -> Any:
        """Null; its reason is kept where somebody asked for it."""
        if self.why is not None:
            kinds = tuple(kind_of(each) for each in arguments)
            self.why.add(Reason(at, Sentence(template, **facts), function, kinds))
        return None

    def no_value(
        self, at: tuple[int, int], reason: Null, sign: str, arguments: tuple[Any, ...]
    ) -> Any:
        """Null for the reason that an operation gives."""
        return self.fail(at, reason.template, sign, arguments, **reason.facts)


class Env:
    """One level of names. `parent` is None at the caller's context."""

    __slots__ = ("parent", "run", "vars")

    def __init__(self, variables: Mapping[str, Any], parent: Env | None, run: Run) -> None:
        self.vars = variables
        self.parent = parent
        self.run = run


def admit(value: Any, run: Run) -> Any:
    """A value of the caller's as FEEL has it: floats to decimals, Python's times to FEEL's, also
    inside."""
    kind = type(value)
    if kind is int:
        return value if -MAX_INT < value < MAX_INT else _number(Decimal(value))
    if kind in PLAIN:
        return value
    if kind is float:
        return _number(Decimal(repr(value)))
    if kind is Decimal:
        return _number(value)
    if kind is list or kind is dict:
        return _admit_once(value, run)
    return _foreign(value, run)


def _admit_once(value: Any, run: Run) -> Any:
    """A list or context is looked through once in a run."""
    if run.checked is None:
        run.checked = {}
    known = run.checked.get(id(value))
    if known is None or known[0] is not value:
        known = run.checked[id(value)] = (value, _inside(value, run))
    return known[1]


def _inside(value: Any, run: Run) -> Any:
    run.spend(len(value) // 8 + 1)
    if type(value) is list:
        items = [admit(item, run) for item in value]
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    entries = {str(key): admit(each, run) for key, each in value.items()}
    same = all(each is value.get(key, MISSING) for key, each in entries.items())
    return value if same else entries


def _number(value: Decimal) -> Any:
    if not value.is_finite() or value.adjusted() > 6144:
        return None
    return NUMBERS.plus(value) if len(value.as_tuple().digits) > 34 else value


def _from_time(value: time) -> Time:
    offset = value.utcoffset()
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    clock = seconds * SECOND + value.microsecond * 1000
    return Time(clock, None if offset is None else int(offset.total_seconds()))


def _foreign(value: Any, run: Run) -> Any:
    """Values of Python types that FEEL does not have itself; what means nothing to FEEL is null."""
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, float):
        return _number(Decimal(repr(float(value))))
    if isinstance(value, datetime):
        return from_datetime(value)
    if isinstance(value, time):
        return _from_time(value)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, int):
        return admit(int(value), run)
    if isinstance(value, str):
        return str.__str__(value)
    return _foreign_parts(value, run)


def _foreign_parts(value: Any, run: Run) -> Any:
    if isinstance(value, Mapping):
        return {str(key): admit(each, run) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [admit(item, run) for item in value]
    return None
