"""Procedure rules, proved over every path: each is a small automaton that walks along with the
token game.

A state of the search is a state of the net with a state of the automaton, so the first state in
which a rule is broken comes with a shortest path that breaks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from service.bpmn.model import Process, Text
from service.engine.inclusive import Reach, reach_of
from service.errors import Problem, Severity
from service.proof.build import build
from service.proof.explore import Search, Table, explore
from service.proof.fuse import fuse
from service.proof.guard import attempt
from service.proof.inside import Insides
from service.proof.limits import LimitOf
from service.proof.net import Move, Transition, Verb
from service.proof.rule_files import Kind, Rule, select
from service.sentence import Sentence

CAP = 100_000
WAITING, SEEN, BROKEN, EXCUSED = range(4)
"""States of every automaton: nothing seen yet, `first` was seen, the rule is broken, nothing
matters any more."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a rule. `problems` is empty when it holds on every path; `paths` are the
    counterexamples."""

    rule: Rule
    problems: tuple[Problem, ...]
    paths: tuple[tuple[Move, ...], ...]
    states: int

    @property
    def holds(self) -> bool:
        return not self.problems


def prove_rules(
    processes: Mapping[str, Process], rules: list[Rule], *, limit_of: LimitOf, cap: int = CAP
) -> list[Verdict]:
    """A verdict for each rule. Only for processes without an error of the check. Raises nothing."""
    return [
        attempt(partial(_prove, processes, rule, limit_of, cap), partial(_unknown, processes, rule))
        for rule in rules
    ]


def _unknown(processes: Mapping[str, Process], rule: Rule, why: str) -> Verdict:
    problem = _problem(processes, rule, "rule-not-proved", rule.process, (), why)
    return Verdict(rule, (problem,), (), 0)


def _prove(processes: Mapping[str, Process], rule: Rule, limit_of: LimitOf, cap: int) -> Verdict:
    problems = list(_names_nothing(processes, rule))
    if problems:
        return Verdict(rule, tuple(problems), (), 0)
    found = list[Problem]()
    paths, states = list[tuple[Move, ...]](), 0
    for part in _parts(processes, rule, limit_of):
        search, broken = _search(processes, part, limit_of, cap)
        states += len(search.states)
        if search.capped:
            found.append(
                _problem(
                    processes,
                    rule,
                    "rule-not-proved",
                    rule.process,
                    (),
                    Sentence("more than {cap} states", cap=cap),
                )
            )
        elif broken is not None:
            path = tuple(search.path(broken))
            culprit = _culprit(part, path)
            found.append(
                _problem(processes, rule, "rule-broken", culprit, path, _why(part, culprit))
            )
            paths.append(path)
    return Verdict(rule, tuple(found), tuple(paths), states)


@dataclass(frozen=True, slots=True)
class _Part:
    """One automaton: a rule may need several."""

    kind: Kind
    process: str
    first: frozenset[str]
    then: frozenset[str]
    unless: frozenset[str]
    limit: timedelta = timedelta(0)


def _parts(processes: Mapping[str, Process], rule: Rule, limit_of: LimitOf) -> Iterator[_Part]:
    first, then, unless = (_all(processes, words) for words in (rule.first, rule.then, rule.unless))
    whole = _Part(rule.kind, rule.process, first, then, unless)
    match rule.kind:
        case Kind.SUCCESSION:
            yield replace(whole, kind=Kind.RESPONSE)
            yield replace(whole, kind=Kind.PRECEDENCE)
        case Kind.NOT_THE_SAME_PERSON:
            for one in sorted(first):
                for other in sorted(then - {one}):
                    if not _kept_apart(processes, one, other):
                        yield replace(whole, first=frozenset({one}), then=frozenset({other}))
        case Kind.WITHIN:
            limit = limit_of(Text(rule.limit), "duration") or timedelta(0)
            yield replace(whole, limit=limit, then=whole.then | _timers(processes, limit, limit_of))
        case _:
            yield whole


def _timers(
    processes: Mapping[str, Process], limit: timedelta, limit_of: LimitOf
) -> frozenset[str]:
    """The timers that tell somebody in time."""
    timers = [
        e
        for process in processes.values()
        for e in process.elements.values()
        if e.event.kind == "timer"
    ]
    known = [(timer, limit_of(timer.event.value, timer.event.timer)) for timer in timers]
    return frozenset(timer.id for timer, length in known if length is not None and length <= limit)


def _all(processes: Mapping[str, Process], words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(element for word in words for element in select(processes, word))


def _kept_apart(processes: Mapping[str, Process], one: str, other: str) -> bool:
    """Whether the later of the two names the earlier under `fourEyes`."""
    for process in processes.values():
        element = process.elements.get(other)
        if element is not None:
            return one in [
                part.strip() for part in element.properties.get("fourEyes", "").split(",")
            ]
    return False


def _names_nothing(processes: Mapping[str, Process], rule: Rule) -> Iterator[Problem]:
    if rule.process not in processes:
        yield _problem(
            processes,
            rule,
            "rule-names-no-process",
            rule.process,
            (),
            "the bundle has no such process",
        )
    for word in (*rule.first, *rule.then, *rule.unless):
        if not select(processes, word):
            yield _problem(
                processes,
                rule,
                "rule-names-no-element",
                word,
                (),
                Sentence("nothing in the bundle is {word!r}", word=word),
            )


def _search(
    processes: Mapping[str, Process], part: _Part, limit_of: LimitOf, cap: int
) -> tuple[Search, int | None]:
    """Look at every path; the first state in which the rule is broken."""
    wanted = part.first | part.then | part.unless
    insides = Insides(processes, wanted)
    reaches: dict[str, Reach] = {}

    def reach(process_id: str) -> Reach:
        return reaches.setdefault(process_id, reach_of(processes[process_id]))

    process = processes[part.process]
    net = build(
        process, "", look_into=insides.look_into(), waits=insides.waits, reaches=reach, repeat=True
    )

    def shows(transition: Transition) -> bool:
        return any(move.element in wanted for move in transition.moves)

    steps = net.transitions if part.kind is Kind.WITHIN else fuse(net, keep=shows)
    search = explore(
        net, steps, cap=cap, watch=lambda state, move: _step(part, state, move.element)
    )
    if part.kind is Kind.WITHIN:
        return search, _unguarded(processes, search, Table(steps), part, limit_of)
    ends = set(search.finals)
    for number, (_, state) in enumerate(search.states):
        if state == BROKEN or (number in ends and state == _UNFINISHED.get(part.kind)):
            return search, number
    return search, None


def _unguarded(
    processes: Mapping[str, Process], search: Search, table: Table, part: _Part, limit_of: LimitOf
) -> int | None:
    """A state between `first` and `then` in which somebody can sit longer than the limit: no timer
    of it runs."""
    for number, (state, watched) in enumerate(search.states):
        if watched != SEEN or not state & search.net.work:
            continue
        enabled = table.enabled(state)
        if any(each.auto for each in enabled):
            continue
        moves = [each.moves[0] for each in enabled]
        if not any(_is_in_time(processes, move, part, limit_of) for move in moves):
            return number
    return None


def _is_in_time(
    processes: Mapping[str, Process], move: Move, part: _Part, limit_of: LimitOf
) -> bool:
    """Whether it is a timer that fires within the limit."""
    if move.verb is not Verb.EVENT:
        return False
    limit = _limit(processes, move, limit_of)
    return limit is not None and limit <= part.limit


def _limit(processes: Mapping[str, Process], move: Move, limit_of: LimitOf) -> timedelta | None:
    event = processes[move.process].elements[move.element].event
    return limit_of(event.value, event.timer) if event.kind == "timer" else None


_UNFINISHED = {Kind.EXISTENCE: WAITING, Kind.RESPONSE: SEEN}
"""The state in which a rule must not be when the case ends."""


def _step(part: _Part, state: int, element: str) -> int:
    """Where the automaton goes on an element."""
    if state in (BROKEN, EXCUSED):
        return state
    if element in part.unless:
        return EXCUSED
    first, then = element in part.first, element in part.then
    match part.kind:
        case Kind.EXISTENCE:
            return SEEN if first else state
        case Kind.ABSENCE:
            return BROKEN if first else state
        case Kind.AT_MOST_ONCE:
            return (BROKEN if state == SEEN else SEEN) if first else state
        case Kind.RESPONSE | Kind.WITHIN:
            return WAITING if then else SEEN if first else state
        case Kind.PRECEDENCE:
            return SEEN if first else BROKEN if then and state == WAITING else state
        case _:  # not the same person: the one, and then the other
            return BROKEN if then and state == SEEN else SEEN if first else state


def _culprit(part: _Part, path: tuple[Move, ...]) -> str:
    """The last element of the path that the rule speaks of, else where it ended."""
    named = [move.element for move in path if move.element in part.first | part.then]
    return named[-1] if named else path[-1].element


def _why(part: _Part, culprit: str) -> str:
    """What is wrong, of the element that the path came to where that is one of several."""
    first, then = (_either(frozenset({culprit}) & each or each) for each in (part.first, part.then))
    match part.kind:
        case Kind.EXISTENCE:
            return Sentence("a case can end without {first}", first=first)
        case Kind.ABSENCE:
            return Sentence("{first} can happen", first=first)
        case Kind.AT_MOST_ONCE:
            return Sentence("{first} can happen twice", first=first)
        case Kind.RESPONSE:
            return Sentence("after {first} a case can end without {then}", first=first, then=then)
        case Kind.WITHIN:
            return Sentence(
                "between {first} and {then} a case can wait with no timer of the limit running",
                first=first,
                then=then,
            )
        case Kind.PRECEDENCE:
            return Sentence("{then} can happen before {first}", then=then, first=first)
        case _:
            return Sentence("one person can do {first} and {then}", first=first, then=then)


def _either(elements: frozenset[str]) -> str:
    shown = sorted(elements)
    return " or ".join(shown[:3]) + (f" or {len(shown) - 3} more" if len(shown) > 3 else "")


def _said(rule: Rule, why: str, *, proved: bool) -> Sentence:
    return Sentence(
        "{rule} ({clause}) does not hold: {why}"
        if proved
        else "{rule} ({clause}) is not proved: {why}",
        rule=rule.name,
        clause=rule.clause,
        why=why,
    )


def _problem(
    processes: Mapping[str, Process],
    rule: Rule,
    code: str,
    element: str,
    path: tuple[Move, ...],
    why: str,
) -> Problem:
    home = next((each for each in processes.values() if element in each.elements), None)
    place = (home.file, home.elements[element].line) if home and path else (rule.file, 0)
    proved = code != "rule-not-proved"
    return Problem(
        code,
        *place,
        element,
        _said(rule, why, proved=proved),
        Sentence("The rule: {title}.", title=rule.title)
        if path
        else "Correct the rule, or the diagram.",
        Severity.ERROR if proved else Severity.WARNING,
        tuple(move.element for move in path),
    )
