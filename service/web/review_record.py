"""What a review stands on: what the check, the proofs and the scenarios said when the version was
approved, which is kept with the approval; before that, what they say now.

A record does not change when a later release checks more, and it opens though the check of today
would refuse the version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.definitions import BundleStep
from service.definitions.review_states import PAST, Verb
from service.errors import Problem, Severity
from service.proof.rule_files import Rule as Proved
from service.scenarios import Findings
from service.sentence import Sentence, unpack


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule is called; its name alone where the rules cannot be read any more."""

    name: str
    clause: str
    title: str
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a rule held."""

    rule: Rule
    holds: bool


@dataclass(frozen=True, slots=True)
class Name:
    """What a scenario is called."""

    name: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario, and what went otherwise than written."""

    scenario: Name
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What was found, and `at` what time it was decided on; None for what is found now."""

    problems: tuple[Problem, ...]
    rules: tuple[Kept, ...]
    results: tuple[Played, ...]
    at: datetime | None = None


def find_approval(steps: Iterable[BundleStep]) -> BundleStep | None:
    """The last approval, unless the version was returned or submitted since."""
    last: BundleStep | None = None
    for step in steps:
        if step.event == PAST[Verb.APPROVE]:
            last = step
        elif step.event in (PAST[Verb.RETURN], PAST[Verb.SUBMIT]):
            last = None
    return last if last is not None and last.details.get("evidence") else None


def record_of(found: Findings | None, approval: BundleStep | None) -> Record | None:
    """What a version's record says; None where nothing was approved and nothing can be found."""
    now = None if found is None else _found(found)
    if approval is None:
        return now
    kept = approval.details["evidence"]
    rules = {each.rule.name: each.rule for each in now.rules} if now else {}
    played = {each.scenario.name: each.scenario for each in now.results} if now else {}
    return Record(
        tuple(_problem(each) for each in kept.get("problems", ())),
        tuple(
            Kept(rules.get(name) or Rule(name, "", name, {}), holds)
            for name, holds in kept.get("rules", {}).items()
        ),
        tuple(
            Played(
                played.get(name) or Name(name, {}),
                () if passed else (Sentence("It went otherwise than written."),),
            )
            for name, passed in kept.get("scenarios", {}).items()
        ),
        approval.at,
    )


def _found(found: Findings) -> Record:
    return Record(
        found.problems,
        tuple(Kept(_rule(each.rule), each.holds) for each in found.proofs.rules),
        tuple(
            Played(Name(each.scenario.name, each.scenario.names), each.problems)
            for each in found.results
        ),
    )


def _rule(rule: Proved) -> Rule:
    return Rule(rule.name, rule.clause, rule.title, rule.titles)


def _problem(kept: Mapping[str, Any]) -> Problem:
    fix = kept.get("fix", kept.get("mend", ""))  # as it was called before
    return Problem(
        code=str(kept["code"]),
        file=str(kept["file"]),
        line=int(kept["line"]),
        element=str(kept["element"]),
        message=unpack(str(kept["message"])),
        fix=unpack(str(fix)),
        severity=Severity(kept["severity"]),
        path=tuple(kept.get("path", ())),
    )
