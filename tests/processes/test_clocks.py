"""The clocks of a severity start once, are met once, and start anew only for what is still to be
done."""

from __future__ import annotations

from service.execution import Runtime
from tests.kit.installation import ON_SQLITE
from tests.kit.walker import complain

pytestmark = ON_SQLITE

BY_SEVERITY = ("assign", "first contact", "plan", "internal target")


def test_what_is_recorded_later_starts_no_clock_again(runtime: Runtime) -> None:
    walk = complain(runtime).work(until="assign-investigator")
    first = walk.clocks
    walk.work(until="propose-solution")
    before = walk.clocks
    assert [name for name in BY_SEVERITY if before[name].met_at is None] == ["internal target"]
    walk.work(
        until="review-complaint",
        propose_solution={"remedies": ["compensation"], "compensationAmount": 900},
    )
    later = walk.clocks
    assert {name: later[name].due_at for name in BY_SEVERITY} == {
        name: first[name].due_at for name in BY_SEVERITY
    }
    assert [name for name in BY_SEVERITY if later[name].met_at is None] == []
    walk.work()
    assert walk.ends and all(entry.met_at is not None for entry in walk.clocks.values())


def test_a_late_step_is_late_whatever_was_recorded_meanwhile(runtime: Runtime) -> None:
    """The clocks of a case that dawdles are due when they were."""
    walk = complain(runtime).work(until="propose-solution")
    target = walk.clocks["internal target"].due_at
    walk.now = target.replace(year=target.year + 1)
    walk.answer("propose-solution")
    assert walk.clocks["internal target"].due_at == target < walk.now
