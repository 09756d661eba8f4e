"""The demo's bank is made once, whatever comes between, and stands as its stories leave it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from service import audit, cases, demo, identity, jobs, letters, operations, tasks
from service.audit.tables import history
from service.cases.tables import complaint
from service.demo.customer import MARK
from service.errors import StateConflict
from service.intake.portal_standing import Stage, look
from service.jobs.tables import timer
from service.tasks.tables import user_task
from tests.demo.conftest import Bank

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
NIGHT = datetime(2026, 11, 28, 18, 40, tzinfo=UTC)
"""Saturday night at the bank: nobody has worked for hours."""
FEW = ("p15", "p23", "n05", "n10", "n15", "n34", "n42", "n45")


class Cut(Event):
    """Set after it was looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def roots_of(bank: Bank) -> dict[str, int]:
    with bank.runtime.database.read() as connection:
        rows = connection.execute(sa.select(complaint.c.external_id, complaint.c.root_key))
        return {row.external_id.removeprefix(MARK): row.root_key for row in rows}


def open_tasks(bank: Bank) -> dict[str, set[str]]:
    with bank.runtime.database.read() as connection:
        return {
            story: {each.element_id for each in tasks.list_open_tasks(connection, root)}
            for story, root in roots_of(bank).items()
        }


def events_of(bank: Bank) -> Counter[tuple[str, str]]:
    """How often each thing happened in each case."""
    roots = {root: story for story, root in roots_of(bank).items()}
    with bank.runtime.database.read() as connection:
        rows = connection.execute(sa.select(history.c.root_key, history.c.event)).all()
    return Counter((roots.get(row.root_key, "beside"), row.event) for row in rows)


def verify(bank: Bank, *, now: datetime) -> None:
    """The chains hold, time goes forward in every one of them, and never beyond `now`."""
    with bank.runtime.database.read() as connection:
        for root_key in list(audit.list_cases(connection)):
            assert audit.verify(connection, root_key) is None
            at = [each.at for each in audit.list_history(connection, root_key)]
            assert at == sorted(at), root_key
            assert at[-1] <= now
        assert audit.verify_house(connection) is None
        assert list(cases.unbalanced(connection)) == []
        late = sa.select(sa.func.count()).select_from(timer).where(timer.c.due_at <= now)
        assert connection.execute(late).scalar_one() == 0


def test_stories_stand_where_they_say(bank: Bank) -> None:
    # one day for each kind of database
    now = NIGHT if bank.runtime.database.dialect == "sqlite" else NOW
    assert bank.fill(FEW, now=now)
    verify(bank, now=now)
    assert open_tasks(bank) == {
        "p15": set(),
        "p23": set(),
        "n05": {"assess-facts"},
        "n10": set(),  # the next call comes later
        "n15": set(),  # the customer was asked
        "n34": {"approve-by-committee"},
        "n42": {"first-contact"},
        "n45": {"ask-customer"},
    }
    with bank.runtime.database.read() as connection:
        roots = roots_of(bank)
        seen = {story: look(connection, root) for story, root in roots.items()}
        emergencies = cases.list_emergencies(connection, status="open")
        words = cases.list_words(connection, roots["n34"])
        staff = identity.list_staff(connection, on=now.date())
        people = cases.count_open_by_investigator(connection)
    found = {story: each.complaint for story, each in seen.items()}
    stages = {story: each.stage for story, each in seen.items()}
    absent = {each.name for each in staff if each.absences}
    assert (found["p15"].outcome, found["p23"].outcome) == ("upheld", "withdrawn")
    assert found["n05"].facts["alarm"] == "to confirm"
    assert (stages["n15"], stages["n45"]) == (
        Stage.QUESTION,
        Stage.ASKED,
    )
    assert [each.level for each in emergencies] == ["III"]
    assert any("訂金八萬元" in each.body for each in words)
    assert absent == {"huang.zhiming"}
    assert people["handler"] >= 2
    numbers = [
        found[story].number for story in sorted(found, key=lambda each: found[each].received_at)
    ]
    assert numbers == sorted(numbers)


def test_a_fill_that_is_cut_anywhere_goes_on_and_does_nothing_twice(bank: Bank) -> None:
    looks, over, some = 3, False, ("p23", "n15", "p15")
    while not over:
        over = bank.fill(some, now=NOW, stop=Cut(looks))
        looks += 11
    verify(bank, now=NOW)
    once = events_of(bank)
    assert bank.fill(some, now=NOW + timedelta(hours=1))
    assert events_of(bank) == once
    assert len(roots_of(bank)) == len(some)
    assert once["p15", "case:complaint:registered"] == 1
    assert once["p23", "case:complaint:registered"] == 1


def test_what_a_visitor_has_taken_up_is_left_alone(bank: Bank) -> None:
    stop = Cut(9)
    assert not bank.fill(("p12", "p14"), now=NOW, stop=stop)
    root = roots_of(bank)["p12"]
    with bank.runtime.database.read() as connection:
        task = next(iter(tasks.list_open_tasks(connection, root)))
        actor = identity.get_account(connection, "clerk").actor
    operations.claim_task(bank.runtime, task.key, actor=actor, now=NOW + timedelta(minutes=1))
    assert bank.fill(("p12", "p14"), now=NOW)
    assert task.element_id in open_tasks(bank)["p12"]
    assert open_tasks(bank)["p14"] == set()


def test_no_other_database_is_filled(bank: Bank) -> None:
    with bank.runtime.database.transaction() as connection:
        connection.execute(sa.text("delete from counter where name like 'demo-bank%'"))
    with pytest.raises(StateConflict, match="redress serve --demo"):
        bank.fill(FEW, now=NOW)
    assert roots_of(bank) == {}


def test_the_letters_of_the_past_have_left(bank: Bank) -> None:
    bank.fill(("p08",), now=NOW)
    root = roots_of(bank)["p08"]
    with bank.runtime.database.read() as connection:
        filed = letters.list_letters(connection, root)
        assert jobs.list_due_outbox(connection, root, now=NOW) == []
    assert {row["delivery"] for row in filed} == {"printed", "none"}


@pytest.mark.long
def test_the_whole_bank(bank: Bank) -> None:
    assert bank.fill(None, now=NOW)
    verify(bank, now=NOW)
    wanted = {each.id: each.stop | each.stop2 for each in demo.read_stories()}
    for story, found in open_tasks(bank).items():
        assert found <= wanted[story], story
        assert bool(found) == bool(wanted[story]) or story in ("n10", "n15", "n16"), story
    with bank.runtime.database.read() as connection:
        names = {each.element_id for each in all_open(connection)}
        assert cases.list_complaints(connection, status="archived")[1] >= 48
    assert {"review-change-task", "verify-effect", "keep-promise-task", "direct-response"} <= names


def all_open(connection: Any) -> list[Any]:
    query = sa.select(user_task.c.element_id).where(user_task.c.state == "open")
    return list(connection.execute(query))
