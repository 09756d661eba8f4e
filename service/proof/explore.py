"""Every state of a net, breadth first, so that the first way found to a state is a shortest one.

What goes by itself goes first, as in the engine: only then can something come from outside. An
automaton may walk along (`watch`): then a state of the search is a state of the net with a state of
the automaton.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from service.proof.net import Join, Move, Net, Transition, Verb

MOST_FIRED = 1_000_000
"""Steps that are tried in one search: a wide net has few states within the cap and thousands of
steps out of each."""

Watch = Callable[[int, Move], int]
"""The automaton's next state after a move."""


@dataclass(slots=True)
class Search:
    """What was found. `states` are (net, automaton) pairs by number; `came` how each was first
    reached. In `stuck` ones nothing that is under way can go on: at best an event replaces it, or
    runs beside it. `fired` are the transitions that happened, each with the first state it did
    in."""

    net: Net
    capped: bool = False
    states: list[tuple[int, int]] = field(default_factory=list)
    came: list[tuple[int, Transition] | None] = field(default_factory=list)
    into: list[list[int]] = field(default_factory=list)
    finals: list[int] = field(default_factory=list)
    stuck: list[int] = field(default_factory=list)
    doubled: list[tuple[int, Transition, int]] = field(default_factory=list)
    fired: dict[int, tuple[int, Transition]] = field(default_factory=dict)

    def path(self, number: int) -> list[Move]:
        """The moves that lead to a state."""
        told: list[Transition] = []
        came = self.came[number]
        while came is not None:
            number, transition = came
            told.append(transition)
            came = self.came[number]
        return [move for transition in reversed(told) for move in transition.moves]


class Table:
    """Transitions by the lowest place they need."""

    def __init__(self, transitions: Iterable[Transition]) -> None:
        self.auto: defaultdict[int, list[Transition]] = defaultdict(list)
        self.outside: defaultdict[int, list[Transition]] = defaultdict(list)
        self.joins: defaultdict[str, list[Transition]] = defaultdict(list)
        self.auto_keys = self.outside_keys = 0
        for transition in transitions:
            key = transition.need & -transition.need
            if transition.join is not None:
                self.joins[transition.join.element + str(transition.join.flows)].append(transition)
            elif transition.auto:
                self.auto[key].append(transition)
                self.auto_keys |= key
            else:
                self.outside[key].append(transition)
                self.outside_keys |= key

    def enabled(self, state: int) -> list[Transition]:
        """What can happen next: one group of what goes by itself, else every inclusive join that
        may open, else all that may come from outside."""
        late: list[Transition] = []
        waiting = state & self.auto_keys
        while waiting:
            key = waiting & -waiting
            waiting ^= key
            found = [each for each in self.auto[key] if _is_enabled(each, state)]
            if found and not any(each.clear & ~each.need for each in found):
                return found
            late = late or found
        return late or self.open_joins(state) or self.from_outside(state)

    def open_joins(self, state: int) -> list[Transition]:
        for counting_others in (True, False):
            for group in self.joins.values():
                join = group[0].join
                if join is not None and _is_open(
                    join, state if counting_others else state & ~join.others
                ):
                    return group
        return []

    def from_outside(self, state: int) -> list[Transition]:
        found: list[Transition] = []
        waiting = state & self.outside_keys
        while waiting:
            key = waiting & -waiting
            waiting ^= key
            found += [each for each in self.outside[key] if _is_enabled(each, state)]
        return found


def _is_enabled(each: Transition, state: int) -> bool:
    if state & each.need != each.need or state & each.forbid:
        return False
    return not each.some or bool(state & each.some)


def _is_open(join: Join, state: int) -> bool:
    arrived = before = awaited = 0
    for place, standing in join.flows:
        if state & place:
            arrived |= place
            before |= standing
        else:
            awaited |= standing
    return bool(arrived) and not state & awaited & ~before


def _after(each: Transition, state: int) -> tuple[int, int]:
    """The state after a transition, and the places where a second token would come."""
    left = state & ~each.need & ~each.clear
    if each.join is not None:
        for place, _ in each.join.flows:
            left &= ~place
    return left | each.give, (left & each.give) | each.twice


def explore(
    net: Net,
    transitions: Iterable[Transition],
    *,
    cap: int,
    watch: Watch | None = None,
    start: int = 0,
) -> Search:
    """Every state that can be reached, up to `cap` of them and `MOST_FIRED` steps; `capped` beyond
    either."""
    return _Exploring(net, Table(transitions), cap, watch, start).run()


class _Exploring:
    """The states seen so far, and what is left of the steps."""

    def __init__(self, net: Net, table: Table, cap: int, watch: Watch | None, start: int) -> None:
        first = (net.start, start)
        self.search, self.table, self.cap, self.watch = Search(net), table, cap, watch
        self.search.states, self.search.came, self.search.into = [first], [None], [[]]
        self.seen = {first: 0}
        self.progress = (net.start | net.positions) & ~net.hosts
        self.fired = 0

    def run(self) -> Search:
        search = self.search
        number = 0
        while number < len(search.states) and not search.capped:
            self.look_at(number)
            number += 1
        return search

    def look_at(self, number: int) -> None:
        search = self.search
        state, watched = search.states[number]
        if not state & search.net.work:
            search.finals.append(number)
            return
        enabled = self.table.enabled(state)
        if not any(self.moves_on(each, state) for each in enabled):
            search.stuck.append(number)
        self.fired += len(enabled)
        if self.fired > MOST_FIRED:
            search.capped = True
            return
        for each in enabled:
            search.fired.setdefault(id(each), (number, each))
            following, double = _after(each, state)
            if double:
                search.doubled.append((number, each, double))
            else:
                self.reach(number, each, (following, _watch(self.watch, watched, each)))

    def moves_on(self, each: Transition, state: int) -> bool:
        """Whether it moves what is under way, and not only something beside it."""
        return each.auto or bool(each.need & self.progress and not state & each.beside)

    def reach(self, before: int, step: Transition, pair: tuple[int, int]) -> None:
        """Note a state that a step led to; a new one beyond the cap ends the search."""
        search = self.search
        known = self.seen.get(pair)
        if known is None:
            if len(search.states) >= self.cap:
                search.capped = True
                return
            known = self.seen[pair] = len(search.states)
            search.states.append(pair)
            search.came.append((before, step))
            search.into.append([])
        search.into[known].append(before)


def _watch(watch: Watch | None, state: int, transition: Transition) -> int:
    if watch is not None:
        for move in transition.moves:
            if move.verb is not Verb.CHOOSE:
                state = watch(state, move)
    return state
