"""How a measurement is shown: the machine, the versions, the command, then each race as a table or
as JSON."""

from __future__ import annotations

import json
import os
import platform
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.table import Table

from service.bench.race import Bound, Clock, Measured, Race, Spread

WIDTH = 130  # a table of medians and spreads; a narrower terminal wraps its lines
_CLOCKS = {Clock.WALL: "the wall clock", Clock.CORE: "a core's time"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What was measured where: the command as it was given, the machine, the versions."""

    command: str
    machine: dict[str, str]
    versions: dict[str, str]


def read_setting(*packages: str) -> Setting:
    """This command and this machine, with the versions of the packages named."""
    versions = {"python": platform.python_version()}
    versions |= {name: installed_version(name) for name in ("redress", *packages)}
    return Setting(_command(), _machine(), versions)


def installed_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _command() -> str:
    """The command as somebody has to type it to measure this again."""
    context = click.get_current_context()
    words = [
        "redress",
        *context.command_path.removeprefix(context.find_root().info_name or "").split(),
    ]
    for parameter in context.command.params:
        if isinstance(parameter, click.Argument):
            words.append(str(context.params[parameter.name or ""]))
        elif context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE:
            is_flag = isinstance(parameter, click.Option) and parameter.is_flag
            words += [
                *parameter.opts[-1:],
                *([] if is_flag else [str(context.params[parameter.name or ""])]),
            ]
    return shlex.join(words)


def _machine() -> dict[str, str]:
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count() or 1),
        "system": f"{platform.system()} {platform.release()}",
        "load": f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def show(setting: Setting, races: Sequence[Race], *, shape: str) -> None:
    """Print the measurement as `json` or as `text`."""
    if shape == "json":
        print(json.dumps(to_json(setting, races), ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    for line in heading(setting):
        console.print(line, markup=False)
    for each in races:
        console.print()
        console.print(_table(each))
        for line in _footing(each):
            console.print(line, markup=False)


def to_json(setting: Setting, races: Sequence[Race]) -> dict[str, Any]:
    return {
        "command": setting.command,
        "machine": setting.machine,
        "versions": setting.versions,
        "races": [_race_to_json(each) for each in races],
    }


def _race_to_json(race: Race) -> dict[str, Any]:
    return {
        "name": race.name,
        "rounds": race.rounds,
        "clock": race.clock.value,
        "target": race.target or None,
        "met": race.met,
        "bounds": [{**_bound_to_json(each), "met": race.held(each)} for each in race.bounds],
        "notes": list(race.notes),
        "contestants": [_measured_to_json(each) for each in race.results],
        "absent": [{"name": each.name, "reason": each.reason} for each in race.absent],
    }


def _bound_to_json(bound: Bound) -> dict[str, Any]:
    most = None if bound.most == float("inf") else bound.most
    return {"name": bound.name, "atLeast": bound.least or None, "atMost": most}


def _measured_to_json(measured: Measured) -> dict[str, Any]:
    return {
        "name": measured.name,
        "version": measured.version or None,
        "operations": measured.operations,
        "perSecond": _spread_to_json(measured.rate),
        "perCoreSecond": _spread_to_json(measured.core),
        "ratio": _spread_to_json(measured.ratio),
    }


def _spread_to_json(spread: Spread) -> dict[str, float]:
    return {"p10": spread.low, "median": spread.median, "p90": spread.high}


def heading(setting: Setting) -> Iterator[str]:
    yield f"$ {setting.command}"
    yield "machine: " + ", ".join(f"{key} {value}" for key, value in setting.machine.items())
    yield "versions: " + ", ".join(f"{key} {value}" for key, value in setting.versions.items())


def _table(race: Race) -> Table:
    title = (
        f"{race.name}: medians of {race.rounds} rounds (p10 to p90), ratios by "
        f"{_CLOCKS[race.clock]}"
    )
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("contestant")
    for column in ("per second", "per core second", "ratio"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in race.results:
        name = f"{each.name} {each.version}".strip()
        table.add_row(
            name,
            _spread(each.rate, _rate),
            _spread(each.core, _rate),
            _spread(each.ratio, "{:.3g}".format),
        )
    return table


def _spread(spread: Spread, say: Callable[[float], str]) -> str:
    return f"{say(spread.median)} ({say(spread.low)} to {say(spread.high)})"


def _rate(value: float) -> str:
    """Whole, unless the part behind the point matters."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def _footing(race: Race) -> Iterator[str]:
    if race.target:
        word = "met" if race.met else "MISSED"
        yield (
            f"target for {race.results[0].name}: {_rate(race.target)} per second by "
            f"{_CLOCKS[race.clock]}: {word}"
        )
    for bound in race.bounds:
        wanted = f"at least {bound.least:.3g}" if bound.least else f"at most {bound.most:.3g}"
        word = "met" if race.held(bound) else "MISSED"
        yield f"ratio wanted of {bound.name} to {race.results[0].name}: {wanted}: {word}"
    yield from race.notes
    for each in race.absent:
        yield f"absent: {each.name}: {each.reason}"
