"""What keeps a change from being approved is said to its author before it is submitted, and to who
reviews it before they write why."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from service.db import Database
from service.definitions.review import list_versions
from tests.kit.desk import SAME, Desk
from tests.kit.installation import release_files
from tests.kit.small import FILES


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk.of(release_files(database, FILES), tmp_path)


def start(desk: Desk) -> str:
    """A draft of a new procedure."""
    desk.sign_in("owner-1")
    answer = desk.post("/workbench/new", **{"title-en": "Lost card", "template": "approval"})
    return str(answer.headers["Location"])


def versions(desk: Desk) -> int:
    with desk.runtime.database.read() as connection:
        return len(list_versions(connection, limit=100))


def test_an_author_is_told_before_submitting_and_may_submit_all_the_same(desk: Desk) -> None:
    draft, before = start(desk), versions(desk)
    assert "without one it cannot be approved" in desk.see(draft)
    page = desk.post(f"{draft}/deploy").get_data(as_text=True)
    assert "Not submitted yet" in page
    assert "the version has no scenario" in page
    assert versions(desk) == before
    answer = desk.post(f"{draft}/deploy", anyway="1")
    assert re.search(r"/reviews/\d+$", answer.headers["Location"])
    desk.sign_in("compliance-1")
    page = desk.see(answer.headers["Location"])
    assert "It cannot be approved as it is" in page
    assert "the version has no scenario" in page
    assert "Why it is approved" not in page
    assert "What has to be changed" in page


def test_scenarios_that_fail_are_told_before_submitting(desk: Desk) -> None:
    draft = start(desk)
    broken = b'{"name": "x", "process": "lost-card", "when": [], "then": {"ended": true}}'
    files = {"files": (io.BytesIO(broken), "x.scenario.json")}
    answer = desk.client.post(f"{draft}/upload", data=files, headers=SAME)
    assert answer.status_code in (302, 303)
    assert "without one it cannot be approved" not in desk.see(draft)
    before = versions(desk)
    page = desk.post(f"{draft}/deploy").get_data(as_text=True)
    assert "Not submitted yet" in page
    assert versions(desk) == before
