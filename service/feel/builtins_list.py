"""Built-in functions over lists, contexts and booleans."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key
from typing import Any

from service.feel.calls import invoke
from service.feel.errors import MAX_LIST, FeelLimitExceeded, Null
from service.feel.registry import builtin
from service.feel.scope import MISSING, Run, admit
from service.feel.values import FeelFunction, equal, kind_of, whole


def sized(items: list[Any]) -> list[Any]:
    if len(items) > MAX_LIST:
        raise FeelLimitExceeded("A list would have more than {most} items.", most=MAX_LIST)
    return items


@builtin("not", "negand:any", result="boolean")
def negation(negand: Any) -> bool:
    if type(negand) is not bool:
        raise Null("a boolean is needed, not {negand}", negand=kind_of(negand))
    return not negand


@builtin("list contains", "list:list, element:any", result="boolean", inner=True)
def list_contains(run: Run, items: list[Any], element: Any) -> bool:
    run.spend(len(items))
    return any(equal(item, element, run) is True for item in items)


@builtin("count", "list:list", result="number")
def count(items: list[Any]) -> int:
    return len(items)


def _agree(items: list[Any], wanted: bool) -> bool:
    """`wanted` as soon as an item is; null where an item is no boolean."""
    if any(item is wanted for item in items):
        return wanted
    strange = [item for item in items if type(item) is not bool]
    if strange:
        raise Null("the list has a {kind}; only booleans count", kind=kind_of(strange[0]))
    return not wanted


@builtin("all", "list:list", spread=True, result="boolean")
def every(items: list[Any]) -> bool:
    return _agree(items, False)


@builtin("any", "list:list", spread=True, result="boolean")
def some(items: list[Any]) -> bool:
    return _agree(items, True)


def _place(items: list[Any], position: Any) -> int:
    """The index in Python of a position from 1, or from the end where negative."""
    index = whole(position)
    if not index or abs(index) > len(items):
        raise Null(
            "position {index} is outside the list of {count}",
            index=position,
            count=len(items),
        )
    return index - 1 if index > 0 else len(items) + index


@builtin(
    "sublist",
    "list:list, start position:number, length:number?",
    "list:list, start:number, length:number?",
)
def sublist(items: list[Any], start: Any, length: Any = None) -> list[Any]:
    first = _place(items, start)
    if length is None:
        return items[first:]
    if length < 0 or first + int(length) > len(items):
        raise Null(
            "the list has no {length} items from position {start}", length=length, start=start
        )
    return items[first : first + int(length)]


@builtin("append", "list:list, items...:any")
def append(items: list[Any], more: list[Any]) -> list[Any]:
    return sized(items + more)


@builtin("concatenate", "list...:any", "lists...:any")
def concatenate(lists: list[Any]) -> list[Any]:
    result: list[Any] = []
    for each in lists:
        if each is None:
            raise Null("a list is null")
        result.extend(each if isinstance(each, list) else [each])
        sized(result)
    return result


@builtin("insert before", "list:list, position:number, newItem:any")
def insert_before(items: list[Any], position: Any, new: Any) -> list[Any]:
    first = _place(items, position)
    return sized([*items[:first], new, *items[first:]])


@builtin("remove", "list:list, position:number")
def remove(items: list[Any], position: Any) -> list[Any]:
    first = _place(items, position)
    return items[:first] + items[first + 1 :]


@builtin("list replace", "list:list, position:number, newItem:any")
def list_replace(items: list[Any], position: Any, new: Any) -> list[Any]:
    # The standard's tests take 1.5 for 1.
    first = _place(items, int(position) if abs(position) <= MAX_LIST else position)
    return [*items[:first], new, *items[first + 1 :]]


@builtin("list replace", "list:list, match:function, newItem:any", inner=True)
def list_replace_matching(run: Run, items: list[Any], match: FeelFunction, new: Any) -> list[Any]:
    result = []
    for item in items:
        found = invoke(run, match, (item, new))
        if type(found) is not bool:
            raise Null("the match function must give a boolean")
        result.append(new if found else item)
    return result


@builtin("reverse", "list:list")
def reverse(items: list[Any]) -> list[Any]:
    return items[::-1]


@builtin("index of", "list:list, match:any", inner=True, each=1)
def index_of(run: Run, items: list[Any], match: Any) -> list[int]:
    return [i for i, item in enumerate(items, 1) if equal(item, match, run) is True]


def distinct(run: Run, items: list[Any]) -> list[Any]:
    """Each value once, where it first occurs."""
    kept: list[Any] = []
    seen: set[Any] = set()
    for item in items:
        kind = kind_of(item)
        if kind in ("number", "string", "boolean", "null"):
            key = (kind, item)
            if key not in seen:
                seen.add(key)
                kept.append(item)
            continue
        run.spend(len(kept))
        if not any(equal(item, other, run) is True for other in kept):
            kept.append(item)
    return kept


@builtin("union", "list...:any", "lists...:any", inner=True)
def union(run: Run, lists: list[Any]) -> list[Any]:
    return distinct(run, concatenate(lists))


@builtin("distinct values", "list:list", inner=True)
def distinct_values(run: Run, items: list[Any]) -> list[Any]:
    return distinct(run, items)


@builtin("flatten", "list:list", inner=True)
def flatten(run: Run, items: list[Any]) -> list[Any]:
    result: list[Any] = []

    def collect(part: list[Any]) -> None:
        run.spend(len(part))
        for item in part:
            if isinstance(item, list):
                collect(item)
            else:
                result.append(item)
        sized(result)

    collect(items)
    return result


@builtin("sort", "list:list, precedes:function", inner=True)
def sort(run: Run, items: list[Any], precedes: FeelFunction) -> list[Any]:
    def first(a: Any, b: Any) -> bool:
        found = invoke(run, precedes, (a, b))
        if type(found) is not bool:
            raise Null("the precedence function must give a boolean")
        return found

    return sorted(
        items, key=cmp_to_key(lambda a, b: -1 if first(a, b) else 1 if first(b, a) else 0)
    )


# Contexts


@builtin("get value", "m:context, key:string", "context:context, key:string", inner=True)
def get_value(run: Run, m: Mapping[str, Any], key: str) -> Any:
    value = m.get(key, MISSING)
    if value is MISSING:
        raise Null("the context has no entry '{name}'", name=key)
    return admit(value, run)


@builtin("get entries", "context:context", "m:context", inner=True)
def get_entries(run: Run, m: Mapping[str, Any]) -> list[Any]:
    run.spend(2 * len(m))  # each entry is a context of its own
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context", "entries:list", each=1)
def context(entries: list[Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for entry in entries:
        if (
            not isinstance(entry, Mapping)
            or type(entry.get("key")) is not str
            or "value" not in entry
        ):
            raise Null("each entry must be a context with a string 'key' and a 'value'")
        if entry["key"] in result:
            raise Null("the key '{entry}' occurs twice", entry=entry["key"])
        result[entry["key"]] = entry["value"]
    return result


PUT = ("context:context, key:string, value:any", "context:context, keys:list, value:any")


@builtin("context put", *PUT, inner=True)
def context_put(
    run: Run, target: Mapping[str, Any], key: str | list[Any], value: Any
) -> dict[str, Any]:
    run.spend(len(target))
    if isinstance(key, str):
        return {**target, key: value}
    if not key:
        raise Null("the list of keys is empty")
    if any(type(each) is not str for each in key):
        raise Null("the keys must be strings")
    if len(key) == 1:
        return {**target, key[0]: value}
    inner = target.get(key[0])
    if inner is not None and not isinstance(inner, Mapping):
        raise Null("the entry '{key}' is no context", key=key[0])
    return {**target, key[0]: context_put(run, inner or {}, key[1:], value)}


@builtin("context merge", "contexts:list", inner=True, spread=True)
def context_merge(run: Run, contexts: list[Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for each in contexts:
        if not isinstance(each, Mapping):
            raise Null("the list has a {kind}, only contexts can be merged", kind=kind_of(each))
        run.spend(len(each))
        result |= each
    return result
