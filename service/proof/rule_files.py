"""Procedure rules as they are written: one file for each, `processes/rules/<name>.rule.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

import orjson

from service.bpmn.model import Element, Process
from service.errors import Problem
from service.sentence import Sentence

SUFFIX = ".rule.json"


class Kind(StrEnum):
    """What a rule demands of every path, in the words of Declare."""

    EXISTENCE = "existence"
    ABSENCE = "absence"
    AT_MOST_ONCE = "at most once"
    RESPONSE = "response"
    PRECEDENCE = "precedence"
    SUCCESSION = "succession"
    NOT_THE_SAME_PERSON = "not the same person"
    WITHIN = "within"


_NEEDS_THEN = frozenset(
    {Kind.RESPONSE, Kind.PRECEDENCE, Kind.SUCCESSION, Kind.NOT_THE_SAME_PERSON, Kind.WITHIN}
)
_KEYS = frozenset(
    {
        "title",
        "title:zh-Hant",
        "title:zh-Hans",
        "clause",
        "rule",
        "process",
        "first",
        "then",
        "unless",
        "limit",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `first`, `then` and `unless` are elements, or words that stand for several
    (`job:redress.close`)."""

    name: str
    file: str
    title: str
    titles: Mapping[str, str]
    clause: str
    kind: Kind
    process: str
    first: tuple[str, ...]
    then: tuple[str, ...]
    unless: tuple[str, ...]
    limit: str


def read_rules(files: Mapping[str, bytes]) -> tuple[list[Rule], list[Problem]]:
    """The rules among the files, and what is wrong with those that cannot be read."""
    rules, problems = list[Rule](), list[Problem]()
    for path, content in sorted(files.items()):
        if not path.endswith(SUFFIX):
            continue
        try:
            rules.append(_read(path, orjson.loads(content)))
        except orjson.JSONDecodeError as wrong:
            problems.append(
                Problem(
                    "rule-unreadable",
                    path,
                    wrong.lineno,
                    "",
                    Sentence("no JSON: {msg}", msg=wrong.msg),
                    "Correct it.",
                )
            )
        except ValueError as wrong:
            problems.append(
                Problem("rule-unreadable", path, 0, "", str(wrong), "See docs/rules.md.")
            )
    return rules, problems


def _check_keys(found: Any) -> None:
    if not isinstance(found, dict):
        raise ValueError("expected an object")
    odd = sorted(set(found) - _KEYS)
    if odd:
        raise ValueError(f"expected only {', '.join(sorted(_KEYS))}; got {', '.join(odd)}")
    for key in ("title", "clause", "rule"):
        if not isinstance(found.get(key), str) or not found[key]:
            raise ValueError(f"expected a text under {key!r}")


def _read(path: str, found: Any) -> Rule:
    _check_keys(found)
    try:
        kind = Kind(found["rule"])
    except ValueError:
        raise ValueError(
            f"expected a rule out of {', '.join(Kind)}, got {found['rule']!r}"
        ) from None
    first, then, unless = (_names(found, key) for key in ("first", "then", "unless"))
    if not first or (kind in _NEEDS_THEN) != bool(then):
        raise ValueError(
            f"the rule {kind.value!r} needs first"
            + (" and then" if kind in _NEEDS_THEN else " alone")
        )
    if (kind is Kind.WITHIN) != bool(found.get("limit")):
        raise ValueError("a limit goes with the rule 'within', and only there")
    return Rule(
        name=PurePosixPath(path).name.removesuffix(SUFFIX),
        file=path,
        title=found["title"],
        titles={
            "en": found["title"],
            **{key.partition(":")[2]: str(found[key]) for key in found if ":" in key},
        },
        clause=found["clause"],
        kind=kind,
        process=str(found.get("process", "complaint")),
        first=first,
        then=then,
        unless=unless,
        limit=str(found.get("limit", "")),
    )


def _names(found: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = found.get(key, [])
    many = [value] if isinstance(value, str) else value
    if not isinstance(many, list) or not all(isinstance(each, str) and each for each in many):
        raise ValueError(f"expected an element, or a list of them, under {key!r}")
    return tuple(many)


def select(processes: Mapping[str, Process], word: str) -> set[str]:
    """The elements that a word of a rule stands for: an id, or `kind:`, `job:`, `letter:` or
    `clause:` with a value."""
    what, colon, value = word.partition(":")
    test = _WORDS.get(what) if colon else None
    return {
        element.id
        for process in processes.values()
        for element in process.elements.values()
        if (test(element, value) if test is not None else element.id == word)
    }


def _is_letter(element: Element, template: str) -> bool:
    job = element.job
    return job == "redress.letter" and element.headers.get("template") == template


def _has_clause(element: Element, clause: str) -> bool:
    return clause in [part.strip() for part in element.properties.get("clause", "").split(",")]


_WORDS = {
    "kind": lambda element, value: element.kind == value,
    "job": lambda element, value: element.job_type is not None and element.job_type.source == value,
    "letter": _is_letter,
    "clause": _has_clause,
}
