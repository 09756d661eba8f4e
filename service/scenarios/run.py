"""Play a scenario: every step in order, then what was to be seen is compared with what was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service import tasks
from service.engine import Bundle, EngineError
from service.engine import changes as c
from service.engine import commands as q
from service.errors import FormInvalid, RedressError
from service.feel import DaysTimeDuration
from service.feel.temporal import parse_temporal
from service.policy import load_profile
from service.scenarios.case import VirtualCase, open_case
from service.scenarios.expect import compare
from service.scenarios.model import Scenario, Step
from service.sentence import Sentence
from service.tasks import clocks_met, complete_answer, validate

MOST_TASKS = 300
"""Tasks that `finish` completes before it is taken for a loop."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario did. `problems` is empty when it went as it was to go."""

    scenario: Scenario
    problems: tuple[str, ...]
    done: tuple[c.Change, ...]
    letters: tuple[str, ...]
    waiting: tuple[Any, ...] = ()
    """What is open where it stopped: tasks, jobs, timers and subscriptions."""

    @property
    def path(self) -> tuple[str, ...]:
        """The elements that tokens came to, in order."""
        return tuple(
            change.element_id for change in self.done if isinstance(change, c.ElementEntered)
        )


def run_scenario(bundle: Bundle, scenario: Scenario) -> Result:
    """Play it. Nothing is raised: what cannot be done is a problem of the scenario."""
    case, variables = open_case(bundle, load_profile(scenario.policy), scenario)
    player = _Player(case, scenario, Counter())
    where = "the start"
    try:
        case.send(q.Start(scenario.process, {**variables, **scenario.variables}, scenario.start))
        for number, step in enumerate(scenario.steps, start=1):
            where = f"when[{number}] {step.verb} {step.target}"
            player.happen(step)
    except (Impossible, EngineError) as error:
        problems: list[str] = [Sentence("{label}: {text}", label=where, text=str(error))]
    except FormInvalid as error:
        problems = [
            Sentence(
                "{where}: the form refuses {pointer}: {message}",
                where=where,
                pointer=each.pointer or "/",
                message=each.message,
            )
            for each in error.errors
        ]
    except RedressError as error:
        problems = [Sentence("{label}: {text}", label=where, text=error.message)]
    else:
        problems = compare(case, scenario.then)
    return Result(
        scenario, tuple(problems), tuple(case.done), tuple(case.letters), tuple(case.open.values())
    )


class Impossible(Exception):
    """A step that cannot happen where the case stands."""


@dataclass(slots=True)
class _Player:
    case: VirtualCase
    scenario: Scenario
    times: Counter[str]

    def command(self, step: Step) -> q.Command:
        """What a worker reports, or the signal that is sent."""
        answer = step.answer or {}
        if step.verb == "signal":
            return q.DeliverSignal(step.target, answer)
        if step.verb == "job":
            return q.CompleteJob(self.one(c.JobCreated, step.target).id, answer)
        offer = self.one((c.TaskCreated, c.JobCreated), step.target)
        if step.verb == "error":
            return q.ThrowError(offer.id, step.code, "", answer)
        return q.ThrowEscalation(offer.id, step.code, answer)

    def happen(self, step: Step) -> None:
        self.case.wait(_length(step.after))
        match step.verb:
            case "do":
                task = self.one(c.TaskCreated, step.target)
                self.complete(task, step.answer, step.by)
            case "job" | "error" | "escalation" | "signal":
                self.case.send(self.command(step))
            case "message":
                self.message(step)
            case "timer":
                self.timer(step.target)
            case "finish":
                self.finish()

    def one(self, kinds: Any, target: str) -> Any:
        found = self.case.waiting(kinds, target)
        if not found:
            waiting = sorted(each.element_id for each in self.case.open.values()) or ["nothing"]
            raise Impossible(
                Sentence("{target} is not open; open: {waiting}", target=target, waiting=waiting)
            )
        return found[0]

    def complete(self, task: c.TaskCreated, answer: Mapping[str, Any] | None, by: str) -> None:
        """As a person would: the form is checked, and so are four eyes."""
        given = self.answer(task.element_id) if answer is None else answer
        form = self.case.bundle.forms.get(task.form_id or "")
        signer = tasks.signer_of(form, given)
        person = by or task.assignee or signer or f"who does {task.element_id}"
        barred = set[str]().union(*(self.case.performers.get(each, ()) for each in task.excluded))
        if person in barred:
            raise Impossible(
                Sentence(
                    "four eyes: {person} did {excluded}, and may not do {element_id}",
                    person=person,
                    excluded=" or ".join(task.excluded),
                    element_id=task.element_id,
                )
            )
        checked = validate(form, complete_answer(form, given, actor=signer or person))
        self.case.performers.setdefault(task.element_id, set()).add(person)
        self.case.meet(clocks_met(task.properties, checked))
        self.case.send(q.CompleteTask(task.id, checked))

    def answer(self, element: str) -> Mapping[str, Any]:
        known = self.scenario.answers.get(element, ({},))
        at = min(self.times[element], len(known) - 1)
        self.times[element] += 1
        return known[at]

    def message(self, step: Step) -> None:
        found = [
            each
            for each in self.case.waiting(c.SubscriptionOpened)
            if step.target in (each.name, each.element_id)
        ]
        if not found:
            raise Impossible(Sentence("nothing waits for the message {target}", target=step.target))
        self.case.send(q.DeliverMessage(found[0].id, step.answer or {}))

    def timer(self, element: str) -> None:
        """Time passes until this timer fires; those that are due before it fire first."""
        timer = self.one(c.TimerSet, element)
        self.case.wait(timer.due_at - self.case.now)

    def finish(self) -> None:
        """Everybody answers what is open, oldest first, until nothing is left to do."""
        for _ in range(MOST_TASKS):
            tasks = self.case.waiting(c.TaskCreated)
            if not tasks:
                return
            self.complete(tasks[0], None, "")
        raise Impossible(Sentence("still not finished after {most} tasks", most=MOST_TASKS))


def _length(text: str) -> timedelta:
    found = parse_temporal(text)
    if not isinstance(found, DaysTimeDuration):
        raise Impossible(
            Sentence("expected a duration such as PT2H or P3D, got {text!r}", text=text)
        )
    return timedelta(microseconds=found.nanos // 1_000)
