"""Names, paths, filters and properties: how an expression reaches into values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.feel.civil import DAY, SECOND, day_number
from service.feel.operators import At, Code
from service.feel.scope import MISSING, PLAIN, Env, admit
from service.feel.temporal import DateTime, DaysTimeDuration, Time, YearsMonthsDuration, is_date
from service.feel.values import NUMBERS, Range, is_number, kind_of, whole


def build_root_name(name: str, default: Any, at: At) -> Code:
    """A name read straight from the caller's context, built-ins below it."""

    def read(env: Env) -> Any:
        value = env.vars.get(name, MISSING)
        kind = type(value)
        if kind is str or kind is bool:
            return value
        if value is MISSING:
            return (
                default
                if default is not MISSING
                else env.run.fail(at, "there is no variable '{name}'", name, name=name)
            )
        return value if kind in PLAIN else _admitted(value, name, env, at)

    return read


def _admitted(value: Any, name: str, env: Env, at: At) -> Any:
    """A value of the caller's as FEEL has it; null, with a reason, where FEEL has no such value."""
    found = admit(value, env.run)
    if found is None and value is not None:
        return env.run.fail(
            at,
            "the variable '{name}' is {value!r:.40}, no value of FEEL",
            name,
            name=name,
            value=value,
        )
    return found


def build_name(name: str, default: Any, at: At) -> Code:
    """A name looked for from the innermost scope outwards. Only the outermost holds values that are
    not FEEL's yet."""

    def read(env: Env) -> Any:
        level: Env | None = env
        while level is not None:
            value = level.vars.get(name, MISSING)
            if value is not MISSING:
                if level.parent is not None or type(value) in PLAIN:
                    return value
                return _admitted(value, name, env, at)
            level = level.parent
        return (
            default
            if default is not MISSING
            else env.run.fail(at, "there is no variable '{name}'", name, name=name)
        )

    return read


def build_path(source: Code, name: str, at: At) -> Code:
    def step(env: Env) -> Any:
        value = source(env)
        if type(value) is dict:
            found = value.get(name, MISSING)
            if found is not MISSING:
                return found if type(found) in PLAIN else admit(found, env.run)
        return reach(value, name, env, at)

    return step


def reach(value: Any, name: str, env: Env, at: At) -> Any:
    """`value.name` for any value; over a list it is the list of each item's."""
    if isinstance(value, list):
        env.run.spend(len(value))
        return [reach(item, name, env, at) for item in value]
    if isinstance(value, Mapping):
        found = value.get(name, MISSING)
        if found is not MISSING:
            return admit(found, env.run)
        return env.run.fail(at, "the context has no entry '{name}'", name, (value,), name=name)
    found = property_of(value, name)
    if found is MISSING:
        return env.run.fail(
            at, "a {kind} has no '{name}'", name, (value,), kind=kind_of(value), name=name
        )
    return found


def property_of(value: Any, name: str) -> Any:
    """A property of a temporal value or a range; MISSING where the kind has none of that name."""
    if is_date(value):
        return _date_property(value, name)
    if isinstance(value, DateTime):
        found = _clock_property(value.nanos, value.zone, value.offset, name)
        return _date_property(value.date, name) if found is MISSING else found
    if isinstance(value, Time):
        return _clock_property(value.nanos, value.zone, value.offset, name)
    if isinstance(value, YearsMonthsDuration):
        years, months = divmod(abs(value.months), 12)
        sign = -1 if value.months < 0 else 1
        return {"years": sign * years, "months": sign * months}.get(name, MISSING)
    if isinstance(value, DaysTimeDuration):
        return _duration_property(value.nanos, name)
    if isinstance(value, Range):
        parts = {"start": value.start, "end": value.end}
        parts |= {"start included": value.start_included, "end included": value.end_included}
        return parts.get(name, MISSING)
    return MISSING


def _date_property(value: Any, name: str) -> Any:
    if name in ("year", "month", "day"):
        return getattr(value, name)
    return (day_number(value) + 3) % 7 + 1 if name == "weekday" else MISSING


def _seconds(nanos: int) -> int | Decimal:
    whole, part = divmod(nanos, SECOND)
    return whole if not part else NUMBERS.divide(Decimal(nanos), SECOND)


def _clock_property(nanos: int, zone: Any, offset: int | None, name: str) -> Any:
    if name == "hour":
        return nanos // (3600 * SECOND)
    if name == "minute":
        return nanos // (60 * SECOND) % 60
    if name == "second":
        return _seconds(nanos % (60 * SECOND))
    if name in ("time offset", "offset"):
        return None if offset is None else DaysTimeDuration(offset * SECOND)
    if name == "timezone":
        return zone if isinstance(zone, str) else None
    return MISSING


def _duration_property(nanos: int, name: str) -> Any:
    sign, rest = (-1, -nanos) if nanos < 0 else (1, nanos)
    minutes = rest % DAY // (60 * SECOND)
    parts = {"days": rest // DAY, "hours": minutes // 60, "minutes": minutes % 60}
    if name == "seconds":
        return _seconds(rest % (60 * SECOND)) * sign
    return parts[name] * sign if name in parts else MISSING


def item_at(items: list[Any], index: Any, env: Env, at: At) -> Any:
    """The item at a position: from 1, or from the end where negative."""
    position = whole(index)
    if position is not None and 1 <= abs(position) <= len(items):
        return admit(items[position - 1 if position > 0 else position], env.run)
    return env.run.fail(
        at,
        "position {index} is outside the list of {count}",
        "filter",
        (items, index),
        index=index,
        count=len(items),
    )


def build_index(source: Code, index: Any, at: At) -> Code:
    """A filter whose condition is a number known while compiling."""

    def pick(env: Env) -> Any:
        value = source(env)
        return (
            item_at(value if type(value) is list else [value], index, env, at)
            if value is not None
            else None
        )

    return pick


def build_filter(source: Code, condition: Code, at: At, *, price: int) -> Code:
    def keep(env: Env) -> Any:
        value = source(env)
        if value is None:
            return env.run.fail(at, "null cannot be filtered", "filter", (value,))
        items = value if isinstance(value, list) else [value]
        if not items:
            found = condition(env)
            return item_at(items, found, env, at) if is_number(found) else []
        env.run.spend(len(items) * price)
        kept = []
        for item in items:
            found = condition(item_scope(item, env))
            if found is True:
                kept.append(item)
            elif found is False or found is None:
                continue
            elif is_number(found):
                return item_at(items, found, env, at)
            else:
                return env.run.fail(
                    at,
                    "a filter needs a boolean or a number, not {found}",
                    "filter",
                    (found,),
                    found=kind_of(found),
                )
        return kept

    return keep


def item_scope(item: Any, env: Env) -> Env:
    """Inside a filter `item` is the item, and a context's entries are names; an entry called item
    wins."""
    if isinstance(item, Mapping):
        return Env(item, Env({"item": item}, env, env.run), env.run)
    return Env({"item": item}, env, env.run)
