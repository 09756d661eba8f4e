"""States that earlier releases wrote are read, moved and written on: every state of the table of
constructs, as it was then, with the command that followed and what that changed."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.engine import advance, inspect
from service.engine import changes as c
from service.engine import commands as q
from tests.kit.playing import bundle_of

KEPT = json.loads(Path(__file__).with_name("old_states.json").read_text(encoding="utf-8"))
ENDS = (c.TaskEnded, c.JobEnded, c.TimerEnded, c.SubscriptionEnded)


def told(change: c.Change) -> list[str]:
    """What a change says, with the id of what was open before: that must have survived."""
    return [
        type(change).__name__,
        getattr(change, "element_id", "") or getattr(change, "flow_id", ""),
        getattr(change, "how", "") or getattr(change, "caught_by", "") or "",
        change.id if isinstance(change, ENDS) else "",
    ]


def _command(name: str, given: dict[str, Any]) -> q.Command:
    made: q.Command = getattr(q, name)(**given)
    return made


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept["drawings"][0].split("\n")[-2][:40])
def test_a_state_of_an_earlier_release_goes_on_as_it_would_have(kept):
    bundle = bundle_of(*kept["drawings"])
    for step in kept["steps"]:
        state, now = step["state"].encode(), datetime.fromisoformat(step["now"])
        assert state[:1] in (b"1", b"2")
        made = advance(bundle, state, _command(*step["command"]), now=now)
        found = sorted(told(each)[:3] for each in made.changes)
        assert found == sorted(each[:3] for each in step["changes"]), step["command"]
        seen = inspect(bundle, made.state)
        assert json.loads(json.dumps(dict(seen.variables[""]), default=str)) == step["after"]


def _made_here(changes: tuple[c.Change, ...]) -> set[str]:
    opens = (c.TaskCreated, c.JobCreated, c.TimerSet, c.SubscriptionOpened)
    return {each.id for each in changes if isinstance(each, opens)}


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept["drawings"][0].split("\n")[-2][:40])
def test_what_is_open_keeps_its_id(kept):
    """Each id that a later step ended can be found in the state as this release reads it."""
    bundle = bundle_of(*kept["drawings"])
    for step in kept["steps"]:
        state, now = step["state"].encode(), datetime.fromisoformat(step["now"])
        before = {each.id for each in inspect(bundle, state).active}
        made = advance(bundle, state, _command(*step["command"]), now=now)
        here = _made_here(made.changes)
        gone = {each.id for each in made.changes if isinstance(each, ENDS) and each.id not in here}
        wanted = {each[3] for each in step["changes"] if each[3] and _stood(each[3], step)}
        assert gone == wanted
        left = {each.id for each in made.changes if isinstance(each, c.ElementLeft)}
        entered = {each.id for each in made.changes if isinstance(each, c.ElementEntered)}
        assert left - entered <= before


def _stood(identifier: str, step: dict[str, Any]) -> bool:
    """Whether it was open before the step: then its row was in the state."""
    rows = json.loads(step["state"][1:])[2]
    return any(row[0] == identifier for row in rows)
