"""Proofs of a set of definition files, as `redress check` reports them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from service.bpmn.model import Process
from service.engine.parts import read_parts
from service.errors import Problem, Severity
from service.proof.deadlines import check_deadlines
from service.proof.faults import NOT_PROVED
from service.proof.guard import attempt, not_proved
from service.proof.limits import LimitOf, no_moment
from service.proof.rule_files import read_rules
from service.proof.rules import Verdict, prove_rules
from service.proof.sound import CAP, Proof, prove


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of the law that a process must not overrun in silence."""

    process: str
    name: str
    limit: timedelta


@dataclass(frozen=True, slots=True)
class Proofs:
    """Everything that was proved of a set of files. `soundness` is None when the files have errors
    of the check."""

    soundness: Proof | None
    rules: tuple[Verdict, ...]
    problems: tuple[Problem, ...]


def prove_files(
    files: Mapping[str, bytes],
    *,
    limit_of: LimitOf,
    moment_of: LimitOf = no_moment,
    clocks: tuple[Clock, ...] = (),
    cap: int = CAP,
) -> Proofs:
    """Soundness, procedure rules and deadlines of the files; nothing of it while the check finds
    errors in them."""
    parts, problems = read_parts(files)
    rules, unreadable = read_rules(files)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Proofs(None, (), tuple(unreadable))
    soundness = prove(parts.processes, cap=cap)
    verdicts = prove_rules(parts.processes, rules, limit_of=limit_of)
    found = [
        *unreadable,
        *soundness.problems,
        *(problem for verdict in verdicts for problem in verdict.problems),
    ]
    for clock in clocks:
        late = partial(
            check_deadlines,
            parts.processes,
            process_id=clock.process,
            clock=clock.name,
            statutory=clock.limit,
            limit_of=limit_of,
            moment_of=moment_of,
        )
        found += attempt(late, partial(_deadline_unknown, parts.processes, clock))
    return Proofs(soundness, tuple(verdicts), tuple(sorted(found, key=_place)))


def nothing_proved(why: str) -> Proofs:
    """What stands for the proofs of files of which none could be carried out."""
    problem = not_proved(NOT_PROVED, file="", line=0, element="", why=why)
    return Proofs(None, (), (problem,))


def _deadline_unknown(processes: Mapping[str, Process], clock: Clock, why: str) -> list[Problem]:
    process = processes[clock.process]
    code = "deadline-not-proved"
    return [not_proved(code, file=process.file, line=process.line, element=process.id, why=why)]


def _place(problem: Problem) -> tuple[str, int, str, str]:
    return (problem.file, problem.line, problem.code, problem.element)
