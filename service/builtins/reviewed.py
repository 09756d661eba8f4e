"""What an approval stands on, and the version that a process instance reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found of a version's content. `refusals` say why it cannot be approved; `details`
    are kept."""

    content_hash: str
    refusals: tuple[str, ...]
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The version that an instance reviews, by the key of its bundle, with the evidence that was
    gathered of it."""

    key: int
    evidence: Evidence | None = None
