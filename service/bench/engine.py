"""`redress bench engine`: a user task completed by the engine alone, load → complete → save, on one
core.

Measured on a whole case of the shipped procedure; and on a loop beside SpiffWorkflow with its own
serializer, after one trip round it and after many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from rich.progress import Progress

from service.bench.baselines import SpiffLoop
from service.bench.deciders import Decided, show_decided, trace
from service.bench.loop_model import TASKS, letter_xml, loop_xml
from service.bench.options import rounds_option, shape_option, turn_option
from service.bench.race import Bound, Clock, Contestant, Race, Rounds, race
from service.bench.recording import Recorded, record_case
from service.bench.report import installed_version, read_setting, show
from service.bench.share import library_share
from service.clock import SystemClock
from service.definitions import shipped_files
from service.engine import Bundle, advance, load_bundle
from service.engine.changes import TaskCreated
from service.engine.commands import CompleteTask, Start
from service.scenarios import run_scenario, scenarios_of

VARIABLES = {"amount": 5000, "rounds": 0, "customer": "Owen", "satisfied": False}
SHIPPED_TARGET = 1_500
FEW, MANY, FAR = 1, 80, 200
Step = tuple[bytes, CompleteTask]


@click.command(
    epilog="""\b
Example:
  redress bench engine
  redress bench engine --trace
  redress bench engine --rounds 5 --format json"""
)
@rounds_option(15)
@turn_option(0.3)
@click.option(
    "--trips",
    type=click.IntRange(2, 85),
    default=MANY,
    show_default=True,
    help="SpiffWorkflow fails at 91.",
)
@click.option(
    "--trace",
    "traced",
    is_flag=True,
    help="Measure nothing: say which class decides what while the shipped scenarios are played.",
)
@shape_option
def engine(rounds: int, seconds: float, trips: int, traced: bool, shape: str) -> None:
    """Complete user tasks with the engine alone: load, complete, save; one core."""
    if traced:
        show_decided(trace_shipped(), shape=shape)
        return
    length = Rounds(rounds, seconds)
    with Progress(transient=True, disable=shape == "json") as bar:
        task = bar.add_task("measuring", total=4 * rounds)
        races = run_races(length, trips=trips, progress=lambda: bar.advance(task))
    show(read_setting("SpiffWorkflow"), races, shape=shape)


def trace_shipped() -> Counter[Decided]:
    """What is decided by whom while the scenarios of the shipped procedure are played."""
    files = shipped_files()
    bundle, scenarios = load_bundle(files), scenarios_of(files)
    return trace(lambda: [run_scenario(bundle, scenario) for scenario in scenarios])


def run_races(
    length: Rounds, *, trips: int = MANY, progress: Callable[[], None] = lambda: None
) -> list[Race]:
    """The four measurements."""
    now = SystemClock().now()
    bundle = load_bundle({"loop.bpmn": loop_xml(zeebe=True), "letter.bpmn": letter_xml(zeebe=True)})
    early, late, far = (_trip(bundle, count, now) for count in (FEW, trips, FAR))
    rival = SpiffLoop("loop", [loop_xml(zeebe=False), letter_xml(zeebe=False)], VARIABLES)
    rival.trip()
    rival_early = rival.saved()
    for _ in range(trips - 2):
        rival.trip()
    rival_late = rival.saved()
    return [
        _race_shipped(record_case(now), length, progress),
        _beside(f"loop, trip {FEW}", (early, rival_early), rival, bundle, length, progress, 1 / 5),
        _beside(
            f"loop, trip {trips}",
            (late, rival_late),
            rival,
            bundle,
            length,
            progress,
            1 / 80 * MANY / trips,
        ),
        _race_trips(early, far, bundle, length, progress),
    ]


def _race_shipped(case: Recorded, length: Rounds, progress: Callable[[], None]) -> Race:
    def work(times: int) -> None:
        for number in range(times):
            state, command, now, host = case.steps[number % len(case.steps)]
            advance(case.bundle, state, command, now=now, host=host)

    sizes = [len(state) for state, *_ in case.steps]
    note = f"{len(case.steps)} tasks of one case; state bytes {min(sizes)} to {max(sizes)}"
    share = library_share(lambda: work(len(case.steps)))
    name = "a user task of the shipped procedure"
    entries = [Contestant("redress", work)]
    return race(
        name,
        entries,
        rounds=length,
        clock=Clock.CORE,
        target=SHIPPED_TARGET,
        notes=[note, f"share of SpiffWorkflow's own code in engine calls: {share:.0%}"],
        progress=progress,
    )


def _beside(
    name: str,
    states: tuple[list[Step], list[str]],
    rival: SpiffLoop,
    bundle: Bundle,
    length: Rounds,
    progress: Callable[[], None],
    most: float,
) -> Race:
    """This engine and SpiffWorkflow complete the same tasks of the same trip."""
    ours, theirs = states

    def work(times: int) -> None:
        for number in range(times):
            rival.step(theirs[number % len(theirs)])

    entries = [Contestant("redress", _work(bundle, ours)), _spiff(work)]
    sizes = f"state bytes: redress {_largest(ours)}, SpiffWorkflow {max(map(len, theirs))}"
    return race(
        name,
        entries,
        rounds=length,
        clock=Clock.CORE,
        bounds=[Bound("SpiffWorkflow", most=most)],
        notes=[sizes],
        progress=progress,
    )


def _spiff(work: Callable[[int], None]) -> Contestant:
    return Contestant("SpiffWorkflow", work, installed_version("SpiffWorkflow"))


def _race_trips(
    early: list[Step], far: list[Step], bundle: Bundle, length: Rounds, progress: Callable[[], None]
) -> Race:
    entries = [
        Contestant(f"trip {FEW}", _work(bundle, early)),
        Contestant(f"trip {FAR}", _work(bundle, far)),
    ]
    note = f"state bytes: trip {FEW} {_largest(early)}, trip {FAR} {_largest(far)}"
    return race(
        "loop, early and late",
        entries,
        rounds=length,
        clock=Clock.CORE,
        bounds=[Bound(f"trip {FAR}", least=1 / 1.2)],
        notes=[note],
        progress=progress,
    )


def _largest(steps: list[Step]) -> int:
    return max(len(state) for state, _ in steps)


def _work(bundle: Bundle, steps: list[Step]) -> Callable[[int], None]:
    now = SystemClock().now()

    def work(times: int) -> None:
        for number in range(times):
            state, command = steps[number % len(steps)]
            advance(bundle, state, command, now=now)

    return work


def _trip(bundle: Bundle, number: int, now: datetime) -> list[Step]:
    """The states of the loop's trip of that number, each with the completion of its open task."""
    found: list[Step] = []
    step = advance(bundle, None, Start("loop", VARIABLES), now=now)
    for _ in range((number + 1) * len(TASKS)):
        created: Any = next(change for change in step.changes if isinstance(change, TaskCreated))
        found.append((step.state, CompleteTask(created.id)))
        step = advance(bundle, *found[-1], now=now)
    return found[-len(TASKS) :]
