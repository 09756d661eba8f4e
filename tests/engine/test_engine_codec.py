"""The state's bytes: nothing is lost or bent, and what does not fit is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine import EngineError, Host, advance, inspect
from service.engine import commands as q
from service.engine.codec import dump, load
from tests.kit.clock import NOON
from tests.kit.playing import Player, bundle_of

BUNDLE = bundle_of("process p {\nstartEvent start\nuserTask it\nstart -> it\n}")
OTHER = bundle_of("process p {\nstartEvent start\nuserTask other\nstart -> other\n}")
NUMBERS = st.integers(-(10**30), 10**30) | st.decimals(-(10**20), 10**20, allow_nan=False, places=8)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


def started(variables):
    step = advance(BUNDLE, None, q.Start("p", variables), now=NOON)
    return inspect(BUNDLE, step.state).variables[""]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=10), VALUES, max_size=5))
def test_variables_come_back_as_they_went_in(variables):
    assert started(variables) == variables


def test_numbers_stay_exact():
    given_numbers = {
        "float": 0.1,
        "money": Decimal("1234567890123456789.0123456789"),
        "big": 2**80,
        "small": Decimal("1E-30"),
        "whole": 3.0,
    }
    kept = started(given_numbers)
    assert kept == {**given_numbers, "float": Decimal("0.1"), "whole": 3}
    assert type(kept["whole"]) is int


def test_names_that_mean_something_elsewhere_are_only_names():
    odd = {
        "typename": "x",
        "__class__": {"__init__": 1},
        "in": True,
        "joins": {},
        "": 1,
        "a.b": 2,
        "錢": "元",
    }
    assert started(odd) == odd


def test_what_nests_too_deeply_is_refused():
    deep: list[object] = []
    for _ in range(3000):
        deep = [deep]
    with pytest.raises(Exception) as refused:
        started({"deep": deep})
    assert refused.value.code in ("expression-limit", "feel-limit")  # type: ignore[attr-defined]


def test_a_state_that_does_not_fit_is_refused():
    state = Player(BUNDLE).start().state
    for wrong, bundle in (
        (b"9" + state[1:], BUNDLE),
        (state, OTHER),
        (b"", BUNDLE),
        (b"1{}", BUNDLE),
        (b"1[", BUNDLE),
    ):
        with pytest.raises(EngineError) as refused:
            advance(bundle, wrong, q.DeliverSignal("s"), now=NOON)
        assert refused.value.code == "state-format"


def test_a_state_that_is_too_large_is_refused():
    with pytest.raises(EngineError) as refused:
        started({f"v{at}": "x" * 900_000 for at in range(10)})
    assert refused.value.code == "state-limit"


def test_scopes_that_nest_without_sense_end_without_a_crash():
    deep = "subProcess s{0} {{\nstartEvent b{0}\nb{0} -> {1}\n{2}\n}}"
    inner, name = "userTask it", "it"
    for level in range(190):
        inner, name = deep.format(level, name, inner), f"s{level}"
    it = Player(bundle_of(f"process p {{\nstartEvent start\nstart -> {name}\n{inner}\n}}")).start()
    assert it.complete("it").ended


def test_scopes_that_a_command_is_not_about_are_written_as_they_were():
    text = """process p {
      startEvent start
      subProcess each each==n item=i {
        startEvent s
        subProcess inner {
          startEvent s2
          userTask it
          s2 -> it
        }
        s -> inner
      }
      start -> each
    }"""
    it = Player(bundle_of(text)).start(n=[1, 2, 3])
    assert it.state is not None
    game = load(it.state, it.bundle, now=it.now, host=Host())
    assert len(game.subprocesses.unread) == 6
    assert dump(game) == it.state
    game.get_task_from_id(it.find("it", nth=1).id)
    assert len(game.subprocesses.unread) == 4
    assert dump(game) == it.state
    it.complete("it", nth=1)
    assert it.waiting() == ["it", "it"]
