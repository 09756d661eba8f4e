"""The way that leads to a fault, as the proof found it: on each diagram it goes through, its stops
numbered in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from service import definitions
from service.definitions import Mark
from service.errors import Problem, RedressError, Severity

MOST_NUMBERS = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """A diagram on the way. `stops` are (number, element id) in turn."""

    path: str
    picture: Markup
    stops: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong, what the element is called, and the way to it where there is one."""

    problem: Problem
    name: str
    sheets: tuple[Sheet, ...]


def faults_of(
    problems: tuple[Problem, ...], files: Mapping[str, bytes], language: str
) -> list[Fault]:
    """The errors first; each with its way."""
    ordered = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    return [
        Fault(each, _name(each, files, language), tuple(_sheets(each, files, language)))
        for each in ordered
    ]


def _name(problem: Problem, files: Mapping[str, bytes], language: str) -> str:
    if not problem.file.endswith(".bpmn") or problem.file not in files:
        return problem.element
    try:
        return definitions.names_in(files[problem.file], language).get(
            problem.element, problem.element
        )
    except RedressError:  # a file that cannot be read is what the finding is about
        return problem.element


def _stops(problem: Problem, files: Mapping[str, bytes]) -> dict[str, list[tuple[int, str]]]:
    """For each diagram that the path comes to, its stops there: their numbers and elements."""
    diagrams = {path: content for path, content in files.items() if path.endswith(".bpmn")}
    stops: dict[str, list[tuple[int, str]]] = {}
    for number, element in enumerate(problem.path, start=1):
        needle = f'id="{element}"'.encode()
        path = next((path for path, content in diagrams.items() if needle in content), None)
        if path is not None:
            stops.setdefault(path, []).append((number, element))
    return stops


def _sheets(problem: Problem, files: Mapping[str, bytes], language: str) -> Iterator[Sheet]:
    """The diagrams in the order in which the way comes to them."""
    for path, own in _stops(problem, files).items():
        numbers: dict[str, list[str]] = {}
        for number, element in own:
            numbers.setdefault(element, []).append(str(number))
        marks = {element: Mark("way", _short(each)) for element, each in numbers.items()}
        if path == problem.file and problem.element in marks:
            marks[problem.element] = Mark("overdue", marks[problem.element].badge)
        picture = definitions.draw(files[path], language=language, marks=marks)
        yield Sheet(path, Markup(picture), tuple(own))  # noqa: S704 - drawn by us, every text of the diagram escaped


def _short(numbers: list[str]) -> str:
    return ", ".join(
        numbers if len(numbers) <= MOST_NUMBERS else [*numbers[: MOST_NUMBERS - 1], "…"]
    )
