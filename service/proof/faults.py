"""What a finished search says about soundness: each fault on its element, with a shortest way that
leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.proof.explore import Search
from service.proof.net import Move, bits, elements_of
from service.sentence import Sentence

DEADLOCK = "sound-deadlock"
NO_EXIT = "sound-no-exit"
UNSYNCHRONISED = "sound-lack-of-synchronisation"
END_TWICE = "sound-end-reached-twice"
UNCAUGHT = "sound-uncaught-error"
DEAD = "sound-dead-element"
NOT_PROVED = "sound-not-proved"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `path` is empty where there is none to show: a dead element is on no path."""

    code: str
    element: str
    message: str
    fix: str
    path: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Kinds:
    """Elements that are told of in words of their own: end events, and those that throw an
    error."""

    ends: frozenset[str]
    errors: frozenset[str]


def faults_of(search: Search, kinds: Kinds, drawn: frozenset[str]) -> list[Fault]:
    """The faults of a scope; `drawn` are the elements that must be alive."""
    if search.capped:
        return [_not_proved(search)]
    for kind in (
        _doubled(search, kinds.ends),
        _stuck(search, kinds.errors),
        _no_exit(search),
        _dead(search, drawn),
    ):
        # One fault gives one problem: what follows from it is not told.
        found = {(fault.code, fault.element): fault for fault in reversed(list(kind))}
        if found:
            codes = {code for code, _ in found}
            return [f for f in found.values() if f.code != END_TWICE or UNSYNCHRONISED not in codes]
    return []


def _not_proved(search: Search) -> Fault:
    owner = search.net.owner[search.net.start]
    return Fault(
        NOT_PROVED,
        owner,
        Sentence(
            "not proved: {count} states were looked at and more can be reached",
            count=len(search.states),
        ),
        "Put parts that run side by side into sub-processes of their own.",
    )


def _doubled(search: Search, ends: frozenset[str]) -> Iterator[Fault]:
    for number, transition, double in search.doubled:
        path = (*search.path(number), *transition.moves)
        for bit in bits(double):
            owner = search.net.owner[bit]
            if bit & search.net.ends and owner in ends:
                yield Fault(
                    END_TWICE,
                    owner,
                    "the end is reached twice on one path: two tokens run where one was meant",
                    "Join the parallel branches before it, or give each branch an end of its own.",
                    path,
                )
            else:
                yield Fault(
                    UNSYNCHRONISED,
                    owner,
                    "a second token comes while the first is still there: it would be done twice",
                    "Join what runs in parallel with a parallel or inclusive gateway.",
                    path,
                )


def _stuck(search: Search, errors: frozenset[str]) -> Iterator[Fault]:
    net = search.net
    for number in search.stuck:
        state = search.states[number][0] & net.positions
        thrown = [owner for owner in net.owners(state) if owner in errors]
        waiting = (
            thrown
            or net.owners(state & net.joins)
            or net.owners(state & ~net.hosts)
            or net.owners(state)
        )
        for owner in waiting:
            if owner in errors:
                message, fix = (
                    "the error is caught nowhere: the case can go no further",
                    "Catch it, or end otherwise.",
                )
            else:
                message = "a token waits here for another that cannot come: the case never ends"
                fix = "Let the same kind of gateway split and join."
            yield Fault(
                UNCAUGHT if owner in errors else DEADLOCK,
                owner,
                message,
                fix,
                tuple(search.path(number)),
            )


def _reaching_an_end(search: Search) -> set[int]:
    good = set(search.finals)
    stack = list(good)
    while stack:
        for before in search.into[stack.pop()]:
            if before not in good:
                good.add(before)
                stack.append(before)
    return good


def _no_exit(search: Search) -> Iterator[Fault]:
    """States from which no end can be reached although something can always happen."""
    good = _reaching_an_end(search)
    bad = [number for number in range(len(search.states)) if number not in good]
    if bad:
        net, always = search.net, -1
        for number in bad:
            always &= search.states[number][0]
        first = next((n for n in bad if search.states[n][0] & net.positions), bad[0])
        there = always & net.positions & ~net.hosts or search.states[first][0] & net.positions
        owners = net.owners(there or net.start)
        yield Fault(
            NO_EXIT,
            owners[0],
            "from here on no end can be reached: the case goes round for ever",
            "Draw a way out of the loop.",
            tuple(search.path(first)),
        )


def _dead(search: Search, drawn: frozenset[str]) -> Iterator[Fault]:
    fired = [transition for _, transition in search.fired.values()]
    alive = elements_of(trail for each in fired for trail in (each.trail, *each.also))
    reached = 0
    for state, _ in search.states:
        reached |= state
    alive |= set(search.net.owners(reached & search.net.hosts))
    for element in sorted(drawn - alive):
        yield Fault(
            DEAD,
            element,
            "on no path does a token come here",
            (
                "Remove it, or let something lead to it, throw what it catches, or wait where it "
                "is "
                "attached."
            ),
        )
