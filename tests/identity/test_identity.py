"""Who gets in, and how often one may try: for an account, from an address, in all processes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from service import identity
from service.db import Database
from service.errors import InvalidInput, Unavailable
from service.execution import Runtime
from service.identity import TooManyAttempts, passwords
from service.operations import sign_in
from tests.kit.clock import NOW

RIGHT, WRONG = "correct horse battery", "wrong wrong wrong"
HOME = "192.0.2.1"


@pytest.fixture
def two(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Runtime, Runtime]]:
    """Two processes with one database, in which amy and ben have accounts. Hashing is quick."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    nobody = quick.hash("nobody")
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)
    other = Database(database.url.render_as_string(hide_password=False))
    with database.transaction() as connection:
        for name in ("amy", "ben"):
            identity.create_account(connection, name, RIGHT, ["clerk"], now=NOW)
    yield Runtime.open(database), Runtime.open(other)
    other.dispose()


def enter(runtime: Runtime, name: str, password: str, address: str, *, late: int = 0) -> str:
    """What comes of it: in, no, or wait."""
    try:
        now = NOW + timedelta(minutes=late)
        token = sign_in(runtime, name, password, address=address, now=now)
    except TooManyAttempts:
        return "wait"
    return "no" if token is None else "in"


def test_a_guesser_is_stopped_at_every_process_and_others_of_the_address_are_not(
    two: tuple[Runtime, Runtime],
) -> None:
    tried = [enter(two[n % 2], "amy", WRONG, HOME) for n in range(12)]
    assert tried == ["no"] * 10 + ["wait"] * 2
    assert enter(two[0], "amy", RIGHT, HOME) == "wait"
    assert enter(two[1], "ben", RIGHT, HOME) == "in"
    assert enter(two[0], "amy", RIGHT, HOME, late=16) == "in"


def test_an_account_is_closed_to_many_addresses_but_not_to_its_owners(
    two: tuple[Runtime, Runtime],
) -> None:
    assert enter(two[0], "amy", RIGHT, HOME) == "in"
    tried = [enter(two[n % 2], "amy", WRONG, f"198.51.100.{n // 6}") for n in range(60)]
    assert tried == ["no"] * 30 + ["wait"] * 30
    assert enter(two[0], "amy", RIGHT, "198.51.100.99") == "wait"
    assert enter(two[0], "amy", RIGHT, HOME) == "in"


def test_an_address_that_guesses_at_many_accounts_is_stopped(
    two: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "check_password", lambda *_: False)
    tried = [enter(two[n % 2], f"guess{n}", WRONG, HOME) for n in range(102)]
    assert tried == ["no"] * 100 + ["wait"] * 2


def test_a_success_forgets_the_failures_before(two: tuple[Runtime, Runtime]) -> None:
    for _ in range(3):
        assert [enter(two[0], "amy", WRONG, HOME) for _ in range(6)] == ["no"] * 6
        assert enter(two[1], "amy", RIGHT, HOME) == "in"


def test_few_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHING_SECONDS", 0)
    with passwords._HASHING, passwords._HASHING, pytest.raises(Unavailable):
        identity.check_password(None, RIGHT)
    assert not identity.check_password(None, RIGHT)


@pytest.mark.parametrize("count", [passwords.MIN_PASSWORD - 1, passwords.MOST_PASSWORD + 1])
def test_a_password_of_no_fit_length_is_told_both_ends(count: int) -> None:
    with pytest.raises(InvalidInput, match=f"of 10 to 1000 characters, got {count}"):
        identity.check_length("x" * count)
    for fits in (passwords.MIN_PASSWORD, passwords.MOST_PASSWORD):
        identity.check_length("x" * fits)
