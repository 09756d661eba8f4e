"""What FEEL raises, how it explains a null, and how much work it allows itself.

A type error inside an expression is not an exception: the result is null and the reason goes to a
`Why`. Only text that is no FEEL and work beyond the budgets below raise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from service.errors import RedressError
from service.sentence import Sentence

MAX_TEXT = 65_536  # characters of one expression
MAX_NESTING = 100  # brackets, calls and branches inside each other
# of one evaluation: loop rounds by the size of what they repeat, calls, items gone through
MAX_STEPS = 1_000_000
MAX_SECONDS = 5.0  # of one evaluation, by a clock that only runs forwards
TRANCHE = 8_192  # steps between two looks at that clock
MAX_LIST = 500_000  # items of one list
MAX_STRING = 1_000_000  # characters of one string
MAX_CALLS = 120  # user functions calling each other
MAX_REASONS = 100


class FeelError(RedressError):
    """The expression cannot be used."""

    code = "feel-error"


class FeelSyntaxError(FeelError):
    """The text is not a FEEL expression."""

    code = "feel-syntax"

    def __init__(self, template: str, line: int = 1, column: int = 1, /, **facts: Any) -> None:
        problem = Sentence(template, **facts)
        super().__init__(
            "line {line}, column {column}: {problem}", line=line, column=column, problem=problem
        )
        self.line = line
        self.column = column
        self.position = (line, column)


class FeelLimitExceeded(FeelError):
    """The expression asks for more work than is allowed."""

    code = "feel-limit"


class FeelAssertionFailed(FeelError):
    """`assert` was given a condition that is not true; the message is its cause."""

    code = "feel-assertion"


class Null(Exception):
    """A built-in has no value to give; the sentence says why. It is put together for who asks."""

    def __init__(self, template: str, /, **facts: Any) -> None:
        super().__init__(template)
        self.template = template
        self.facts = facts

    @property
    def sentence(self) -> Sentence:
        return Sentence(self.template, **self.facts)


class Effort:
    """A budget of steps and of time: of one evaluation, or of a comparison that stands alone.

    Steps are handed out in tranches, and the clock is looked at between two of them, so that short
    evaluations never ask for the time. A step stands for at most 128 bytes that are made and for
    work of microseconds.
    """

    __slots__ = ("_deadline", "_reserve", "steps")
    _deadline: float
    _reserve: int

    def __init__(self) -> None:
        self.steps = TRANCHE

    @property
    def left(self) -> int:
        """The steps that may still be spent."""
        return self.steps + getattr(self, "_reserve", MAX_STEPS - TRANCHE)

    def spend(self, steps: int = 1) -> None:
        """Pay for work before or after it is done. Raises FeelLimitExceeded."""
        self.steps -= steps
        if self.steps < 0:
            self._draw()

    def _draw(self) -> None:
        now = monotonic()
        try:
            reserve, deadline = self._reserve, self._deadline
        except AttributeError:  # the first time: most evaluations never come here
            reserve, deadline = MAX_STEPS - TRANCHE, now + MAX_SECONDS
        if reserve + self.steps < 0:
            raise FeelLimitExceeded(
                "The evaluation takes more than {max_steps} steps.", max_steps=MAX_STEPS
            )
        if now > deadline:
            raise FeelLimitExceeded(
                "The evaluation takes more than {most:g} seconds.", most=MAX_SECONDS
            )
        reserve += self.steps
        self.steps = min(TRANCHE, reserve)
        self._reserve, self._deadline = reserve - self.steps, deadline


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part of an expression is null: where (line, column), what, in which function, with
    which types."""

    position: tuple[int, int]
    message: str
    function: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(slots=True)
class Why:
    """Collects the reasons for nulls during one evaluation, first come first."""

    reasons: list[Reason] = field(default_factory=list)

    def add(self, reason: Reason) -> None:
        if len(self.reasons) < MAX_REASONS:
            self.reasons.append(reason)

    def __bool__(self) -> bool:
        return bool(self.reasons)
