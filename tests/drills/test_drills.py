"""Drills rehearse the procedure as it is written, and find what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.db import Database
from service.definitions import shipped_files
from service.drills import (
    Drill,
    Verdict,
    as_json,
    as_page,
    drills_of,
    hold_drill,
    judge,
    parse_drill,
)
from service.errors import InvalidInput
from service.policy import load_profile
from service.reporting import list_active
from service.tasks import list_open_tasks
from tests.kit.installation import release_files

PROFILE_TW = load_profile("TW-FCPA")

FILES = shipped_files()
DRILLS = {Path(each.file).name.removesuffix(".drill.json"): each for each in drills_of(FILES)}


def hold(name: str, files: dict[str, bytes] = FILES, **changes: object) -> tuple[Drill, Verdict]:
    drill = DRILLS[name].model_copy(update=changes)
    return drill, hold_drill(drill, files, "TW-FCPA", judge)


@pytest.mark.parametrize("name", sorted(DRILLS))
def test_the_shipped_procedure_passes_its_drills(name: str) -> None:
    _, verdict = hold(name)
    assert verdict.findings == () and verdict.rating == "P"
    assert {"contact", "register", "wording", "plan"} <= {
        each.id for each in verdict.measures if each.met
    }


def test_a_procedure_that_forgets_its_reports_is_found() -> None:
    path = "processes/report-emergency.bpmn"
    broken = FILES[path].replace(b'dueDate="=date and time(report.dueAt)"', b'dueDate="=now()"')
    assert broken != FILES[path]
    _, verdict = hold("false-leak", {**FILES, path: broken})
    assert [each.met for each in verdict.measures if each.id == "report"] == [False]
    assert (
        any(finding.startswith("Send report") for finding in verdict.findings)
        and verdict.rating == "M"
    )


def test_players_who_are_slow_or_wrong_are_found() -> None:
    answers = {
        **DRILLS["false-leak"].answers,
        "declare-emergency": {"confirmed": True, "level": "IV", "reason": "-"},
    }
    _, verdict = hold("false-leak", answers=answers, reaction={})
    failed = {each.id: each.measured for each in verdict.measures if each.met is False}
    assert failed["level"] == "III", "called IV; the fourth step of the director raises it"
    assert verdict.rating != "P"


def test_a_form_that_refuses_is_a_finding_and_the_drill_goes_on() -> None:
    answers = {**DRILLS["system-down"].answers, "first-contact": {"reached": "perhaps"}}
    _, verdict = hold("system-down", answers=answers)
    assert any(
        "first-contact" in finding and "could not be done" in finding
        for finding in verdict.findings
    )


def test_the_report_is_complete_in_itself() -> None:
    drill, verdict = hold("scam-victim")
    page = as_page(drill, verdict, version="procedure <7>", profile=PROFILE_TW)
    assert "procedure &lt;7&gt;" in page and drill.name in page and "<script" not in page
    found = as_json(drill, verdict, version="7", profile=PROFILE_TW)
    assert json.loads(json.dumps(found))["rating"] == verdict.rating


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"injects": []}, "injects"),
        ({"at": "2026-03-02T09:00:00"}, "at"),
        ({"surprise": 1}, "surprise"),
        ({"length": "PT1M"}, "injects"),
        ({"level": "V"}, "level"),
    ],
)
def test_a_bad_file_says_where(change: dict[str, object], where: str) -> None:
    good = json.loads(FILES["processes/drills/branch-crowd.drill.json"])
    with pytest.raises(InvalidInput, match=f"^x.drill.json: {where}"):
        parse_drill("x.drill.json", json.dumps({**good, **change}).encode())


def test_findings_become_improvements_of_the_bank(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "processes/report-emergency.bpmn"
    broken = FILES[path].replace(b'dueDate="=date and time(report.dueAt)"', b'dueDate="=now()"')
    runtime = release_files(sqlite_database, {**FILES, path: broken})
    monkeypatch.setenv("REDRESS_DATABASE_URL", str(sqlite_database.url))
    monkeypatch.setenv("REDRESS_SECRET_KEY", "k" * 40)
    done = CliRunner().invoke(main, ["drill", "false-leak", "--report", str(tmp_path), "--improve"])
    assert done.exit_code == 1 and "NOT MET" in done.output, done.output
    assert (
        json.loads((tmp_path / "false-leak.json").read_text("utf-8"))["definitions"]
        == "test, version 1"
    )
    with runtime.database.read() as connection:
        keys = list_active(connection)
        wanted = [task.element_id for key in keys for task in list_open_tasks(connection, key)]
    assert wanted and set(wanted) == {"carry-out-action"}
    refused = CliRunner().invoke(main, ["drill", "nothing"])
    assert refused.exit_code == 1 and "branch-crowd" in refused.output
