"""The body of a search: filter, sort and page, made from the fields that the owner of the rows
knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Optional

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from service.api.shapes import Flag, Instant, Key, Sent
from service.db import Field as Known
from service.db import Found, Kind, Query, Source

MOST_IN, MOST_OR, MOST_SORTS, MOST_LIMIT, MOST_FROM = 1_000, 20, 8, 10_000, 10_000_000
Whole = Annotated[int, Field(strict=True, ge=-(2**31), le=2**31 - 1)]
Short = Annotated[str, Field(max_length=2_000)]
TENANT_FIELD = "tenantId"
_VALUES: dict[Kind, Any] = {
    Kind.TEXT: Short,
    Kind.KEY: Key,
    Kind.NUMBER: Whole,
    Kind.INSTANT: Instant,
    Kind.FLAG: Flag,
    Kind.LIST: Short,
}
_EXACT, _LISTED, _ORDERED = ("$eq", "$neq"), ("$in", "$notIn"), ("$gt", "$gte", "$lt", "$lte")


class PageSent(Sent):
    """`from` and `limit`, or a cursor: `after` the end of a page, `before` its start."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    offset: Annotated[int, Field(alias="from", strict=True, ge=0, le=MOST_FROM)] = 0
    limit: Annotated[int, Field(strict=True, ge=1, le=MOST_LIMIT)] = 100
    after: Annotated[str, Field(max_length=4_000)] | None = None
    before: Annotated[str, Field(max_length=4_000)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> PageSent:
        if sum((self.after is not None, self.before is not None, self.offset > 0)) > 1:
            raise ValueError("expected only one of from, after and before")
        return self


def search_model(name: str, source: Source, *, also: tuple[str, ...] = ()) -> type[BaseModel]:
    """The model of a search over these fields; `also` are flags that the view itself makes
    something of."""
    fields = {
        key: (Optional[_condition(name, key, known)], None)  # noqa: UP045
        for key, known in source.fields.items()
    }
    fields |= {key: (Optional[Flag], None) for key in also}  # noqa: UP045
    fields[TENANT_FIELD] = (Optional[Literal["<default>"]], None)  # noqa: UP045
    part: Any = _model(f"{name}Part", fields)
    whole: Any = _model(
        f"{name}Filter",
        fields | {"or_": (Annotated[list[part], Field(alias="$or", max_length=MOST_OR)], [])},
    )
    names: Any = Literal[tuple(key for key, known in source.fields.items() if known.sortable)]
    sort: Any = _model(
        f"{name}Sort",
        {"field": (names, ...), "order": (Literal["ASC", "DESC", "asc", "desc"], "ASC")},
    )
    body: dict[str, Any] = {
        "filter": (Optional[whole], None),  # noqa: UP045
        "sort": (Annotated[list[sort], Field(max_length=MOST_SORTS)], []),
        "page": (Optional[PageSent], None),  # noqa: UP045
    }
    return _model(name, body)


def query_of(sent: Any) -> tuple[Query, dict[str, Any]]:
    """The query that was sent, and the flags beside it."""
    page = sent.page or PageSent()
    plain, any_of = conditions_of(sent.filter)
    order = [(each.field, each.order.upper() == "DESC") for each in sent.sort]
    return Query(plain, any_of, order, page.offset, page.limit, page.after, page.before), plain


def conditions_of(sent: BaseModel | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The conditions of a filter, and its alternatives."""
    plain = {} if sent is None else _plain(sent)
    return plain, plain.pop("$or", [])


def page_given(
    found: Found, shape: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """The answer to a search."""
    return {
        "items": [shape(row) for row in found.rows],
        "page": {
            "totalItems": found.total,
            "hasMoreTotalItems": False,
            "startCursor": found.start,
            "endCursor": found.end,
        },
    }


def _model(name: str, fields: dict[str, Any]) -> type[BaseModel]:
    return create_model(
        name, __config__=ConfigDict(extra="forbid", hide_input_in_errors=True), **fields
    )


def _condition(owner: str, name: str, known: Known) -> Any:
    value: Any = Literal[known.words] if known.words else _VALUES[known.kind]
    operators = operators_of(known, value)
    if not operators:
        return value
    fields = {
        key[1:] + "_": (Optional[kind], Field(None, alias=key))  # noqa: UP045
        for key, kind in operators.items()
    }
    return value | _model(f"{owner}{name[0].upper()}{name[1:]}", fields)


def operators_of(known: Known, value: Any) -> dict[str, Any]:
    """The operators of a field, each with the type that it compares with; none where a field is
    only asked for a value of this type."""
    if known.kind is Kind.FLAG:
        return {}
    operators: dict[str, Any] = dict.fromkeys(_EXACT, value) | {"$exists": Flag}
    operators |= dict.fromkeys(_LISTED, Annotated[list[value], Field(max_length=MOST_IN)])
    if known.kind in (Kind.NUMBER, Kind.INSTANT):
        operators |= dict.fromkeys(_ORDERED, value)
    if known.kind is Kind.TEXT:
        operators["$like"] = Short
    return operators


def _plain(part: BaseModel) -> dict[str, Any]:
    """A filter as `service.db.search` reads it; all that was not sent is left out. The one tenant
    is the only one."""
    found: dict[str, Any] = part.model_dump(by_alias=True, exclude_unset=True)
    alternatives = [_given(each) for each in found.pop("$or", [])]
    plain = _given(found)
    return plain | ({"$or": alternatives} if alternatives else {})


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """What has a value: null says nothing, as an operator and as a condition."""
    found = {
        key: _given(value) if isinstance(value, dict) else value for key, value in fields.items()
    }
    return {
        key: value
        for key, value in found.items()
        if value not in (None, {}) and key != TENANT_FIELD
    }
