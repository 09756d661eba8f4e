"""A code of somebody's telephone after their password: set up in the browser, asked for at every
sign-in, taken once, counted with the password's tries, and asked of roles by a setting."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from service import audit, identity, operations
from service.app import create_app
from service.audit import HouseEvent
from service.cli.config_check import BEFORE_START, find_problems
from service.clock import VirtualClock
from service.config import Settings
from service.db import Connection, metadata
from service.errors import Forbidden, NotFound, StateConflict
from service.execution import Runtime
from service.identity import OPERATOR, Actor, Factor, Role, passwords
from tests.kit.clock import NOW

KEY, GOOD, HERE = "k" * 40, "plum orbit canvas seven", "127.0.0.1"
AMY = Actor("amy", frozenset({Role.APPROVER}))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is quick."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)


class Desk:
    """A browser at the bank."""

    def __init__(self, runtime: Runtime, folder: Path, roles: str = "") -> None:
        settings = Settings(
            secret_key=KEY, evidence_dir=str(folder / "evidence"), second_factor_roles=roles
        )
        self.clock = VirtualClock(NOW)
        self.client = create_app(settings, runtime=runtime, clock=self.clock).test_client()

    def post(self, path: str, **form: str) -> Any:
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        return self.client.post(path, data=form, headers=headers)

    def password(self) -> Any:
        return self.post("/sign-in", name="amy", password=GOOD)

    def pending(self) -> str:
        found = re.search(r'name="pending" value="([^"]+)"', self.password().text)
        assert found is not None
        return found[1]

    def sees_today(self) -> bool:
        return bool(self.client.get("/today").status_code == 200)


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "amy", GOOD, [Role.APPROVER], now=NOW)
    return Desk(runtime, tmp_path)


def factor_of(runtime: Runtime) -> Factor:
    with runtime.database.read() as connection:
        found = identity.find_factor(connection, "amy")
    assert found is not None
    return found


def code_at(runtime: Runtime, later: timedelta = timedelta()) -> str:
    secret = identity.secret_of(factor_of(runtime), KEY)
    return pyotp.TOTP(secret).at(NOW + later)


def set_up(runtime: Runtime) -> list[str]:
    """The recovery codes. The first code is of an hour ago, so that those of now are fresh."""
    hour = timedelta(hours=1)
    operations.begin_factor(runtime, AMY, now=NOW - hour)
    codes, _ = operations.confirm_factor(
        runtime, AMY, code_at(runtime, -hour), key=KEY, address=HERE, now=NOW - hour
    )
    return codes


def test_it_is_set_up_in_the_browser_and_asked_for_from_then_on(
    desk: Desk, runtime: Runtime
) -> None:
    assert desk.password().status_code == 302 and desk.sees_today()
    page = desk.post("/account/second-factor")
    page = desk.client.get(page.headers["Location"]).text
    secret = identity.secret_of(factor_of(runtime), KEY)
    assert "<svg" in page and secret in page and "style=" not in page.partition("<svg")[2][:300]
    assert desk.post("/account/second-factor/confirm", code="000000").status_code == 422
    done = desk.post("/account/second-factor/confirm", code=pyotp.TOTP(secret).at(NOW))
    codes = re.findall(r"(?:[A-Z2-7]{4}-){2}[A-Z2-7]{4}", done.text)
    assert len(set(codes)) == 10 and desk.sees_today()
    desk.post("/sign-out")
    pending = desk.pending()
    assert not desk.sees_today()
    desk.clock.advance(timedelta(seconds=60))
    later = timedelta(seconds=60)
    code = code_at(runtime, later)
    entered = desk.post("/sign-in/code", pending=pending, code=code, next="/today")
    assert entered.status_code == 302 and desk.sees_today()
    off = desk.post("/account/second-factor/off", code=codes[0])
    assert off.status_code == 302
    desk.post("/sign-out")
    assert desk.password().status_code == 302 and desk.sees_today()


def test_the_password_alone_opens_nothing(desk: Desk, runtime: Runtime) -> None:
    set_up(runtime)
    pending = desk.pending()
    for code in ("", "000000", "x" * 40, "１２３４５６"):
        assert desk.post("/sign-in/code", pending=pending, code=code).status_code == 403
    assert not desk.sees_today()


@pytest.mark.parametrize("change", ["late", "forged", "renamed", "empty", "password"])
def test_the_code_counts_only_after_the_password(desk: Desk, runtime: Runtime, change: str) -> None:
    set_up(runtime)
    pending, later = desk.pending(), timedelta()
    if change == "late":
        later = identity.factors.PENDING
        desk.clock.advance(later)
    until, mac, name = pending.split(".", 2)
    forged = {
        "forged": f"{until}.{mac[:-1]}x.{name}",
        "renamed": f"{int(until) + 99}.{mac}.{name}",
        "empty": "",
    }
    if change == "password":
        with runtime.database.transaction() as connection:
            identity.set_password(connection, "amy", identity.hash_password("quite new words 12"))
    code = code_at(runtime, later)
    sent = desk.post("/sign-in/code", pending=forged.get(change, pending), code=code)
    assert sent.status_code == 403 and not desk.sees_today()


def test_no_code_is_taken_twice(desk: Desk, runtime: Runtime) -> None:
    codes = set_up(runtime)
    for code in (code_at(runtime), codes[3]):
        statuses = [
            desk.post("/sign-in/code", pending=desk.pending(), code=code).status_code
            for _ in range(2)
        ]
        assert statuses == [302, 403]
    assert factor_of(runtime).left == 9


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_the_clock_of_a_telephone_may_be_a_step_off(
    desk: Desk, runtime: Runtime, steps: int, taken: bool
) -> None:
    set_up(runtime)
    code = code_at(runtime, timedelta(seconds=30 * steps))
    sent = desk.post("/sign-in/code", pending=desk.pending(), code=code)
    assert (sent.status_code == 302) is taken


def test_an_older_code_than_the_last_is_not_taken(desk: Desk, runtime: Runtime) -> None:
    set_up(runtime)
    step = timedelta(seconds=30)
    first, before = code_at(runtime), code_at(runtime, -step)
    assert desk.post("/sign-in/code", pending=desk.pending(), code=first).status_code == 302
    assert desk.post("/sign-in/code", pending=desk.pending(), code=before).status_code == 403


def test_tries_are_counted_with_those_of_the_password(desk: Desk, runtime: Runtime) -> None:
    set_up(runtime)
    pending = desk.pending()
    statuses = [
        desk.post("/sign-in/code", pending=pending, code="000000").status_code for _ in range(11)
    ]
    assert statuses == [403] * 10 + [429]
    assert desk.password().status_code == 429


def test_it_ends_the_sessions_from_before(desk: Desk, runtime: Runtime) -> None:
    desk.password()
    assert desk.sees_today()
    set_up(runtime)
    assert not desk.sees_today()


def test_a_role_that_asks_for_it_does_nothing_without(
    desk: Desk, runtime: Runtime, tmp_path: Path
) -> None:
    strict = Desk(runtime, tmp_path, roles="admin, approver")
    strict.password()
    for path in ("/today", "/complaints", "/account", "/tasks"):
        sent = strict.client.get(path)
        assert sent.status_code == 302 and sent.headers["Location"] == "/account/second-factor"
    assert strict.client.get("/api/complaints").status_code == 403
    assert "Your role asks for" in strict.client.get("/account/second-factor").text
    strict.post("/account/second-factor")
    code = code_at(runtime)
    assert strict.post("/account/second-factor/confirm", code=code).status_code == 200
    assert strict.sees_today()


def test_a_program_sets_none_up(desk: Desk, runtime: Runtime) -> None:
    with runtime.database.transaction() as connection:
        token = identity.create_token(connection, "amy", label="script", now=NOW)
    headers = {"Authorization": f"Bearer {token}", "Sec-Fetch-Site": "same-origin"}
    for path in ("", "/confirm", "/off"):
        sent = desk.client.post(f"/account/second-factor{path}", headers=headers)
        assert sent.status_code == 403
    with runtime.database.read() as connection:
        assert identity.find_factor(connection, "amy") is None


def test_only_the_operator_turns_it_off_for_somebody(desk: Desk, runtime: Runtime) -> None:
    set_up(runtime)
    with pytest.raises(Forbidden):
        operations.forget_factor(
            runtime, "amy", actor=Actor("ada", frozenset({Role.ADMIN})), now=NOW
        )
    operations.forget_factor(runtime, "amy", actor=OPERATOR, now=NOW)
    with pytest.raises(NotFound):
        operations.forget_factor(runtime, "amy", actor=OPERATOR, now=NOW)
    with runtime.database.read() as connection:
        rows = audit.list_house_events(connection, audit.account_subject("amy"), limit=9)
    assert [row.event for row in rows][:3] == [
        HouseEvent.FACTOR_DROPPED,
        HouseEvent.FACTOR_SET,
        HouseEvent.FACTOR_BEGUN,
    ]


def test_what_is_kept_makes_no_code(desk: Desk, runtime: Runtime) -> None:
    codes = set_up(runtime)
    factor = factor_of(runtime)
    with runtime.database.read() as connection:
        rows = _kept(connection)
    for each in (identity.secret_of(factor, KEY), *codes):
        assert each not in rows and each.replace("-", "") not in rows
    assert identity.secret_of(factor, KEY) != identity.secret_of(factor, "x" * 40)


def _kept(connection: Connection) -> str:
    rows = [row for each in metadata.sorted_tables for row in connection.execute(each.select())]
    return "\n".join(str(tuple(row)) for row in rows).upper()


def test_there_is_one_for_each(desk: Desk, runtime: Runtime) -> None:
    set_up(runtime)
    with pytest.raises(StateConflict):
        operations.begin_factor(runtime, AMY, now=NOW)


def test_a_setting_names_roles_that_there_are() -> None:
    checks = [("SECOND_FACTOR_ROLES", BEFORE_START["SECOND_FACTOR_ROLES"])]
    assert find_problems(Settings(second_factor_roles="admin, approver"), checks) == []
    [problem] = find_problems(Settings(second_factor_roles="admin,king"), checks)
    assert "king" in problem


def test_one_that_was_begun_anew_meanwhile_is_not_the_one_that_counts(
    desk: Desk, runtime: Runtime
) -> None:
    first = operations.begin_factor(runtime, AMY, now=NOW)
    second = operations.begin_factor(runtime, AMY, now=NOW)
    with runtime.database.transaction() as connection:
        assert not identity.confirm_factor(connection, first, now=NOW)
        assert not identity.has_factor(connection, "amy")
        assert identity.confirm_factor(connection, second, now=NOW)
        assert identity.has_factor(connection, "amy")
