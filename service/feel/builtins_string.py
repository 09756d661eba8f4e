"""Built-in functions over strings. Positions count characters (not UTF-16 units) from 1."""

from __future__ import annotations

from typing import Any

from service.feel.errors import MAX_STRING, FeelLimitExceeded, Null
from service.feel.registry import builtin
from service.feel.values import kind_of


def limited(text: str) -> str:
    if len(text) > MAX_STRING:
        raise FeelLimitExceeded("A string would be longer than {most} characters.", most=MAX_STRING)
    return text


@builtin("substring", "string:string, start position:number, length:number?", result="string")
def substring(string: str, start: Any, length: Any = None) -> str:
    first = int(start)
    if first == 0 or abs(first) > len(string):
        raise Null(
            "position {start} is outside the string of {count} characters",
            start=start,
            count=len(string),
        )
    if length is not None and length < 1:
        raise Null("the length must be at least 1")
    first = first - 1 if first > 0 else len(string) + first
    return (
        string[first:] if length is None else string[first : first + int(min(length, MAX_STRING))]
    )


@builtin("string length", "string:string", result="number")
def string_length(string: str) -> int:
    return len(string)


@builtin("upper case", "string:string", result="string")
def upper_case(string: str) -> str:
    return limited(string.upper())


@builtin("lower case", "string:string", result="string")
def lower_case(string: str) -> str:
    return limited(string.lower())


@builtin("substring before", "string:string, match:string", result="string")
def substring_before(string: str, match: str) -> str:
    return string.partition(match)[0] if match and match in string else ""


@builtin("substring after", "string:string, match:string", result="string")
def substring_after(string: str, match: str) -> str:
    return string.partition(match)[2] if match else string


@builtin("contains", "string:string, match:string", result="boolean")
def contains(string: str, match: str) -> bool:
    return match in string


@builtin("starts with", "string:string, match:string", result="boolean")
def starts_with(string: str, match: str) -> bool:
    return string.startswith(match)


@builtin("ends with", "string:string, match:string", result="boolean")
def ends_with(string: str, match: str) -> bool:
    return string.endswith(match)


@builtin("string join", "list:list, delimiter:string?", result="string")
def string_join(items: list[Any], delimiter: str | None = None) -> str:
    strange = [item for item in items if item is not None and type(item) is not str]
    if strange:
        raise Null("the list has a {kind}; only strings can be joined", kind=kind_of(strange[0]))
    parts = [item for item in items if item is not None]
    if sum(map(len, parts)) + len(delimiter or "") * len(parts) > MAX_STRING:
        raise FeelLimitExceeded("A string would be longer than {most} characters.", most=MAX_STRING)
    return (delimiter or "").join(parts)
