"""Random structured processes, walked in random order: as an independent oracle says, live and
restored alike."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine import changes as c
from tests.kit.blocks import Drawer, blocks, named
from tests.kit.oracle import Oracle
from tests.kit.playing import Player, bundle_of

MAX_WALK = 40


@settings(max_examples=200, deadline=None)
@given(blocks(), st.randoms(use_true_random=False))
def test_it_goes_as_the_oracle_says(block, random):
    block = named(block, itertools.count(1))
    drawer = Drawer()
    bundle = bundle_of(drawer.process("p", block), *drawer.called)
    oracle = Oracle(block)
    live, kept = Player(bundle, "straight").start(), Player(bundle, "restored").start()
    for step in itertools.count():
        assert kept.waiting() == oracle.waiting()
        assert kept.ended == oracle.ended
        assert live.last == kept.last
        assert live.state == kept.state
        if oracle.ended:
            break
        name, nth = pick(oracle.choices(), random, calm=step > MAX_WALK)
        oracle.happen(name, nth)
        for player in (live, kept):
            happen(player, name, nth)
    left = {change.id for change in kept.of(c.ElementLeft)}
    assert left == {change.id for change in kept.of(c.ElementEntered)}


def pick(waiting, random, *, calm):
    """One of the waits; after a while tasks first, so that the walk comes to an end."""
    tasks = [name for name in waiting if name.startswith("t")]
    name = random.choice(tasks if calm and tasks else waiting)
    return name, random.randrange(waiting.count(name))


def happen(player, name, nth):
    if name.startswith("t"):
        player.complete(name, nth)
    else:
        player.deliver(name, nth)
