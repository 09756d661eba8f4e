"""What a step may use, and what is not to run in it."""

from __future__ import annotations

from collections.abc import Mapping
from time import thread_time
from typing import Any

from SpiffWorkflow.specs.base import TaskSpec

from service.bpmn.reach import loop_before
from service.engine.errors import EngineError
from service.engine.token import Token
from service.sentence import Sentence

MAX_STEPS = 50_000
"""Elements that one command may run through before it is taken for an endless loop."""
MAX_TOKENS = 25_000
"""What may be active in a case at once: two for each item of the longest collection, and room."""
MAX_AT_ONCE = 1_000
"""Tokens that one command may leave standing at one element of one scope, apart from the instances
of a multi-instance activity: more come from a loop that multiplies them."""
MAX_SECONDS = 5.0
"""Processor time of a command. No result depends on it but this refusal."""
LOOK_EVERY = 500
"""Elements between two looks at the clock, which costs more than many of them; a step of fewer
never looks."""


class Limits:
    """The part of a game that counts; `nodes` are its tokens, without what stands between them.

    `parked` are tokens that are not to run because they failed before, by id and state; `held` is
    why nothing is to run any more; `answers` what services of the host have given, by job.
    """

    index: dict[str, Token]

    def start_limits(self) -> None:
        self.steps, self.began, self.nodes = 0, 0.0, 0
        self.crowd: dict[tuple[str, str], int] = {}
        self.running: Token | None = None
        self.stage = 0
        self.parked: Mapping[tuple[str, int], EngineError] = {}
        self.held: EngineError | None = None
        self.told = False
        self.answers: dict[str, Any] = {}

    def begin(self) -> None:
        """A command begins: what it may use is counted from here."""
        self.steps, self.began = 0, 0.0
        self.crowd.clear()

    def check_steps(self, token: Token) -> None:
        """Raises EngineError("step-limit")."""
        if self.steps > MAX_STEPS or self._is_late():
            raise self._too_long(token.task_spec)

    def _is_late(self) -> bool:
        now = thread_time()
        self.began = self.began or now
        return now - self.began > MAX_SECONDS

    def _too_long(self, spec: TaskSpec) -> EngineError:
        slow = self.steps <= MAX_STEPS
        return EngineError(
            "step-limit",
            spec.element_id,
            "more than {most} seconds in one step{loop}"
            if slow
            else "more than {most} elements in one step{loop}",
            most=f"{MAX_SECONDS:g}" if slow else MAX_STEPS,
            loop=loop_of(spec) or Sentence(": the diagram does too much without a stop"),
        )

    def check_room(self, parent: Token, spec: TaskSpec) -> None:
        """Raises EngineError("token-limit") where one more token is too many."""
        if not spec.is_node or spec.is_wait:
            return
        if self.nodes >= MAX_TOKENS:
            self.check_tokens(spec, 1)
        if parent.task_spec.is_body:
            return
        place = (parent.workflow.scope_id, spec.name)
        count = self.crowd[place] = self.crowd.get(place, 0) + 1
        if count > MAX_AT_ONCE and self.held is None:
            raise EngineError(
                "token-limit",
                spec.element_id,
                "one step puts more than {most} tokens on {element}{loop}",
                most=MAX_AT_ONCE,
                element=spec.element_id,
                loop=loop_of(spec),
            )

    def check_tokens(self, spec: TaskSpec, more: int) -> None:
        """Raises EngineError("token-limit") where `more` tokens are too many for the case."""
        if spec.is_node and self.nodes + more > MAX_TOKENS and self.held is None:
            raise EngineError(
                "token-limit",
                spec.element_id,
                "more than {most} tokens would be active in this case at once{loop}",
                most=MAX_TOKENS,
                loop=loop_of(spec),
            )


def loop_of(spec: TaskSpec) -> Sentence:
    """The end of a sentence that names the loop, if there is one."""
    loop = () if spec.process is None else loop_before(spec.process, spec.element_id)
    if not loop:
        return Sentence("")
    return Sentence(": the loop {loop} has no stop", loop=" → ".join(loop))
