"""What an evaluation answers: the value, how it came about, and why something is null."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.feel import FeelLimitExceeded, Reason, to_json
from service.feel import Run as FeelRun

MAX_DEPTH = 60
MAX_REASONS = 200


@dataclass(frozen=True, slots=True)
class NullReason:
    """Why a value is null: the decision, the element and text at fault, and what went wrong where
    in it.

    `position` is (line, column) in the text, (0, 0) where there is no text; `arguments` are the
    types that `function` (a function's name or an operator) was given.
    """

    decision: str
    element: str
    text: str
    message: str
    position: tuple[int, int] = (0, 0)
    function: str = ""
    arguments: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "decision": self.decision,
            "element": self.element,
            "text": self.text,
            "message": self.message,
            "line": self.position[0] or None,
            "column": self.position[1] or None,
            "function": self.function or None,
            "argumentTypes": list(self.arguments),
        }


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """`value` is a FEEL value. `trace` is JSON-shaped, one entry per decision in the order they
    were evaluated."""

    value: Any
    trace: tuple[dict[str, Any], ...]
    reasons: tuple[NullReason, ...]


@dataclass(slots=True)
class Run:
    """One evaluation under way: what it has noted so far, and the one budget that all of it is paid
    from.

    `feel` is the evaluation as FEEL knows it: its time and the steps it has left, for tables, boxed
    expressions, functions and texts together.
    """

    feel: FeelRun
    traced: bool
    reasons: list[NullReason] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    depth: int = 0

    def step(self, steps: int = 1) -> None:
        self.feel.spend(steps)

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelLimitExceeded(
                "Decisions and functions call each other more than {most} deep.", most=MAX_DEPTH
            )

    def leave(self) -> None:
        self.depth -= 1

    def note(self, message: str, *, element: str = "", text: str = "") -> None:
        """Keep the reason for a null. Without a trace nobody will read it."""
        self._keep(element, text, message)

    def explain(self, reason: Reason, *, element: str, text: str) -> None:
        """Keep FEEL's reason for a null in one of the model's texts."""
        self._keep(
            element, text, reason.message, reason.position, reason.function, reason.arguments
        )

    def _keep(self, element: str, text: str, message: str, *place: Any) -> None:
        if self.traced and len(self.reasons) < MAX_REASONS:
            decision = self.frames[-1]["decisionDefinitionId"] if self.frames else ""
            self.reasons.append(NullReason(decision, element, text, message, *place))

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
