"""Chain fusion: a place whose token can only do one thing, unseen by anything else, is joined with
what comes before.

Fewer states, the same answers: a deadlock, a second token or a dead element is there before exactly
when it is there after (Berthelot's agglomeration). The moves of what is fused are kept in order.
Steps between the same places count as one, and a step that leaves everything as it was is left out;
the others say `also` which elements those were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from service.proof.net import Net, Trail, Transition, bits

MOST_WAYS = 12
"""Combinations of ways in and ways out that one fusion may make."""

Keep = Callable[[Transition], bool]


def fuse(net: Net, *, keep: Keep | None = None) -> list[Transition]:
    """The fused transitions. Those that `keep` holds of are never hidden behind another."""
    return _Fusing(net, keep or (lambda transition: False)).run()


class _Fusing:
    """Transitions by number, and who takes from and gives to each place. `shown` are those that
    stay in sight, `endable` the places that something else can empty or waits to see empty."""

    def __init__(self, net: Net, keep: Keep) -> None:
        self.net = net
        self.live: dict[int, Transition] = {}
        self.shown: set[int] = set()
        self.takers: defaultdict[int, set[int]] = defaultdict(set)
        self.givers: defaultdict[int, set[int]] = defaultdict(set)
        self.touched: defaultdict[int, set[tuple[str, int]]] = defaultdict(set)
        self.endable = 0
        self.next = 0
        self.same: dict[tuple[object, ...], int] = {}
        for transition in net.transitions:
            self.add(transition, shown=keep(transition))
        self.note_touches()

    def add(self, transition: Transition, *, shown: bool) -> None:
        if self.hide(transition, shown=shown):
            return
        number, self.next = self.next, self.next + 1
        self.put(number, transition)
        if shown:
            self.shown.add(number)
        for bit in bits(transition.need):
            self.takers[bit].add(number)
        for bit in bits(transition.give):
            self.givers[bit].add(number)

    def put(self, number: int, transition: Transition) -> None:
        self.live[number] = transition
        self.same[_key(transition)] = number

    def hide(self, transition: Transition, *, shown: bool) -> bool:
        """Let a step of the same effect stand for this one too, where there is one."""
        twin = self.same.get(_key(transition))
        if twin is None or shown or twin in self.shown:
            return False
        known = self.live[twin]
        also = _together(*known.also, transition.trail, *transition.also)
        self.live[twin] = replace(known, also=also)
        return True

    def drop(self, number: int) -> None:
        transition = self.take_out(number)
        self.shown.discard(number)
        for bit in bits(transition.need):
            self.takers[bit].discard(number)
        for bit in bits(transition.give):
            self.givers[bit].discard(number)

    def take_out(self, number: int) -> Transition:
        transition = self.live.pop(number)
        if self.same.get(_key(transition)) == number:
            del self.same[_key(transition)]
        return transition

    def lengthen(self, number: int, second: Transition, bit: int, *, shown: bool) -> None:
        """One step follows another and nothing else does: only the places that differ are told, as
        a split gives to thousands."""
        first = self.live[number]
        longer = _joined(first, second, bit)
        if self.hide(longer, shown=shown or number in self.shown):
            self.drop(number)
            return
        self.take_out(number)
        self.put(number, longer)
        if shown:
            self.shown.add(number)
        self.givers[bit].discard(number)
        for place in bits(second.give):
            self.givers[place].add(number)

    def note_touches(self) -> None:
        """Which masks look at a place, beside those that take from it and give to it: by their
        value, once each."""
        masks: set[tuple[str, int]] = set()
        for each in self.net.transitions:
            masks |= {
                ("clear", each.clear),
                ("forbid", each.forbid),
                ("some", each.some),
                ("twice", each.twice),
            }
            if each.join is not None:
                masks.add(("others", each.join.others))
                for place, before in each.join.flows:
                    masks |= {("join", place), ("before", before)}
        for kind, mask in masks:
            for bit in bits(mask):
                self.touched[bit].add((kind, mask))
                if mask != bit and kind in ("clear", "forbid", "some"):
                    self.endable |= bit

    def run(self) -> list[Transition]:
        waiting = [
            bit
            for bit in reversed(self.net.owner)
            if bit != self.net.start and not bit & self.net.ends
        ]
        while waiting:
            bit = waiting.pop()
            waiting.extend(self.fuse_place(bit))
        return list(self.live.values())

    def fuse_place(self, bit: int) -> list[int]:
        """Fuse a place away, if that changes nothing; the places to look at again."""
        self.leave_out_loops(bit)
        takers, givers = self.takers[bit], self.givers[bit]
        if takers & givers or not 0 < len(takers) * len(givers) <= MOST_WAYS:
            return []
        after = [self.live[number] for number in takers]
        before = [self.live[number] for number in givers]
        plain = all(self.is_plain(number, bit) for number in takers)
        if not plain or not self.fits(before, after, bit):
            return []
        again = list(chain.from_iterable(bits(each.need) for each in before))
        self.join_up([*givers], [*takers], bit)
        return [place for place in again if place != self.net.start]

    def join_up(self, givers: list[int], takers: list[int], bit: int) -> None:
        """Every way in with every way out."""
        if len(takers) == 1:
            only = takers[0]
            for number in givers:
                self.lengthen(number, self.live[only], bit, shown=only in self.shown)
            self.drop(only)
            return
        for one in givers:
            for other in takers:
                shown = one in self.shown or other in self.shown
                self.add(_joined(self.live[one], self.live[other], bit), shown=shown)
        for number in (*takers, *givers):
            self.drop(number)

    def leave_out_loops(self, bit: int) -> None:
        """Steps from a place back to it, where there are others that lead on."""
        loops = [
            number
            for number in self.takers[bit] & self.givers[bit]
            if self.live[number].give == bit and self.is_alone(number, bit)
        ]
        others = self.takers[bit] - set(loops)
        if not loops or not others:
            return
        dropped = [trail for n in loops for trail in (self.live[n].trail, *self.live[n].also)]
        for number in loops:
            self.drop(number)
        for number in others:
            known = self.live[number]
            self.live[number] = replace(known, also=_together(*known.also, *dropped))

    def is_alone(self, number: int, bit: int) -> bool:
        """It takes this one place and looks at nothing else."""
        transition = self.live[number]
        looks = transition.forbid or transition.some or transition.twice or transition.join
        if transition.need != bit or looks or number in self.shown:
            return False
        return not transition.clear & ~bit

    def is_plain(self, number: int, bit: int) -> bool:
        """It is alone, and what it gives is looked at by the same as the place."""
        if not self.is_alone(number, bit):
            return False
        give = self.live[number].give
        if not give:
            return self.ends_aside(bit)
        return all(self.same_watch(bit, place) for place in bits(give))

    def ends_aside(self, bit: int) -> bool:
        """Work beside the main path that only the end of its scope waits for: it changes nothing
        when it is done."""
        return all(kind in ("clear", "forbid") for kind, mask in self.touched[bit] if mask != bit)

    def same_watch(self, bit: int, place: int) -> bool:
        own = {touch for touch in self.touched[bit] if touch[1] != bit}
        return own == {touch for touch in self.touched[place] if touch[1] != place}

    def may_follow(self, before: list[Transition], after: list[Transition], bit: int) -> bool:
        return len(after) == 1 and not any(
            each.auto or not self.unseen(each.give, bit) for each in before
        )

    def fits(self, before: list[Transition], after: list[Transition], bit: int) -> bool:
        """A step that waits may only follow its like, one by one: what else begins with it must not
        come too late."""
        if not any(each.give for each in after):
            return all(first.give != bit and not first.twice for first in before)
        if any(not each.auto for each in after) and not self.may_follow(before, after, bit):
            return False
        return not any(
            (first.give & ~bit) & second.give or first.twice for first in before for second in after
        )

    def unseen(self, give: int, bit: int) -> bool:
        """Whether this place is all that is given, or nothing can end what is given with it, or
        waits for its end. An event that waits while the scope is at work ends with that work."""
        if give == bit:
            return True
        if give & ~bit & ~self.net.work & ~self.net.ends:
            return False
        return not give & self.endable


def _key(each: Transition) -> tuple[object, ...]:
    return (
        each.need,
        each.give,
        each.auto,
        each.clear,
        each.forbid,
        each.some,
        each.twice,
        each.beside,
        each.join,
    )


def _together(*trails: Trail) -> tuple[Trail, ...]:
    """One trail at most for all of them: a longer tuple would be copied again and again."""
    return trails if len(trails) <= 1 else (Trail((), trails),)


def _joined(first: Transition, second: Transition, bit: int) -> Transition:
    return Transition(
        trail=Trail((), (first.trail, second.trail)),
        need=first.need,
        give=(first.give & ~bit) | second.give,
        auto=first.auto,
        clear=first.clear,
        forbid=first.forbid,
        some=first.some,
        beside=first.beside,
        join=first.join,
        also=_together(*first.also, *second.also),
    )
