"""`redress bench feel`: gateway conditions and decision tables per second, beside other programs
that evaluate them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click
from rich.progress import Progress

from service.bench.baselines import bkflow_condition, spiff_condition, spiff_table
from service.bench.decision_table import CASES, INPUTS, RULES, table_xml
from service.bench.options import rounds_option, shape_option, turn_option
from service.bench.race import Absent, Clock, Contestant, Race, Rounds, calls, race
from service.bench.report import read_setting, show
from service.clock import SystemClock
from service.dmn import load_model
from service.feel import compile_expression

CONDITION = 'amount >= 1000000 and channel = "regulator"'
PYTHON_CONDITION = 'amount >= 1000000 and channel == "regulator"'
DATA: dict[str, Any] = {
    "amount": 1_250_000,
    "channel": "regulator",
    "number": "C-2026-0000017-X",
    "vulnerable": False,
}
# What JSON brings in: a number with a fraction is a float.
WITH_FLOAT = DATA | {"amount": 1_250_000.5}
Question = tuple[tuple[Any, ...], Any]  # what is given, and the right answer
CONDITION_TARGET = 500_000
TABLE_TARGET = 20_000


@click.command(
    epilog="""\b
Example:
  redress bench feel
  redress bench feel --rounds 5 --format json"""
)
@rounds_option(15)
@turn_option(0.1)
@shape_option
def feel(rounds: int, seconds: float, shape: str) -> None:
    """Evaluate gateway conditions and a table of 20 rules and 4 inputs, prepared once, on one
    core."""
    length = Rounds(rounds, seconds)
    with Progress(transient=True, disable=shape == "json") as bar:
        task = bar.add_task("measuring", total=3 * rounds)
        races = run_races(length, progress=lambda: bar.advance(task))
    show(read_setting("SpiffWorkflow", "bkflow-feel"), races, shape=shape)


def run_races(length: Rounds, *, progress: Callable[[], None] = lambda: None) -> list[Race]:
    """The three measurements. Before it is measured, each contestant has to give the right
    answers."""
    return [
        _race_conditions("gateway condition", DATA, length, progress),
        _race_conditions("gateway condition, a float in the data", WITH_FLOAT, length, progress),
        _race_tables(length, progress),
    ]


def _race_conditions(
    name: str, data: dict[str, Any], length: Rounds, progress: Callable[[], None]
) -> Race:
    prepared, now = compile_expression(CONDITION), SystemClock().now()
    entries = [
        Contestant("redress", calls(lambda: prepared.evaluate(data, now=now))),
        _admit("SpiffWorkflow", spiff_condition(PYTHON_CONDITION, data), [((), True)]),
        _admit("bkflow-feel", bkflow_condition(CONDITION, data), [((), True)]),
    ]
    return _run(name, entries, CONDITION_TARGET, length, progress)


def _race_tables(length: Rounds, progress: Callable[[], None]) -> Race:
    model = load_model(table_xml(feel=True).encode(), file="bench.dmn")
    now = SystemClock().now()
    questions = [((case,), expected) for case, expected in CASES]
    entries = [
        _admit(
            "redress",
            lambda case: model.evaluate("route", case, now=now, trace=False).value,
            questions,
        ),
        _admit("SpiffWorkflow", spiff_table(table_xml(feel=False)), questions),
        Absent("bkflow-feel", "it has no decision tables"),
    ]
    return _run(
        f"table of {len(RULES)} rules and {len(INPUTS)} inputs",
        entries,
        TABLE_TARGET,
        length,
        progress,
    )


def _admit(
    name: str, ask: Callable[..., Any] | Absent, questions: Sequence[Question]
) -> Contestant | Absent:
    """A contestant that gives the right answers; it is then asked every question in turn."""
    if isinstance(ask, Absent):
        return ask
    for given, expected in questions:
        try:
            answer = ask(*given)
        except Exception as error:  # whatever another program raises is its answer
            answer = f"{type(error).__name__}: {error}"
        if answer != expected:
            return Absent(
                name,
                f"expected {expected!r} for {given or 'the condition'}, its answer was {answer!r}",
            )

    def work(times: int) -> None:
        for number in range(times):
            ask(*questions[number % len(questions)][0])

    return Contestant(name, calls(ask) if len(questions) == 1 else work)


def _run(
    name: str,
    entries: Sequence[Contestant | Absent],
    target: float,
    length: Rounds,
    progress: Callable[[], None],
) -> Race:
    absent = [each for each in entries if isinstance(each, Absent)]
    contestants = [each for each in entries if isinstance(each, Contestant)]
    return race(
        name,
        contestants,
        rounds=length,
        clock=Clock.CORE,
        absent=absent,
        target=target,
        progress=progress,
    )
