"""Scenario files in a folder: `*.scenario.json`, by their path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from service.errors import InvalidInput
from service.scenarios.model import Scenario, parse_scenario

SUFFIX = ".scenario.json"


def read_scenarios(*places: Path) -> list[Scenario]:
    """Every scenario at or below the places, by name of file. Raises InvalidInput."""
    found = {
        path
        for place in places
        for path in ([place] if place.is_file() else place.rglob("*"))
        if path.name.endswith(SUFFIX)
    }
    return [
        parse_scenario(path.as_posix(), path.read_bytes(), beside=partial(_beside, path))
        for path in sorted(found)
    ]


def scenarios_of(files: Mapping[str, bytes]) -> list[Scenario]:
    """The scenarios among the files of a bundle. Raises InvalidInput."""
    return [
        parse_scenario(path, content, beside=partial(_among, files, path))
        for path, content in sorted(files.items())
        if path.endswith(SUFFIX)
    ]


def _among(files: Mapping[str, bytes], path: str, name: str) -> bytes:
    beside = f"{path.rpartition('/')[0]}/{name}".removeprefix("/")
    if beside not in files:
        raise InvalidInput(
            "{path}: answersFrom: there is no file {name} beside it", path=path, name=name
        )
    return files[beside]


def _beside(path: Path, name: str) -> bytes:
    other = path.parent / name
    if not other.is_file():
        raise InvalidInput(
            "{path}: answersFrom: there is no file {name} in its folder", path=path, name=name
        )
    return other.read_bytes()
