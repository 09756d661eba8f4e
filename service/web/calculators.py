"""What the page of a task shows of a calculator that its form asks for (`ui:calculate`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service import policy
from service.cases import Complaint
from service.policy import Basis, Interest
from service.web.edge import language, parts


@dataclass(frozen=True, slots=True)
class Calculator:
    """What was typed, what came of it, or why nothing did. `bases` are those of the case's country
    first: id and name."""

    bases: tuple[tuple[str, str], ...]
    typed: Mapping[str, str] = field(default_factory=dict)
    found: Interest | None = None
    problem: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.found or self.problem)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines of the working, their figures to the sixth decimal."""
        return [
            {
                "first": each.first,
                "end": each.end,
                "days": each.days,
                "percent": each.percent,
                "base": policy.to_decimal(each.base, 6).normalize(),
                "interest": policy.to_decimal(each.interest, 6),
            }
            for each in (self.found.lines if self.found else ())
        ]

    @property
    def average(self) -> Any:
        return policy.to_decimal(self.found.average, 4) if self.found else None


def calculator_of(
    complaint: Complaint | None,
    typed: Mapping[str, str] | None = None,
    *,
    found: Interest | None = None,
    problem: str = "",
) -> Calculator:
    runtime = parts().runtime
    country = runtime.profile_of(complaint).document["country"]
    bases = sorted(
        policy.list_bases(runtime.profile.folder), key=lambda each: country not in each.countries
    )
    return Calculator(tuple((each.id, _name(each)) for each in bases), typed or {}, found, problem)


def _name(basis: Basis) -> str:
    return basis.names.get(language(), basis.names["en"])
