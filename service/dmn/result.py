"""What an evaluation answers: the value, how it came about, and why something is null."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.feel import FeelLimitExceeded, to_json

MAX_STEPS = 200_000
MAX_DEPTH = 60
MAX_REASONS = 200


@dataclass(frozen=True, slots=True)
class NullReason:
    """Why a value is null: the decision, the element and text at fault, and what went wrong there."""

    decision: str
    element: str
    text: str
    message: str

    def to_json(self) -> dict[str, str]:
        return {
            "decision": self.decision,
            "element": self.element,
            "text": self.text,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """`value` is a FEEL value. `trace` is JSON-shaped, one entry per decision in the order they were evaluated."""

    value: Any
    trace: tuple[dict[str, Any], ...]
    reasons: tuple[NullReason, ...]


@dataclass(slots=True)
class Run:
    """One evaluation under way: its time, its budget, and what it has noted so far."""

    now: Any
    traced: bool
    reasons: list[NullReason] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    steps: int = 0
    depth: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise FeelLimitExceeded(f"The decision took more than {MAX_STEPS} steps.")

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelLimitExceeded(f"Decisions and functions call each other more than {MAX_DEPTH} deep.")

    def leave(self) -> None:
        self.depth -= 1

    def note(self, message: str, *, element: str = "", text: str = "") -> None:
        """Keep the reason for a null. Without a trace nobody will read it."""
        if self.traced and len(self.reasons) < MAX_REASONS:
            decision = self.frames[-1]["decisionDefinitionId"] if self.frames else ""
            self.reasons.append(NullReason(decision, element, text, message))

    def open(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)

    def close(self, value: Any) -> None:
        frame = self.frames.pop()
        frame["output"] = shown(value)
        if frame["decisionDefinitionType"] == "DECISION_TABLE" and frame["tables"]:
            own = frame["tables"][-1]  # tables of functions called on the way were closed before it
            frame.update(evaluatedInputs=own["evaluatedInputs"], matchedRules=own["matchedRules"])
        self.trace.append(frame)


def shown(value: Any) -> Any:
    """A FEEL value as JSON, also where it holds a function."""
    return to_json(value)
