"""The row of a root instance, and what kind of thing it carries out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.audit import Tip
from service.tasks import UserTask


class InstanceKind(StrEnum):
    """What a root instance is about: it says which services its diagrams may call."""

    COMPLAINT = "complaint"
    EMERGENCY = "emergency"
    REVIEW = "review"
    PROCESS = "process"
    """A process by itself: nothing in the tables of cases belongs to it."""


@dataclass(frozen=True, slots=True)
class Instance:
    """The row of a root instance as it was read; `task` is the user task that the command is about,
    if any."""

    root_key: int
    version: int
    next_child: int
    state: str
    process_definition_key: int
    bundle_key: int
    business_key: str | None
    engine_state: bytes | None
    holds_key: bool = False
    suspended_at: datetime | None = None
    kind: str = InstanceKind.PROCESS
    tip: Tip | None = None
    task: UserTask | None = None
