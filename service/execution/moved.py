"""A step on its way: made by the engine, to be written; and written, with what may follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.builtins import CaseView
from service.engine import Step
from service.engine.changes import SubscriptionOpened
from service.execution.apply import Part
from service.execution.write import Write
from service.identity import Actor
from service.instances import Instance


@dataclass(slots=True)
class Moved:
    """A step that was made and is still to be written. `began` is what `time.perf_counter` said
    when the case was about to be read."""

    instance: Instance
    view: CaseView
    step: Step
    parts: Sequence[Part]
    began: float

    @property
    def actor(self) -> Actor:
        """On whose behalf effects are carried out; a step with effects has one command."""
        return self.parts[-1].actor


@dataclass(slots=True)
class Written:
    """A step that is written, and what may follow from it. `waiting` are the message subscriptions
    that have not been looked after yet. `stale` says that the instance has to be re-read before it
    is moved once more: more was written than the step."""

    write: Write
    step: Step
    view: CaseView
    actor: Actor
    waiting: Sequence[SubscriptionOpened]
    stale: bool = False

    @property
    def root_key(self) -> int:
        return self.write.instance.root_key
