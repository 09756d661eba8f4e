"""A session ends after a time, and after a while without anything done in it: by the person, not by
a page that looks by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service import identity, operations
from service.app import create_app
from service.clock import VirtualClock
from service.config import Settings, load_settings
from service.db import Database
from service.errors import InvalidInput, Unavailable
from service.execution import Runtime
from service.identity import Limits
from tests.kit.clock import NOW

MINUTE = timedelta(minutes=1)
PAGE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
BY_ITSELF = PAGE | {"HX-Request": "true"}


class Desk:
    """A browser that is signed in, where sessions last two hours and half an hour of silence."""

    def __init__(self, runtime: Runtime, folder: Path, *, life: int = 120, idle: int = 30) -> None:
        with runtime.database.transaction() as connection:
            identity.create_account(connection, "amy", None, ["handler"], now=NOW)
            token = identity.open_session(connection, "amy", now=NOW)
        settings = Settings(
            secret_key="k" * 40,
            evidence_dir=str(folder / "evidence"),
            session_minutes=life,
            session_idle_minutes=idle,
        )
        self.clock = VirtualClock(NOW)
        self.client = create_app(settings, runtime=runtime, clock=self.clock).test_client()
        self.client.set_cookie("redress_session", token)

    def after(self, minutes: int, path: str = "/account", **sent: Any) -> int:
        """The status of a request so many minutes after the sign-in."""
        self.clock.move_to(NOW + minutes * MINUTE)
        sent = {"method": "GET", "headers": PAGE} | sent
        return int(self.client.open(path, **sent).status_code)


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk(runtime, tmp_path)


def test_a_session_ends_after_a_while_in_which_nothing_is_done(desk: Desk) -> None:
    assert [desk.after(29), desk.after(58)] == [200, 200]
    assert desk.after(88) == 302


def test_a_session_ends_after_a_time_whatever_is_done(desk: Desk) -> None:
    assert [desk.after(minute) for minute in range(10, 120, 10)] == [200] * 11
    assert desk.after(120) == 302


def test_a_page_that_looks_by_itself_keeps_no_session_alive(desk: Desk) -> None:
    looks = [desk.after(minute, "/tasks/list", headers=BY_ITSELF) for minute in (10, 20, 29)]
    assert looks == [200] * 3
    assert desk.after(29, method="HEAD") == 200
    assert desk.after(30) == 302


def test_a_page_that_looks_by_itself_stays_as_it_is_when_the_session_is_over(desk: Desk) -> None:
    assert desk.after(31, "/tasks/list", headers=BY_ITSELF) == 204


def test_what_is_sent_by_a_part_of_a_page_counts(desk: Desk) -> None:
    sent = {"method": "POST", "headers": BY_ITSELF, "data": {"theme": "dark"}}
    assert desk.after(29, "/theme", **sent) == 302
    assert desk.after(58) == 200


def test_that_somebody_is_there_is_written_once_a_minute(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[datetime] = []
    keep = operations.note_seen

    def note(runtime: Runtime, token: str, *, now: datetime) -> None:
        written.append(now)
        keep(runtime, token, now=now)

    monkeypatch.setattr(operations, "note_seen", note)
    assert [desk.after(minute) for minute in (0, 5, 5, 5, 6)] == [200] * 5
    assert written == [NOW + 5 * MINUTE, NOW + 6 * MINUTE]


def test_whoever_reads_is_answered_while_nothing_can_be_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("The database takes no writes.")

    monkeypatch.setattr(operations, "note_seen", refuse)
    assert [desk.after(20), desk.after(29)] == [200, 200]


def test_without_settings_a_session_lasts_and_nothing_is_written(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(operations, "note_seen")
    desk = Desk(runtime, tmp_path, life=720, idle=720)
    assert [desk.after(1), desk.after(719), desk.after(720)] == [200, 200, 302]


def test_an_older_look_sets_nothing_back(database: Database) -> None:
    """Two processes answer one browser; the later time stays."""
    with database.transaction() as connection:
        identity.create_account(connection, "amy", None, [], now=NOW)
        token = identity.open_session(connection, "amy", now=NOW)
        for minute in (9, 5):
            identity.note_seen(connection, token, now=NOW + minute * MINUTE)
        limits = Limits(idle=10 * MINUTE)
        found = identity.find_session(connection, token, now=NOW + 18 * MINUTE, limits=limits)
        assert found is not None and found.seen_at == NOW + 9 * MINUTE


@pytest.mark.parametrize("value", ["0", "721", "-1", "soon"])
@pytest.mark.parametrize("name", ["SESSION_MINUTES", "SESSION_IDLE_MINUTES"])
def test_a_time_that_is_none_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        load_settings({"REDRESS_SECRET_KEY": "k" * 40, f"REDRESS_{name}": value})
