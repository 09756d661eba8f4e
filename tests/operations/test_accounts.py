"""The life of an account: added, granted by a second administrator, given a password by its owner,
changed, ended; every step on the record with what was and what is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from service import audit, identity, operations, tasks
from service.audit import HouseEvent
from service.bench.recording import new_complaint
from service.clock import VirtualClock
from service.errors import Forbidden, InvalidInput, NotFound, StateConflict
from service.execution import Runtime
from service.identity import OPERATOR, Actor, Permission, Role, Standing, passwords
from service.jobs.tables import outbox
from service.notifications import Mailer
from service.operations import NewAccount, NewToken, make_worker
from tests.kit.clock import NOW

KEY = "k" * 40
ADA = Actor("ada", frozenset({Role.ADMIN}))
BEN = Actor("ben", frozenset({Role.ADMIN}))
GOOD = "plum orbit canvas seven"
HOME = "192.0.2.1"
NEW = NewAccount("amy", "Amy Wu", "amy@bank.example", roles=("handler",), level="A2")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is quick."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    nobody = hasher.hash("nobody")
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)


@pytest.fixture
def bank(runtime: Runtime) -> Runtime:
    """A bank with two administrators."""
    with runtime.database.transaction() as connection:
        for each in (ADA, BEN):
            identity.create_account(connection, each.name, None, sorted(each.groups), now=NOW)
    return runtime


def standing(runtime: Runtime, name: str = "amy") -> Standing:
    with runtime.database.read() as connection:
        return identity.get_standing(connection, name)


def waiting(runtime: Runtime) -> list[identity.GrantRequest]:
    with runtime.database.read() as connection:
        return identity.list_grants(connection)


def events(runtime: Runtime, name: str = "amy") -> list[str]:
    with runtime.database.read() as connection:
        rows = audit.list_house_events(connection, audit.account_subject(name))
        assert audit.verify_house(connection) is None
    return [row.event for row in rows][::-1]


def admitted(runtime: Runtime) -> None:
    """Amy has her account and what was asked for."""
    operations.add_account(runtime, NEW, actor=ADA, now=NOW)
    [request] = waiting(runtime)
    operations.decide_grant(runtime, request.key, granted=True, actor=BEN, now=NOW)


def test_a_new_account_may_nothing_before_a_second_administrator_grants_it(bank: Runtime) -> None:
    operations.add_account(bank, NEW, actor=ADA, now=NOW)
    assert standing(bank) == Standing((), "A2", "amy@bank.example", active=True)
    [request] = waiting(bank)
    for who in (ADA, Actor("amy", ADA.groups)):
        with pytest.raises(Forbidden):
            operations.decide_grant(bank, request.key, granted=True, actor=who, now=NOW)
    with pytest.raises(Forbidden):
        handler = Actor("hal", frozenset({Role.HANDLER}))
        operations.decide_grant(bank, request.key, granted=True, actor=handler, now=NOW)
    operations.decide_grant(bank, request.key, granted=True, actor=BEN, now=NOW)
    assert standing(bank) == Standing(("handler",), "A2", "amy@bank.example", active=True)
    with pytest.raises(StateConflict):
        operations.decide_grant(bank, request.key, granted=True, actor=BEN, now=NOW)
    assert HouseEvent.GRANT_ASKED in events(bank) and HouseEvent.GRANT_MADE in events(bank)


def test_the_record_has_old_and_new_values(bank: Runtime) -> None:
    admitted(bank)
    less = replace(standing(bank), roles=("clerk",), level="A1")
    assert operations.change_account(bank, "amy", less, actor=ADA, now=NOW)
    with bank.database.read() as connection:
        asked, changed = audit.list_house_events(connection, audit.account_subject("amy"), limit=2)
    assert (changed.actor, changed.event) == ("ada", HouseEvent.ACCOUNT_CHANGED)
    assert changed.details["roles"] == {"from": ["handler"], "to": []}
    assert changed.details["level"] == {"from": "A2", "to": "A1"}
    assert asked.details == {"roles": {"from": ["handler"], "to": ["clerk"]}}
    assert standing(bank).roles == (), "what was taken is gone, what is new waits"


def test_a_request_that_was_overtaken_grants_nothing(bank: Runtime) -> None:
    operations.add_account(bank, NEW, actor=ADA, now=NOW)
    [request] = waiting(bank)
    mine = replace(standing(bank), email="ada-herself@bank.example")
    operations.change_account(bank, "amy", mine, actor=ADA, now=NOW)
    with pytest.raises(StateConflict):
        operations.decide_grant(bank, request.key, granted=True, actor=BEN, now=NOW)
    assert standing(bank).roles == ()


def test_where_a_code_goes_is_changed_by_two(bank: Runtime) -> None:
    """Else one administrator would take over the account of another, and grant with it."""
    admitted(bank)
    other = replace(standing(bank), email="mallory@elsewhere.example")
    assert operations.change_account(bank, "amy", other, actor=ADA, now=NOW)
    assert standing(bank).email == "amy@bank.example"


STANDINGS = st.builds(
    Standing,
    st.lists(st.sampled_from(sorted(Role)), unique=True).map(lambda each: tuple(sorted(each))),
    st.sampled_from(("", *identity.LEVELS)),
    st.sampled_from(("", "a@bank.example", "b@bank.example")),
    st.booleans(),
)


@given(STANDINGS, STANDINGS)
def test_at_once_is_never_more_and_the_rest_completes_it(
    before: Standing, wanted: Standing
) -> None:
    at_once = identity.narrowed(before, wanted)
    assert set(at_once.roles) <= set(before.roles)
    assert at_once.active <= before.active
    assert not identity.widened(before, at_once)
    assert identity.applied(at_once, identity.widened(before, wanted)) == wanted


def test_the_owner_alone_sets_the_password_and_once(bank: Runtime, tmp_path: Path) -> None:
    admitted(bank)
    worker = make_worker(
        bank,
        Mailer(None, "bank@bank.example", tmp_path),
        VirtualClock(NOW),
        code=lambda link: identity.link_code(KEY, link),
    )
    worker.run_once()
    [mail] = [path.read_text("utf-8") for path in sorted(tmp_path.rglob("*.eml"))]
    code = next(line.split()[1] for line in mail.splitlines() if line.startswith("Code:"))
    with bank.database.read() as connection:
        kept = str(connection.execute(sa.select(outbox.c.payload)).scalars().all())
    assert code not in kept, "whoever reads the database cannot use it"

    def use(given: str, password: str = GOOD, name: str = "amy", days: int = 0) -> None:
        operations.set_password(
            bank,
            name,
            code=given,
            password=password,
            key=KEY,
            address=HOME,
            now=NOW + timedelta(days=days),
        )

    for wrong in ("", "AAAA-AAAA-AAAA-AAAA-AAAA", code[:-1]):
        with pytest.raises(Forbidden):
            use(wrong)
    with pytest.raises(Forbidden):
        use(code, name="ada")
    with pytest.raises(Forbidden):
        use(code, days=1)
    for weak in ("password12", "amy.wu.1990", "Amy@bank1", "aaaaaaaaaaaa", "short"):
        with pytest.raises(InvalidInput):
            use(code, weak)
    use(code.lower().replace("-", " "))
    assert operations.sign_in(bank, "amy", GOOD, address=HOME, now=NOW)
    with pytest.raises(Forbidden):
        use(code)
    assert events(bank)[-1] == HouseEvent.PASSWORD_SET


def test_guessing_codes_is_counted_like_guessing_passwords(bank: Runtime) -> None:
    admitted(bank)
    with pytest.raises(identity.TooManyAttempts):
        for _ in range(20):
            with pytest.raises(Forbidden):
                operations.set_password(
                    bank, "amy", code="A", password=GOOD, key=KEY, address=HOME, now=NOW
                )


def test_an_ended_account_opens_nothing_and_its_tasks_come_free(bank: Runtime) -> None:
    admitted(bank)
    made = operations.register_complaint(bank, new_complaint(NOW), actor=identity.SYSTEM, now=NOW)
    with bank.database.read() as connection:
        task = tasks.list_open_tasks(connection, made.root_key)[0]
    amy = Actor("amy", frozenset(task.candidate_groups))
    operations.claim_task(bank, task.key, actor=amy, now=NOW)
    with bank.database.transaction() as connection:
        session = identity.open_session(connection, "amy", now=NOW)
        token = identity.create_token(connection, "amy", now=NOW)
        link = identity.make_link(connection, "amy", by="ada", now=NOW)
    over = replace(standing(bank), active=False)
    assert not operations.change_account(bank, "amy", over, actor=ADA, now=NOW)
    with bank.database.read() as connection:
        assert identity.find_session(connection, session, now=NOW) is None
        assert identity.find_token(connection, token, now=NOW) is None
        code = identity.link_code(KEY, link)
        assert identity.find_link(connection, "amy", code, key=KEY, now=NOW) is None
        freed = tasks.get_task(connection, task.key)
        assert (freed.assignee, freed.state) == (None, tasks.TaskState.OPEN)
        assert audit.list_history(connection, made.root_key)[-1].actor == "ada"
    back = replace(over, active=True)
    assert operations.change_account(bank, "amy", back, actor=ADA, now=NOW), "waits for a second"
    assert not standing(bank).active


def test_a_role_that_is_lost_frees_the_tasks_it_gave(bank: Runtime) -> None:
    admitted(bank)
    made = operations.register_complaint(bank, new_complaint(NOW), actor=identity.SYSTEM, now=NOW)
    with bank.database.read() as connection:
        task = tasks.list_open_tasks(connection, made.root_key)[0]
    operations.change_account(
        bank, "amy", replace(standing(bank), roles=("clerk",)), actor=OPERATOR, now=NOW
    )
    operations.claim_task(bank, task.key, actor=Actor("amy", frozenset({"clerk"})), now=NOW)
    operations.change_account(bank, "amy", replace(standing(bank), level="A0"), actor=ADA, now=NOW)
    with bank.database.read() as connection:
        assert tasks.get_task(connection, task.key).assignee == "amy", "still theirs"
    operations.change_account(
        bank, "amy", replace(standing(bank), roles=("owner",)), actor=OPERATOR, now=NOW
    )
    with bank.database.read() as connection:
        assert tasks.get_task(connection, task.key).assignee is None


def test_the_last_administrator_cannot_be_ended(bank: Runtime) -> None:
    over = replace(standing(bank, "ben"), active=False)
    operations.change_account(bank, "ben", over, actor=ADA, now=NOW)
    for less in (replace(standing(bank, "ada"), active=False), Standing((), "", "", active=True)):
        with pytest.raises(StateConflict):
            operations.change_account(bank, "ada", less, actor=ADA, now=NOW)


def test_roles_that_nobody_knows_are_refused_and_groups_of_the_bank_made_known(
    bank: Runtime,
) -> None:
    for roles in (("king",), ("system",), ("operator", "handler")):
        with pytest.raises(InvalidInput):
            operations.add_account(bank, replace(NEW, roles=roles), actor=OPERATOR, now=NOW)
    with pytest.raises(InvalidInput):
        operations.change_account(
            bank, "ben", replace(standing(bank, "ben"), roles=("king",)), actor=OPERATOR, now=NOW
        )
    operations.add_group(bank, "Finance", actor=ADA, now=NOW)
    for taken in ("finance", "clerk", "system", "a b", ""):
        with pytest.raises((InvalidInput, StateConflict)):
            operations.add_group(bank, taken, actor=ADA, now=NOW)
    operations.add_account(bank, replace(NEW, roles=("finance",)), actor=OPERATOR, now=NOW)
    assert standing(bank).roles == ("finance",)


@pytest.mark.parametrize("password", ["x", "password12", "Qwertyuiop1", "redress-redress"])
def test_no_way_to_a_poor_password(bank: Runtime, password: str) -> None:
    with pytest.raises(InvalidInput):
        operations.add_account(bank, NEW, actor=OPERATOR, now=NOW, password=password)
    with bank.database.transaction() as connection, pytest.raises(InvalidInput):
        identity.create_account(connection, "eve", password, ["clerk"], now=NOW)


def test_only_those_who_manage_accounts_do(bank: Runtime) -> None:
    for role in set(Role) - {Role.ADMIN}:
        who = Actor("x", frozenset({role}))
        for act in (
            lambda who=who: operations.add_account(bank, NEW, actor=who, now=NOW),
            lambda who=who: operations.add_group(bank, "g", actor=who, now=NOW),
            lambda who=who: operations.send_code(bank, "ada", actor=who, now=NOW),
            lambda who=who: operations.make_code(bank, "ada", key=KEY, actor=who, now=NOW),
            lambda who=who: operations.set_superior(bank, "ada", "ben", actor=who, now=NOW),
            lambda who=who: operations.change_account(
                bank, "ben", standing(bank, "ben"), actor=who, now=NOW
            ),
        ):
            with pytest.raises(Forbidden):
                act()
    with pytest.raises(Forbidden):
        operations.make_code(bank, "ben", key=KEY, actor=ADA, now=NOW)


@pytest.fixture
def robot(bank: Runtime) -> Iterator[Runtime]:
    """A program and a person."""
    admitted(bank)
    new = NewAccount("robot", roles=("worker",))
    operations.add_account(bank, new, actor=OPERATOR, now=NOW)
    yield bank


def test_a_token_is_for_what_it_says_and_until_when(robot: Runtime) -> None:
    new = NewToken("robot", "jobs", ("jobs:work",), 10)
    token = operations.make_token(robot, new, actor=ADA, now=NOW)
    with robot.database.read() as connection:
        found = identity.find_token(connection, token, now=NOW)
        assert found is not None and found.actor.may(Permission.WORK_JOBS)
        for each in set(Permission) - {Permission.WORK_JOBS}:
            assert not found.actor.may(each), each
        with pytest.raises(Forbidden, match="jobs:work"):
            identity.check_permission(found.actor, Permission.SIGNED_IN)
        assert identity.find_token(connection, token, now=NOW + timedelta(days=10)) is None
    for change in ({"scope": ("jobs:steal",)}, {"days": 0}, {"days": 900}):
        with pytest.raises(InvalidInput):
            operations.make_token(robot, replace(new, **change), actor=ADA, now=NOW)
    with pytest.raises(InvalidInput):
        operations.make_token(robot, replace(new, days=None), actor=ADA, now=NOW)
    with pytest.raises(NotFound):
        operations.revoke_token(robot, "0" * 12, actor=ADA, now=NOW)


def test_nobody_makes_a_token_in_the_name_of_another_person(robot: Runtime) -> None:
    with pytest.raises(Forbidden):
        operations.make_token(robot, NewToken("amy", days=9), actor=ADA, now=NOW)
    amy = Actor("amy", frozenset({"handler"}))
    operations.make_token(robot, NewToken("amy", days=9), actor=amy, now=NOW)
    with pytest.raises(Forbidden):
        operations.make_token(robot, NewToken("robot", days=9), actor=amy, now=NOW)
    limited = Actor("amy", frozenset({"handler"}), frozenset({Permission.SIGNED_IN}))
    with pytest.raises(Forbidden):
        operations.make_token(robot, NewToken("amy", days=9), actor=limited, now=NOW)


def test_a_token_is_replaced_with_a_day_to_tell_the_program(robot: Runtime) -> None:
    old = operations.make_token(
        robot, NewToken("robot", "jobs", ("jobs:work",), 300), actor=ADA, now=NOW
    )
    with robot.database.read() as connection:
        [listed] = identity.list_tokens(connection, "robot")
    new = operations.replace_token(robot, listed.id, days=90, actor=ADA, now=NOW)
    later = NOW + timedelta(days=2)
    with robot.database.read() as connection:
        assert identity.find_token(connection, old, now=NOW + timedelta(hours=1))
        assert identity.find_token(connection, old, now=later) is None
        found = identity.find_token(connection, new, now=later)
        assert found is not None and found.only == frozenset({"jobs:work"})
        fresh = next(
            each for each in identity.list_tokens(connection, "robot") if each.is_live(later)
        )
    with pytest.raises(InvalidInput):
        operations.replace_token(robot, listed.id, days=90, actor=ADA, now=later)
    operations.revoke_token(robot, fresh.id, actor=ADA, now=later)
    with robot.database.read() as connection:
        assert identity.find_token(connection, new, now=later) is None


def test_a_line_has_no_circle(bank: Runtime) -> None:
    operations.set_superior(bank, "ada", "ben", actor=BEN, now=NOW)
    for above, below in (("ben", "ada"), ("ada", "ada"), ("ben", "nobody")):
        with pytest.raises((InvalidInput, NotFound)):
            operations.set_superior(bank, above, below, actor=BEN, now=NOW)
    with bank.database.read() as connection:
        assert identity.list_above(connection, "ada") == ["ben"]
        assert identity.list_below(connection, "ben") == ["ada"]
