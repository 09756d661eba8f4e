"""Scripted people drive cases in this process, past the pages and the API: each case by itself, on
a clock of its own.

Cases are islands: to the next task or timer of the case, whichever is earlier. What a case does
depends on the seed and its key only, so any number of processes may share the cases.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service import cases, operations
from service.clock import VirtualClock
from service.errors import RedressError
from service.execution import Runtime
from service.identity import SYSTEM
from service.players.people import answer, barred, customer_answer, performer
from service.reporting import Standing, get_standing

MAX_STEPS = 1_000
WITHDRAWN = 0.03
ANSWERS = 0.6


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a drive begins and ends. Without `until` it goes on to the end of every case."""

    seed: str
    start: datetime
    until: datetime | None = None


@dataclass(slots=True)
class Tally:
    """What a run did."""

    ends: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    peaks: list[int] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.ends += other.ends
        self.steps += other.steps
        self.peaks += other.peaks
        self.stuck += other.stuck


def drive_all(runtime: Runtime, root_keys: Iterable[int], plan: Plan) -> Tally:
    """Drive these cases, one after another."""
    tally = Tally()
    for root_key in root_keys:
        drive(runtime, root_key, plan, tally)
    return tally


def _try_step(
    runtime: Runtime, root_key: int, standing: Standing, clock: VirtualClock, chance: random.Random
) -> str:
    """Why the case cannot go on; nothing where it did."""
    try:
        moved = _step(runtime, root_key, standing, clock, chance)
    except RedressError as error:
        return error.message
    return "" if moved else "waits for nothing that can happen"


def drive(runtime: Runtime, root_key: int, plan: Plan, tally: Tally) -> None:
    """Drive one case until it has ended, nothing can happen any more, or its clock has reached
    `plan.until`."""
    clock, peak, standing = VirtualClock(plan.start), 0, None
    with runtime.database.read() as connection:
        named = get_standing(connection, root_key).business_key or root_key
    # by its number: which key a promise or an improvement gets depends on who was first
    chance = random.Random(f"{plan.seed}:{named}")  # noqa: S311 - scripted people, no secret
    withdraw_after = chance.randrange(12) if chance.random() < WITHDRAWN else -1
    for step in range(MAX_STEPS):
        with runtime.database.read() as connection:
            standing = get_standing(connection, root_key)
        peak = max(peak, standing.state_bytes)
        if standing.state != "active" or (plan.until is not None and clock.now() >= plan.until):
            break
        if step == withdraw_after and "complaint-withdrawn" in standing.messages:
            _say(runtime, standing, "complaint-withdrawn", {"reason": "Simulated"}, clock)
        else:
            stuck = _try_step(runtime, root_key, standing, clock, chance)
            if stuck:
                tally.stuck.append(f"{standing.business_key or root_key}: {stuck}")
                break
        tally.steps += 1
    else:
        tally.stuck.append(f"{root_key}: still running after {MAX_STEPS} steps")
    tally.peaks.append(peak)
    if standing is not None:
        tally.ends[_end(runtime, root_key, standing)] += 1


def _end(runtime: Runtime, root_key: int, standing: Standing) -> str:
    """How it ended: by the end that archived it, as the procedure names those; a withdrawn one,
    which ends within an event sub-process, by its outcome."""
    if standing.state != "completed":
        return standing.state
    archived = [name for name in standing.ends if name.startswith("archived")]
    if archived:
        return archived[-1]
    with runtime.database.read() as connection:
        complaint = cases.find_complaint(connection, root_key)
    return (complaint.outcome if complaint else None) or standing.state


def _act(
    runtime: Runtime,
    root_key: int,
    standing: Standing,
    clock: VirtualClock,
    chance: random.Random,
    *,
    answers: bool,
) -> None:
    """A person of the bank does a task, or the customer answers."""
    if answers and (not standing.tasks or chance.random() < 0.5):
        _say(runtime, standing, "customer-answer", customer_answer(chance), clock)
    else:
        _complete(runtime, root_key, standing, clock, chance)


def _step(
    runtime: Runtime, root_key: int, standing: Standing, clock: VirtualClock, chance: random.Random
) -> bool:
    """Let the earlier of the next task and the next timer happen."""
    due, timer = standing.timers[0] if standing.timers else (None, 0)
    waits = "customer-answer" in standing.messages and chance.random() < ANSWERS
    if standing.tasks or waits:
        at = clock.now() + timedelta(
            minutes=chance.expovariate(1 / (240 if standing.tasks else 4_000))
        )
        if due is None or at < due:
            clock.move_to(at)
            _act(runtime, root_key, standing, clock, chance, answers=waits)
            return True
    if due is None:
        return False
    clock.move_to(max(due, clock.now()))
    return operations.fire_timer(runtime, timer, now=clock.now()) is not None


def _complete(
    runtime: Runtime, root_key: int, standing: Standing, clock: VirtualClock, chance: random.Random
) -> None:
    task = standing.tasks[0]
    with runtime.database.read() as connection:
        performers = barred(connection, task)
        form = runtime.bundles.get(connection, standing.bundle_key).forms.get(task.form_id or "")
    filled = answer(task, form, chance, clock.now().date())
    actor = performer(task, performers, chance)
    operations.complete_task(runtime, task.key, filled, actor=actor, now=clock.now())


def _say(
    runtime: Runtime,
    standing: Standing,
    name: str,
    variables: dict[str, object],
    clock: VirtualClock,
) -> None:
    operations.correlate_message(
        runtime, name, standing.business_key or "", variables, actor=SYSTEM, now=clock.now()
    )
