"""The shapes that requests and answers are made of: camelCase fields, keys as texts of digits,
instants with a zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel

MAX_KEY = (1 << 63) - 1
TENANT = "<default>"


def _only_text(value: Any) -> Any:
    if isinstance(value, str | datetime):
        return value
    raise ValueError("expected a date and time such as 2026-03-01T09:00:00Z")


Key = Annotated[str, Field(pattern=r"^[0-9]{1,19}$", examples=["65537"])]
Text = Annotated[str, Field(min_length=1, max_length=300)]
Long = Annotated[str, Field(max_length=10_000)]
Flag = Annotated[bool, Strict()]
Number = Annotated[int, Strict(), Field(ge=0, le=2_147_483_647)]
Instant = Annotated[AwareDatetime, BeforeValidator(_only_text)]
Variables = dict[str, Any]
Tags = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=10)]
Item = TypeVar("Item")


class Sent(BaseModel):
    """A request's body. A field that is not known is refused, never ignored."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, frozen=True, hide_input_in_errors=True
    )


class Given(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True)


class PageGiven(Given):
    """Where a page of a search lies in the whole."""

    total_items: int
    has_more_total_items: bool
    start_cursor: str | None
    end_cursor: str | None


class Page(Given, Generic[Item]):
    """A page of a search."""

    items: list[Item]
    page: PageGiven


class Problem(BaseModel):
    """What was expected and what was found (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: Annotated[str, Field(alias="requestId")]
    errors: list[dict[str, Any]] = []


def whole_page(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A page that is all there is."""
    rows = list(items)
    page = {
        "totalItems": len(rows),
        "hasMoreTotalItems": False,
        "startCursor": None,
        "endCursor": None,
    }
    return {"items": rows, "page": page}


def text_key(key: int | None) -> str | None:
    """A key as it travels."""
    return None if key is None else str(key)


def time_of(value: datetime | None) -> str | None:
    """An instant as it travels."""
    return None if value is None else value.isoformat()
