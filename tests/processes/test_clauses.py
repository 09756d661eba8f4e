"""Every obligation of the written procedure has something that fulfils it, and a walked case shows
the evidence."""

from __future__ import annotations

from service import audit
from service.db import Database
from service.definitions import shipped_files
from service.engine import load_bundle
from service.policy import load_profile
from service.reporting import evidence_of, execution_plan, limits_of, list_clauses, plan_csv
from tests.kit.installation import release_files
from tests.kit.walker import complain

PROFILE = load_profile("TW-FCPA")
OUTSIDE_A_CASE = {"S3.1-e", "S4-c"}
"""What no case can hold: that there is a mailbox and a portal, and that the plan is drilled."""


def test_every_obligation_is_fulfilled_and_nearly_all_within_a_case() -> None:
    clauses = list_clauses(load_bundle(shipped_files()), PROFILE)
    obligations = [clause for clause in clauses if clause.kind == "obligation"]
    assert (len(clauses), len(obligations)) == (47, 36)
    assert [clause.id for clause in clauses if clause.missing] == []
    assert {clause.id for clause in obligations if not clause.elements} <= OUTSIDE_A_CASE


def test_a_case_shows_when_each_clause_was_fulfilled(sqlite_database: Database) -> None:
    runtime = release_files(sqlite_database, shipped_files())
    walk = complain(runtime).work()
    with sqlite_database.read() as connection:
        history = audit.list_history(connection, walk.root)
    shown = {
        clause.id
        for clause in list_clauses(load_bundle(shipped_files()), PROFILE)
        if evidence_of(clause, history)
    }
    assert {
        "S2-a",
        "S2-b",
        "S3.2-b",
        "S3.3-a",
        "S3.3-f",
        "S3.4-a",
        "S3.4-e",
        "S3.5-a",
        "S3.5-b",
        "S3.5-e",
    } <= shown
    assert "S2-h" in shown  # similar complaints were looked for


def test_the_plan_names_who_does_what_by_when() -> None:
    lines = execution_plan(load_bundle(shipped_files()))
    assert all(line.who for line in lines)
    assert [line.task for line in lines if not line.due] == []
    assert len(plan_csv(lines).splitlines()) == len(lines) + 1
    assert {limit.clock for limit in limits_of(PROFILE)} >= {"final response", "assign", "plan"}
