"""What a case is called on pages: its subject in one line, and the clocks that come first."""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.cases import Complaint
from service.policy import Deadline

LONGEST = 80
"""Characters of a subject: one line of a list at 1366 pixels."""
_END = re.compile(r"(?<=[.!?。！？;；])\s*|\n")


def subject_of(complaint: Complaint) -> str:
    """The first sentence of what the customer said, cut at a word; the number where nothing was
    said."""
    first = next((part.strip() for part in _END.split(complaint.content) if part.strip()), "")
    if not first:
        return complaint.number
    if len(first) <= LONGEST:
        return first.rstrip(".。")
    cut = first[: LONGEST - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > LONGEST // 2 else cut).rstrip(" ,;，；") + "…"


def nearest_first(deadlines: Iterable[Deadline]) -> list[Deadline]:
    """The clocks that still run by their due date, then those that were met."""
    return sorted(deadlines, key=lambda each: (each.met_at is not None, each.due_at))
