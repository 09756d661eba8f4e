"""Mapping files: what a form asks for, and from which facts of a complaint it is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pydantic

from service.errors import InvalidInput
from service.sentence import Sentence

FOLDER = Path(__file__).parent / "data"
Fact = Literal[
    "number",
    "received",
    "closed",
    "status",
    "channel",
    "product",
    "cause",
    "outcome",
    "customer_kind",
    "paid",
    "days",
    "bucket",
    "within_30_days",
]
"""What is known of a complaint (`rows.Row`)."""


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Total(_Strict):
    """A line that counts complaints, or adds up what was paid for those closed in the period."""

    name: str
    count: Literal["outstanding", "opened", "closed"] | None = None
    sum: Literal["paid"] | None = None
    where: dict[Fact, list[Any]] = {}

    @pydantic.model_validator(mode="after")
    def _one_of_both(self) -> Total:
        if (self.count is None) == (self.sum is None):
            raise ValueError("expected either count or sum")
        return self


class Column(_Strict):
    """A column of a form with a row for each complaint."""

    name: str
    source: Fact = pydantic.Field(alias="from")
    required: bool = False
    required_if: Literal["closed"] | None = None


class AddsUp(_Strict):
    """Lines of which one has to be the sum of others."""

    rule: str
    whole: str
    parts: list[str]


class Mapping(_Strict):
    """A form. `confirmed` says that compliance has laid it beside the form in force; `to_confirm`
    what has to be looked at. `coded` are the words that a fact may have."""

    id: str
    regimes: list[str]
    title: str
    source: str
    confirmed: bool
    to_confirm: list[str]
    shape: Literal["totals", "rows"]
    currency: str
    totals: list[Total] = []
    fields: list[Column] = []
    by: Fact | None = None
    coded: dict[Fact, list[str]]
    required: list[Fact]
    adds_up: list[AddsUp]

    @pydantic.model_validator(mode="after")
    def _names_lines(self) -> Mapping:
        names = {total.name for total in self.totals}
        unknown = [
            name for each in self.adds_up for name in (each.whole, *each.parts) if name not in names
        ]
        if unknown:
            raise ValueError(f"adds_up names lines that are not there: {', '.join(unknown)}")
        if not (self.totals if self.shape == "totals" else self.fields):
            raise ValueError(f"a form of {self.shape} without any")
        return self


def list_mappings(folder: Path = FOLDER) -> Sequence[str]:
    """The names of the forms there are."""
    return sorted(path.stem for path in folder.glob("*.json"))


def load_mapping(name: str) -> Mapping:
    """A shipped form by its name, or a file of the bank's own by its path. Raises InvalidInput."""
    path = Path(name) if name.endswith(".json") else FOLDER / f"{name}.json"
    if not path.is_file():
        raise InvalidInput(
            "expected one of the returns {known}, or a mapping file, got {name}",
            known=", ".join(list_mappings()),
            name=name[:200],
        )
    try:
        return Mapping.model_validate_json(path.read_bytes())
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(
            "{path}: {place}: {why}",
            path=str(path),
            place=".".join(map(str, first["loc"])) or Sentence("the file"),
            why=first["msg"],
        ) from None
