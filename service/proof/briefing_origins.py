"""Where the value of a variable can come from, over every way that leads to a step."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from service.bpmn.model import Element, Mapped
from service.proof.briefing_flow import By, Link, Step, Ways
from service.proof.briefing_reads import (
    Known,
    decision_inputs,
    fields_of,
    job_writes,
    mapped_back,
    names_in,
    waits_for_message,
)

MOST_LOOKS = 1_000_000


class From(StrEnum):
    """What a value was before anything was computed of it."""

    ANSWER = "answer"
    COMPUTED = "computed"
    START = "start"
    MESSAGE = "message"
    FUNCTION = "function"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Origin:
    """`name` is the user task of an answer; the variable that a decision, a job or a loop gives, or
    that the process `root` began with; a message; a function."""

    kind: From
    name: str
    root: str = ""


@dataclass(slots=True)
class Budget:
    """How much may still be looked at, for all questions together."""

    left: int = MOST_LOOKS


@dataclass(slots=True)
class Search:
    """One question. With `until` the search goes no further back than that step, within `within`:
    what is wanted of it before is in `wanted`."""

    ways: Ways
    known: Known
    budget: Budget
    until: Step | None = None
    within: Container[Step] | None = None
    origins: set[Origin] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)
    _seen: set[tuple[Step, str, bool]] = field(default_factory=set)
    _todo: list[tuple[Step, str, bool]] = field(default_factory=list)

    def run(self, asked: Iterable[tuple[Step, str]]) -> None:
        """Look for the origins of names as they are when their steps are come to."""
        for step, name in asked:
            self._before(step, [name])
        while self._todo and self.budget.left > 0:
            self.budget.left -= 1
            step, name, done = self._todo.pop()
            if done:
                self._after(step, name)
            else:
                self._back(step, name)

    def _look(self, step: Step, name: str, *, done: bool) -> None:
        mark = (step, name, done)
        if mark not in self._seen:
            self._seen.add(mark)
            self._todo.append(mark)

    def _before(self, step: Step, names: Iterable[str]) -> None:
        for name in names:
            if name in self.known.functions:
                self.origins.add(Origin(From.FUNCTION, name))
            else:
                self._look(step, name, done=False)

    def _back(self, step: Step, name: str) -> None:
        """A name as it is when the step is come to."""
        if step == self.until:
            self.wanted.add(name)
            return
        links = self.ways.before.get(step, [])
        if not links:
            self.origins.add(Origin(From.START, name, step.root))
        for link in links:
            if self.within is None or link.source in self.within or link.source == self.until:
                self._along(link, name)

    def _along(self, link: Link, name: str) -> None:
        element = self.ways.element(link.source)
        if link.by is By.EVENT:
            self._before(link.source, [name])
        elif link.by is By.IN:
            self._enter(link.source, element, name)
        else:
            self._look(link.source, name, done=True)

    def _enter(self, step: Step, element: Element, name: str) -> None:
        """A name inside an activity, as it is outside when that is entered."""
        if element.loop is not None and element.loop.element == name:
            self.origins.add(Origin(From.ITEM, name))
            self._before(step, names_in(element.loop.collection))
        else:
            self._before(step, mapped_back([name], element.inputs))

    def _after(self, step: Step, name: str) -> None:
        """A name as it is once the step is over."""
        element = self.ways.element(step)
        if step.left:
            self._left(step, element, name)
            return
        told = waits_for_message(element)
        outputs = {each.target: each for each in element.outputs}
        if told and (not outputs or name in outputs):
            self.origins.add(Origin(From.MESSAGE, told))
        if element.kind == "userTask":
            self._answered(step, element, name, outputs)
        elif element.decision is not None:
            self._decided(step, element, name, outputs)
        elif element.script is not None:
            self._scripted(step, element, name, outputs)
        elif element.job:
            self._worked(step, element, name, outputs)
        else:
            mapped = None if told else outputs.get(name)
            self._before(step, [name] if mapped is None else names_in(mapped.source))

    def _left(self, step: Step, element: Element, name: str) -> None:
        mapped = next((each for each in element.outputs if each.target == name), None)
        if element.loop is not None and element.loop.output_collection == name:
            names = names_in(element.loop.output_element)
        elif mapped is not None:
            names = names_in(mapped.source)
        elif element.kind == "callActivity" and not element.propagate_child:
            self._before(Step(step.chain, step.process, element.id), [name])
            return
        else:
            names = frozenset({name})
        self._at_the_ends(step, names)

    def _at_the_ends(self, step: Step, names: Iterable[str]) -> None:
        """Names as they are where what the step contains is over."""
        ends = [link for link in self.ways.before.get(step, []) if link.by is By.OUT]
        for link in ends:
            for each in names:
                if each in self.known.functions:
                    self.origins.add(Origin(From.FUNCTION, each))
                else:
                    self._look(link.source, each, done=True)

    def _answered(
        self, step: Step, element: Element, name: str, outputs: dict[str, Mapped]
    ) -> None:
        own = fields_of(element, self.known, writable=True)
        names = names_in(outputs[name].source) if name in outputs else frozenset({name})
        if name not in outputs and (outputs or name not in own):
            self._before(step, mapped_back([name], ()))
            return
        for each in names:
            if each in own:
                self.origins.add(Origin(From.ANSWER, element.id))
            else:
                self._before(step, mapped_back([each], element.inputs))

    def _decided(self, step: Step, element: Element, name: str, outputs: dict[str, Mapped]) -> None:
        given = set(outputs) or {element.result_variable or ""}
        if name not in given:
            self._before(step, [name])
            return
        self.origins.add(Origin(From.COMPUTED, name))
        asked = decision_inputs(element, self.known)
        self._before(step, mapped_back(asked, element.inputs))

    def _scripted(
        self, step: Step, element: Element, name: str, outputs: dict[str, Mapped]
    ) -> None:
        script = element.script.names if element.script is not None else frozenset()
        result = element.result_variable or ""
        if name in outputs:
            names = names_in(outputs[name].source)
        elif name == result and not outputs:
            names = frozenset({result})
        else:
            self._before(step, [name])
            return
        asked = (names - {result}) | (script if result in names else frozenset())
        self._before(step, mapped_back(asked, element.inputs))

    def _worked(self, step: Step, element: Element, name: str, outputs: dict[str, Mapped]) -> None:
        if name not in outputs and (outputs or name not in job_writes(element)):
            self._before(step, [name])
            return
        self.origins.add(Origin(From.COMPUTED, name))
        targets = [each.target for each in element.inputs]
        self._before(step, mapped_back(targets, element.inputs))
