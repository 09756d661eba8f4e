"""What Camunda 8 adds to the standard's built-ins.

`uuid()` and `random number()` draw from the operating system: they are the only built-ins whose
value does not follow from their arguments and the evaluation's `now`. A step that uses one is not
repeatable; whoever needs the value again must keep it in a variable.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import SystemRandom
from typing import Any
from uuid import UUID

from service.feel.builtins_list import PUT, context_merge, context_put, distinct, every, some
from service.feel.builtins_string import limited, string_join
from service.feel.civil import AnyDate, make_date, month_length
from service.feel.convert import number_text, to_text
from service.feel.errors import MAX_STRING, FeelAssertionFailed, FeelLimitExceeded, Null
from service.feel.regex import find_all, pattern_of
from service.feel.registry import builtin
from service.feel.scope import MISSING, Run, admit
from service.feel.temporal import DateTime, Time
from service.feel.values import FeelFunction, equal, kind_of, whole

_RANDOM = SystemRandom()


@builtin("is defined", "value:any", result="boolean")
def is_defined(value: Any) -> bool:
    return value is not None


@builtin("get or else", "value:any, default:any")
def get_or_else(value: Any, default: Any) -> Any:
    return default if value is None else value


_UNMET = "The evaluation failed because a condition was not fulfilled."


@builtin("assert", "value:any, condition:any", "value:any, condition:any, cause:string")
def assertion(value: Any, condition: Any, cause: str = _UNMET) -> Any:
    """Ends the evaluation where the condition is not true, as in Camunda: an incident, in a
    process. Raises FeelAssertionFailed."""
    if condition is not True:
        raise FeelAssertionFailed("{cause}", cause=cause[:1000])
    return value


@builtin("and", "list:list", spread=True, result="boolean")
def conjunction(items: list[Any]) -> Any:
    """Another name of `all`."""
    return every(items)


@builtin("or", "list:list", spread=True, result="boolean")
def disjunction(items: list[Any]) -> Any:
    """Another name of `any`."""
    return some(items)


@builtin("put", *PUT, inner=True)
def put(run: Run, target: Mapping[str, Any], key: str | list[Any], value: Any) -> Any:
    """Another name of `context put`."""
    return context_put(run, target, key, value)


@builtin("put all", "contexts:list", inner=True, spread=True)
def put_all(run: Run, contexts: list[Any]) -> Any:
    """Another name of `context merge`."""
    return context_merge(run, contexts)


@builtin("from json", "value:string", inner=True)
def from_json_text(run: Run, value: str) -> Any:
    def refuse(name: str) -> Any:
        raise ValueError(name)

    run.spend(len(value) >> 2)  # "[[],[]]": a value may take twenty times the room of its text
    try:
        found = json.loads(value, parse_float=Decimal, parse_constant=refuse)
    except ValueError:
        raise Null("the text is no JSON") from None
    return admit(found, run)


@builtin("to json", "value:any", result="string", inner=True)
def to_json_text(run: Run, value: Any) -> str:
    return limited("".join(_json_parts(value, [MAX_STRING], run)))


def _json_atom(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return number_text(value)
    if value is None or isinstance(value, FeelFunction):
        return "null"
    return json.dumps(_serialised(value), ensure_ascii=False)


def _json_parts(value: Any, left: list[int], run: Run) -> list[str]:
    run.spend()
    parts: list[str] = []
    if isinstance(value, list):
        for item in value:
            parts += [",", *_json_parts(item, left, run)]
        parts = ["[", *parts[1:], "]"]
    elif isinstance(value, Mapping):
        for key, each in value.items():
            parts += [",", json.dumps(key, ensure_ascii=False), ":", *_json_parts(each, left, run)]
        parts = ["{", *parts[1:], "}"]
    else:
        parts = [_json_atom(value)]
    left[0] -= len(parts[0]) + 1
    if left[0] < 0:
        raise FeelLimitExceeded("A string would be longer than {most} characters.", most=MAX_STRING)
    return parts


def _serialised(value: Any) -> str:
    """The text of a value that JSON does not have; a zone stands behind its offset, as in
    2026-10-25T02:30:00+02:00[Europe/Berlin]."""
    if isinstance(value, (Time, DateTime)) and isinstance(value.zone, str):
        local = to_text(replace(value, zone=value.offset))
        return f"{local}[{value.zone}]"
    return to_text(value)


@builtin("uuid", "", result="string")
def uuid() -> str:
    return str(UUID(int=_RANDOM.getrandbits(128), version=4))


@builtin("random number", "", result="number")
def random_number() -> Decimal:
    """From 0 (included) to 1 (excluded)."""
    return Decimal(_RANDOM.randrange(10**16)).scaleb(-16)


@builtin("string join", "list:list, delimiter:any, prefix:string, suffix:string", result="string")
def string_join_within(items: list[Any], delimiter: Any, prefix: str, suffix: str) -> str:
    if delimiter is not None and type(delimiter) is not str:
        raise Null("'delimiter' must be a string, not {delimiter}", delimiter=kind_of(delimiter))
    return limited(prefix + string_join(items, delimiter) + suffix)


@builtin("trim", "string:string", result="string")
def trim(string: str) -> str:
    return string.strip()


@builtin("is blank", "string:string", result="boolean")
def is_blank(string: str) -> bool:
    return not string.strip()


@builtin("to base64", "value:string", result="string")
def to_base64(value: str) -> str:
    return limited(base64.b64encode(value.encode("utf-8", "surrogatepass")).decode("ascii"))


@builtin("from base64", "value:string", result="string")
def from_base64(value: str) -> str:
    """The text that was encoded, which has to be UTF-8."""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8")
    except ValueError:
        raise Null("the value is no text in Base64") from None


_FROM_AI = "value:any, description:string?, type:string?, schema:context?, options:context?"


@builtin("fromAi", _FROM_AI)
def from_ai(
    value: Any, description: Any = None, kind: Any = None, schema: Any = None, options: Any = None
) -> Any:
    """The value as it is: the rest is for a tool that reads the diagram."""
    return value


@builtin("cycle", "interval:duration", result="string")
def cycle(interval: Any) -> str:
    """The text of a timer that repeats without end."""
    return f"R/{interval}"


@builtin("cycle", "repetitions:any, interval:duration", result="string")
def cycle_some(repetitions: Any, interval: Any) -> str:
    """The text of a timer that repeats so often; null repeats it without end."""
    if repetitions is None:
        return f"R/{interval}"
    times = whole(repetitions)
    if times is None:
        raise Null("the repetitions must be a whole number")
    return f"R{times}/{interval}"


@builtin("is empty", "list:list", result="boolean")
def is_empty(items: list[Any]) -> bool:
    return not items


@builtin("duplicate values", "list:list", inner=True)
def duplicate_values(run: Run, items: list[Any]) -> list[Any]:
    """The values that occur more than once, each once."""
    single = distinct(run, items)
    if len(single) == len(items):
        return []
    run.spend(len(single) * len(items) // 8)
    return [value for value in single if sum(equal(value, item, run) is True for item in items) > 1]


@builtin("partition", "list:list, size:number", each=1)
def partition(items: list[Any], size: Any) -> list[Any]:
    width = whole(size)
    if width is None or width < 1:
        raise Null("the size must be a whole number from 1")
    return [items[i : i + width] for i in range(0, len(items), width)]


@builtin("last day of month", "date:day")
def last_day_of_month(value: AnyDate) -> AnyDate:
    found = make_date(value.year, value.month, month_length(value.year, value.month))
    assert found is not None
    return found


@builtin("get value", "context:context, keys:list", inner=True)
def get_nested_value(run: Run, value: Any, keys: list[Any]) -> Any:
    """The value at the end of a path of keys."""
    for key in keys:
        if type(key) is not str:
            raise Null("the keys must be strings, not {key}", key=kind_of(key))
        if not isinstance(value, Mapping) or value.get(key, MISSING) is MISSING:
            raise Null("the context has no entry '{name}'", name=key)
        value = admit(value[key], run)
    return value


@builtin("extract", "string:string, pattern:string", "input:string, pattern:string", inner=True)
def extract(run: Run, text: str, pattern: str) -> list[str]:
    """Every part of the string that the pattern matches."""
    return [text[match[0] : match[1]] for match in find_all(pattern_of(pattern, ""), text, run)]
