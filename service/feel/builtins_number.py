"""Built-in functions over numbers, and over lists of numbers."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
    localcontext,
)
from typing import Any

from service.feel.arithmetic import add, divide, multiply, subtract
from service.feel.errors import Null
from service.feel.registry import builtin
from service.feel.temporal import DaysTimeDuration, YearsMonthsDuration
from service.feel.values import NUMBERS, compare, is_number, kind_of

Number = int | Decimal


def scaled(n: Number, scale: Number, rounding: str) -> Number:
    """`n` with so many digits after the point; fewer digits than asked for stay as they are."""
    places = int(scale)
    if not -6111 <= places <= 6176:
        raise Null("the scale must be from -6111 to 6176")
    value = Decimal(n)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return n
    with localcontext(NUMBERS) as context:
        context.prec, context.Emin, context.Emax = 6300, -20_000, 20_000
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=rounding)
    try:
        return NUMBERS.plus(rounded)
    except DecimalException:
        raise Null("the result is out of range") from None


def _register(name: str, rounding: str, *lines: str) -> None:
    def rounded(n: Number, scale: Number = 0) -> Number:
        return scaled(n, scale, rounding)

    builtin(name, *lines, result="number")(rounded)


_register("decimal", ROUND_HALF_EVEN, "n:number, scale:number")
MODES = {
    "CEILING": ROUND_CEILING,
    "DOWN": ROUND_DOWN,
    "FLOOR": ROUND_FLOOR,
    "HALF_DOWN": ROUND_HALF_DOWN,
    "HALF_EVEN": ROUND_HALF_EVEN,
    "HALF_UP": ROUND_HALF_UP,
    "UP": ROUND_UP,
}


@builtin("decimal", "n:number, scale:number, mode:string", result="number")
def decimal_by(n: Number, scale: Number, mode: str) -> Number:
    """Camunda's: rounded by a mode of Java's, in letters of any case."""
    name = mode.upper()
    if name == "UNNECESSARY":
        rounded = scaled(n, scale, ROUND_DOWN)
        if rounded != n:
            raise Null("{n} has more than {scale} digits after the point", n=n, scale=scale)
        return rounded
    if name not in MODES:
        raise Null(
            "the mode must be one of {known}, UNNECESSARY, not '{mode}'",
            known=", ".join(MODES),
            mode=mode[:20],
        )
    return scaled(n, scale, MODES[name])


_register("floor", ROUND_FLOOR, "n:number", "n:number, scale:number")
_register("ceiling", ROUND_CEILING, "n:number", "n:number, scale:number")
_register("round up", ROUND_UP, "n:number, scale:number")
_register("round down", ROUND_DOWN, "n:number, scale:number")
_register("round half up", ROUND_HALF_UP, "n:number, scale:number")
_register("round half down", ROUND_HALF_DOWN, "n:number, scale:number")


@builtin("abs", "n:number", result="number")
def absolute(n: Number) -> Number:
    return abs(n) if type(n) is int else NUMBERS.abs(n)


@builtin("abs", "n:duration")
def absolute_duration(n: Any) -> Any:
    return (
        DaysTimeDuration(abs(n.nanos))
        if isinstance(n, DaysTimeDuration)
        else YearsMonthsDuration(abs(n.months))
    )


@builtin("modulo", "dividend:number, divisor:number", result="number")
def modulo(dividend: Number, divisor: Number) -> Number:
    """The sign is the divisor's: dividend - divisor * floor(dividend / divisor)."""
    if divisor == 0:
        raise Null("division by zero")
    try:
        rest = NUMBERS.remainder(dividend, divisor)
    except DecimalException:
        return subtract(  # type: ignore[no-any-return]
            dividend, multiply(divisor, scaled(divide(dividend, divisor), 0, ROUND_FLOOR))
        )
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt", "number:number", result="number")
def sqrt(number: Number) -> Number:
    if number < 0:
        raise Null("a negative number has no square root")
    return NUMBERS.sqrt(number)


@builtin("log", "number:number", result="number")
def log(number: Number) -> Number:
    if number <= 0:
        raise Null("only positive numbers have a logarithm")
    return NUMBERS.ln(number)


@builtin("exp", "number:number", result="number")
def exp(number: Number) -> Number:
    try:
        return NUMBERS.exp(number)
    except DecimalException:
        raise Null("the result is out of range") from None


@builtin("odd", "number:number", result="boolean")
def odd(number: Number) -> bool:
    return _parity(number) == 1


@builtin("even", "number:number", result="boolean")
def even(number: Number) -> bool:
    return _parity(number) == 0


def _parity(number: Number) -> int | None:
    return int(number) % 2 if Decimal(number) == Decimal(number).to_integral_value() else None


def numbers(values: list[Any]) -> list[Any]:
    """The list, if it has only numbers and at least one."""
    if not values:
        raise Null("the list is empty")
    for value in values:
        if not is_number(value):
            raise Null(
                "the list has a {kind}; only numbers can be calculated with", kind=kind_of(value)
            )
    return values


@builtin("sum", "list:list", spread=True, each=1)
def total(values: list[Any]) -> Any:
    """Of numbers, or of durations of one kind."""
    if not values:
        raise Null("the list is empty")
    kinds = {kind_of(value) for value in values}
    if len(kinds) != 1 or not kinds <= {
        "number",
        "days and time duration",
        "years and months duration",
    }:
        raise Null(
            "the list has {known}; only numbers or durations of one kind have a sum",
            known=", ".join(sorted(kinds)),
        )
    result = values[0]
    for value in values[1:]:
        result = add(result, value)
    return result


@builtin("product", "list:list", spread=True, each=1)
def product(values: list[Any]) -> Any:
    result: Any = 1
    for value in numbers(values):
        result = multiply(result, value)
    return result


@builtin("mean", "list:list", spread=True, each=1)
def mean(values: list[Any]) -> Any:
    return divide(total(numbers(values)), len(values))


@builtin("median", "list:list", spread=True, each=2)
def median(values: list[Any]) -> Any:
    ordered = sorted(numbers(values))
    middle = len(ordered) // 2
    return (
        ordered[middle]
        if len(ordered) % 2
        else divide(add(ordered[middle - 1], ordered[middle]), 2)
    )


@builtin("stddev", "list:list", spread=True, each=4)
def stddev(values: list[Any]) -> Any:
    """Of a sample."""
    if len(numbers(values)) < 2:
        raise Null("at least two numbers are needed")
    average = mean(values)
    squares = [
        multiply(difference, difference)
        for difference in (subtract(value, average) for value in values)
    ]
    return sqrt(divide(total(squares), len(values) - 1))


@builtin("mode", "list:list", spread=True, each=2)
def mode(values: list[Any]) -> list[Any]:
    if not values:
        return []
    counts: dict[Any, int] = {}
    for value in numbers(values):
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values())
    return sorted(value for value, count in counts.items() if count == most)


def _extreme(values: list[Any], wanted: int) -> Any:
    if not values:
        raise Null("the list is empty")
    best = values[0]
    if compare(best, best) is None:
        raise Null("a {kind} has no order", kind=kind_of(best))
    for value in values[1:]:
        order = compare(value, best)
        if order is None:
            raise Null("{left} and {right} have no order", left=kind_of(value), right=kind_of(best))
        if order == wanted:
            best = value
    return best


@builtin("min", "list:list", spread=True, each=1)
def minimum(values: list[Any]) -> Any:
    return _extreme(values, -1)


@builtin("max", "list:list", spread=True, each=1)
def maximum(values: list[Any]) -> Any:
    return _extreme(values, 1)
