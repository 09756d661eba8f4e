"""Soundness of a bundle: every case can end, no two tokens meet, nothing is drawn that never
happens.

Each scope that can be taken as one step is proved on its own; a way into it is put before its
counterexamples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from service.bpmn.model import Element, Process
from service.bpmn.names import SCOPES
from service.engine.inclusive import Reach, reach_of
from service.errors import Problem, Severity
from service.proof.build import build
from service.proof.explore import Search, explore
from service.proof.faults import NOT_PROVED, Fault, Kinds, faults_of
from service.proof.fuse import fuse
from service.proof.guard import DRAW_SIMPLER, reason
from service.proof.inside import Insides
from service.proof.net import Move, Net, Verb
from service.sentence import Sentence

CAP = 50_000
"""States of one scope, beyond which nothing is said to be proved."""

Before = Callable[[], tuple[Move, ...]]
"""A way into a scope, worked out only when there is a fault to show."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at, and what was found. `states` by process or sub-process."""

    problems: tuple[Problem, ...]
    paths: Mapping[tuple[str, str], tuple[Move, ...]]
    states: Mapping[str, int]
    finish: Mapping[tuple[str, str], tuple[Move, ...]]

    @property
    def proved(self) -> bool:
        """Whether everything was looked at and nothing was wrong."""
        return not self.problems


@dataclass(slots=True)
class _Work:
    processes: Mapping[str, Process]
    cap: int
    insides: Insides
    reaches: dict[str, Reach] = field(default_factory=dict)
    faults: dict[tuple[str, str], tuple[Process, Fault]] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    finish: dict[tuple[str, str], tuple[Move, ...]] = field(default_factory=dict)

    def reach(self, process_id: str) -> Reach:
        if process_id not in self.reaches:
            self.reaches[process_id] = reach_of(self.processes[process_id])
        return self.reaches[process_id]


def prove(processes: Mapping[str, Process], *, cap: int = CAP) -> Proof:
    """Prove every process, or say what is wrong and on which way. Only for processes without an
    error of the check.

    Raises nothing: a process that the prover cannot take is not proved, with the reason.
    """
    work = _Work(processes, cap, Insides(processes))
    called = {
        element.called_process.source
        for process in processes.values()
        for element in process.elements.values()
        if element.called_process is not None
    }
    for process in processes.values():
        try:
            _prove_scope(work, process, "", tuple, may_escape=process.id in called)
        except Exception as broken:  # whatever it is, the pages that show it must not fail
            fault = Fault(
                NOT_PROVED,
                process.id,
                Sentence("not proved: {broken}", broken=reason(broken)),
                DRAW_SIMPLER,
            )
            work.faults.setdefault((NOT_PROVED, process.id), (process, fault))
    problems = [_problem(process, fault) for process, fault in work.faults.values()]
    paths = {(fault.code, fault.element): fault.path for _, fault in work.faults.values()}
    return Proof(tuple(problems), paths, work.states, work.finish)


def _note_unknown(work: _Work, process: Process, net: Net) -> None:
    for element_id, why in net.unknown:
        note = Fault(
            NOT_PROVED,
            element_id,
            Sentence("not proved: {why}", why=why),
            "Draw it another way to have it proved.",
        )
        work.faults.setdefault((NOT_PROVED, element_id), (_home(work, process, element_id), note))


def _prove_scope(
    work: _Work, process: Process, scope: str, before: Before, *, may_escape: bool
) -> None:
    """Prove one scope, then those in it that were taken as one step; `before` leads into it."""
    net = build(
        process,
        scope,
        look_into=work.insides.look_into(),
        waits=work.insides.waits,
        reaches=work.reach,
        may_escape=may_escape,
    )
    search = explore(net, fuse(net), cap=work.cap)
    work.states[f"{process.id}/{scope}" if scope else process.id] = len(search.states)
    if search.finals:
        work.finish[process.id, scope] = tuple(search.path(search.finals[0]))
    elements = _drawn(process, scope, net)
    for fault in _faults(work, net, search, frozenset(elements)):
        path = (*before(), *fault.path) if fault.path else ()
        told = Fault(fault.code, fault.element, fault.message, fault.fix, path)
        work.faults.setdefault(
            (fault.code, fault.element), (_home(work, process, fault.element), told)
        )
    _note_unknown(work, process, net)
    for element in elements.values():
        if element.kind in SCOPES and _is_one_step(net, element.id):
            way = partial(_way_into, work, net, search, element.id, before)
            _prove_scope(work, process, element.id, way, may_escape=False)
        if element.kind == "callActivity" and work.insides.inside_of(process, element) is None:
            note = Fault(
                NOT_PROVED,
                element.id,
                "not proved: only the data know which process is called",
                "Name it.",
            )
            work.faults.setdefault((NOT_PROVED, element.id), (process, note))


def _ends(work: _Work) -> Kinds:
    elements = chain.from_iterable(each.elements.values() for each in work.processes.values())
    ends = [element for element in elements if element.kind == "endEvent"]
    return Kinds(
        frozenset(e.id for e in ends), frozenset(e.id for e in ends if e.event.kind == "error")
    )


def _faults(work: _Work, net: Net, search: Search, drawn: frozenset[str]) -> list[Fault]:
    """The faults of a scope. Where there is one, every single step is looked at, to name its very
    element."""
    kinds = _ends(work)
    found = faults_of(search, kinds, drawn)
    if not found or search.capped:
        return found
    single = explore(net, net.transitions, cap=work.cap)
    return found if single.capped else faults_of(single, kinds, drawn) or found


def _drawn(process: Process, scope: str, net: Net) -> dict[str, Element]:
    """The elements of a scope that are played in this net, those of sub-processes it looks into
    included."""
    told = {move.element for transition in net.transitions for move in transition.moves}
    found: dict[str, Element] = {}
    stack = [scope]
    while stack:
        for element in process.children.get(stack.pop(), ()):
            found[element.id] = element
            if element.kind in SCOPES and not _is_one_step(net, element.id):
                stack.append(element.id)
    return {
        key: element
        for key, element in found.items()
        if key in told or element.kind in SCOPES | {"boundaryEvent"}
    }


def _is_one_step(net: Net, element_id: str) -> bool:
    return any(
        m.element == element_id and m.verb is Verb.INSIDE for t in net.transitions for m in t.moves
    )


def _way_into(
    work: _Work, net: Net, search: Search, element_id: str, before: Before
) -> tuple[Move, ...]:
    """The moves before the first time that an activity is done that was taken as one step."""
    for looked in (search, None):
        # Not there: the step stands behind another one between the same places. Then every step is
        # looked at.
        found = looked or explore(net, net.transitions, cap=work.cap)
        for number, transition in sorted(found.fired.values(), key=lambda fired: fired[0]):
            for at, move in enumerate(transition.moves):
                if move.verb is Verb.INSIDE and move.element == element_id:
                    return (*before(), *found.path(number), *transition.moves[:at])
    return ()


def _home(work: _Work, process: Process, element_id: str) -> Process:
    """The process that an element is in: the one looked at, or one that it calls."""
    if element_id in process.elements or element_id == process.id:
        return process
    return next((each for each in work.processes.values() if element_id in each.elements), process)


def _problem(process: Process, fault: Fault) -> Problem:
    element = process.elements.get(fault.element)
    severity = Severity.WARNING if fault.code == NOT_PROVED else Severity.ERROR
    line = element.line if element is not None else process.line
    path = tuple(move.element for move in fault.path)
    return Problem(
        fault.code, process.file, line, fault.element, fault.message, fault.fix, severity, path
    )
