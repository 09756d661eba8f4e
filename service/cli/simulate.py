"""`redress simulate`: scripted people complete every task under a virtual clock.

Cases are islands, so each is driven by itself on a clock of its own: to the next task or timer, whichever is earlier.
What a case does depends on the seed and its number only.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import click
from rich.console import Console
from rich.table import Table

from service import cases, operations, tasks
from service.cli.bulk_import import make_progress
from service.cli.opening import one_line, open_runtime
from service.cli.people import answer, customer_answer, performer
from service.clock import SystemClock, VirtualClock
from service.errors import RedressError
from service.identity import SYSTEM
from service.operations import Runtime
from service.reporting import Standing, count_active, get_standing, list_active

MAX_STEPS = 1_000
WITHDRAWN = 0.03
ANSWERS = 0.6


@dataclass(slots=True)
class Tally:
    """What the run did."""

    ends: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    peaks: list[int] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


@click.command()
@click.option("--until-closed", is_flag=True, help="Go on until every case has ended; otherwise for --days.")
@click.option("--days", default=7, show_default=True, help="Virtual days per case without --until-closed.")
@click.option("--seed", default="1", show_default=True, help="Another seed, other people.")
@click.option("--limit", type=int, help="Drive at most so many cases.")
@one_line
def simulate(until_closed: bool, days: int, seed: str, limit: int | None) -> None:
    """Drive the running cases through the released definitions with scripted people.

    Example: redress simulate --until-closed --seed 7
    """
    runtime = open_runtime()
    start = SystemClock().now()
    until = None if until_closed else start + timedelta(days=days)
    tally = Tally()
    began = time.perf_counter()
    with runtime.database.read() as connection:
        total = count_active(connection)
    total = total if limit is None else min(total, limit)
    with make_progress() as progress:
        bar = progress.add_task("cases", total=total)
        for root_key in _active(runtime, total):
            drive(runtime, root_key, seed=seed, start=start, until=until, tally=tally)
            progress.advance(bar)
    _show(tally, time.perf_counter() - began)
    if tally.stuck:
        raise RedressError(f"expected every case to go on, {len(tally.stuck)} cannot; the first: {tally.stuck[0]}")


def _active(runtime: Runtime, total: int) -> Iterator[int]:
    after = 0
    while total > 0:
        with runtime.database.read() as connection:
            batch = list_active(connection, after=after, limit=min(500, total))
        if not batch:
            return
        yield from batch
        after, total = batch[-1], total - len(batch)


def drive(runtime: Runtime, root_key: int, *, seed: str, start: datetime, until: datetime | None, tally: Tally) -> None:
    """Drive one case until it has ended, nothing can happen any more, or the clock has reached `until`."""
    clock, peak, standing = VirtualClock(start), 0, None
    chance = random.Random(f"{seed}:{root_key}")  # noqa: S311 - scripted people, no secret
    withdraw_after = chance.randrange(12) if chance.random() < WITHDRAWN else -1
    for step in range(MAX_STEPS):
        with runtime.database.read() as connection:
            standing = get_standing(connection, root_key)
        peak = max(peak, standing.state_bytes)
        if standing.state != "active" or (until is not None and clock.now() >= until):
            break
        if step == withdraw_after and "complaint-withdrawn" in standing.messages:
            withdraw_after = -1
            _say(runtime, standing, "complaint-withdrawn", {"reason": "Simulated"}, clock)
        else:
            try:
                moved = _step(runtime, root_key, standing, clock, chance)
            except RedressError as error:
                tally.stuck.append(f"{standing.business_key or root_key}: {error.message}")
                break
            if not moved:
                tally.stuck.append(f"{standing.business_key or root_key}: waits for nothing that can happen")
                break
        tally.steps += 1
    else:
        tally.stuck.append(f"{root_key}: still running after {MAX_STEPS} steps")
    tally.peaks.append(peak)
    if standing is not None:
        tally.ends[_end(runtime, root_key, standing)] += 1


def _end(runtime: Runtime, root_key: int, standing: Standing) -> str:
    """How it ended: by the end that archived it, as the procedure names those; a withdrawn one, which ends within an
    event sub-process, by its outcome."""
    if standing.state != "completed":
        return standing.state
    archived = [name for name in standing.ends if name.startswith("archived")]
    if archived:
        return archived[-1]
    with runtime.database.read() as connection:
        complaint = cases.find_complaint(connection, root_key)
    return (complaint.outcome if complaint else None) or standing.state


def _step(runtime: Runtime, root_key: int, standing: Standing, clock: VirtualClock, chance: random.Random) -> bool:
    """Let the earlier of the next task and the next timer happen."""
    due, timer = standing.timers[0] if standing.timers else (None, 0)
    waits = "customer-answer" in standing.messages and chance.random() < ANSWERS
    if standing.tasks or waits:
        at = clock.now() + timedelta(minutes=chance.expovariate(1 / (240 if standing.tasks else 4_000)))
        if due is None or at < due:
            clock.move_to(at)
            if waits and (not standing.tasks or chance.random() < 0.5):
                _say(runtime, standing, "customer-answer", customer_answer(chance), clock)
            else:
                _complete(runtime, root_key, standing, clock, chance)
            return True
    if due is None:
        return False
    clock.move_to(max(due, clock.now()))
    return operations.fire_timer(runtime, timer, now=clock.now()) is not None


def _complete(runtime: Runtime, root_key: int, standing: Standing, clock: VirtualClock, chance: random.Random) -> None:
    task = standing.tasks[0]
    with runtime.database.read() as connection:
        performers = tasks.list_performers(connection, root_key, task.excluded)
        form = runtime.bundles.get(connection, standing.bundle_key).forms.get(task.form_id or "")
    filled = answer(task, form, chance, clock.now().date())
    actor = performer(task, performers, chance)
    operations.complete_task(runtime, task.key, filled, actor=actor, now=clock.now())


def _say(runtime: Runtime, standing: Standing, name: str, variables: dict[str, object], clock: VirtualClock) -> None:
    operations.correlate_message(runtime, name, standing.business_key or "", variables, actor=SYSTEM, now=clock.now())


def _show(tally: Tally, seconds: float) -> None:
    table = Table("end", "cases")
    for name, count in tally.ends.most_common():
        table.add_row(name, f"{count:,}")
    console = Console()
    console.print(table)
    rate = tally.steps / seconds if seconds else 0
    console.print(f"{sum(tally.ends.values()):,} cases, {tally.steps:,} steps in {seconds:.1f} s: {rate:.0f} steps/s")
    if tally.peaks:
        console.print(f"state bytes per case: median {statistics.median(tally.peaks):.0f}, most {max(tally.peaks)}")
