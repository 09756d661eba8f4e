"""The record of a version that was approved is what was approved, whatever a later check finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service import operations
from service.definitions import deploy
from service.definitions.review import list_steps
from service.errors import Problem, Severity
from service.execution import Runtime
from service.identity import Actor
from service.sentence import Sentence
from service.web import findings, review_record
from service.web.findings import gather_evidence
from tests.kit.clock import NOW
from tests.kit.desk import Desk
from tests.kit.installation import ON_SQLITE
from tests.kit.small import SMALL

pytestmark = ON_SQLITE
OWNER = Actor("owner-1", frozenset({"owner"}))
CARL = Actor("compliance-1", frozenset({"compliance"}))
WARNED = Problem(
    "data-never-read",
    "processes/small.bpmn",
    3,
    "first",
    Sentence("nobody reads {name!r}", name="amount"),
    "Read it, or leave it out.",
    Severity.WARNING,
)
WORSE = Problem("feel-syntax", "processes/small.bpmn", 4, "first", "it has an error", "Correct it.")


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path).sign_in("compliance-1")


def checked(monkeypatch: pytest.MonkeyPatch, *problems: Problem) -> None:
    """From now on the check finds these."""
    for kept in (findings._checked, findings._proofs, findings._findings):
        kept.cache_clear()
    monkeypatch.setattr(findings, "check_bundle", lambda files: problems)


def approved(desk: Desk, runtime: Runtime) -> int:
    spare = [runtime.keys.root_key() for _ in range(6)]
    with runtime.database.transaction() as connection:
        key = deploy(
            connection,
            {"processes/small.bpmn": SMALL.encode()},
            name="loans",
            actor=OWNER.name,
            now=NOW,
            next_key=spare.pop,
        ).bundle_key
    operations.submit_bundle(runtime, key, summary="Loans.", actor=OWNER, now=NOW)
    with desk.client.application.app_context():
        evidence = gather_evidence(runtime, key, NOW)
    without = type(evidence)(evidence.content_hash, (), evidence.details)
    operations.approve_bundle(runtime, key, without, reason="Tried.", actor=CARL, now=NOW)
    return key


def test_what_was_found_then_stays_in_the_record(
    desk: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(monkeypatch, WARNED)
    key = approved(desk, runtime)
    before = desk.see(f"/reviews/{key}").split("Findings")[-1].split("Rules")[0]
    checked(monkeypatch, WORSE)
    page = desk.see(f"/reviews/{key}")
    assert "nobody reads 'amount'" in page and "it has an error" not in page
    assert "As they were when it was approved" in page
    assert page.split("Findings")[-1].split("Rules")[0] == before


def test_it_opens_though_the_version_would_be_refused_today(
    desk: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(monkeypatch, WARNED)
    key = approved(desk, runtime)
    monkeypatch.setattr("service.web.reviews.findings_of", lambda files: None)
    page = desk.see(f"/reviews/{key}")
    assert "The check of today would refuse this version" in page
    assert "nobody reads 'amount'" in page
    assert desk.client.get(f"/reviews/{key}/dossier.pdf").status_code == 200


def test_a_version_that_is_not_decided_on_is_checked_anew(
    desk: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(monkeypatch, WARNED)
    key = approved(desk, runtime)
    operations.return_bundle(runtime, key, reason="Not yet.", actor=CARL, now=NOW)
    checked(monkeypatch, WORSE)
    page = desk.see(f"/reviews/{key}")
    assert "it has an error" in page and "nobody reads 'amount'" not in page
    assert "As they were when it was approved" not in page


def test_a_finding_that_is_kept_is_said_in_every_language(
    desk: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(monkeypatch, WARNED)
    key = approved(desk, runtime)
    with runtime.database.read() as connection:
        approval = review_record.find_approval(list_steps(connection, key))
    record = review_record.record_of(None, approval)
    assert record is not None and record.problems[-1] == WARNED
    facts: Any = record.problems[-1].message
    assert (facts.template, facts.facts) == ("nobody reads {name!r}", {"name": "amount"})
