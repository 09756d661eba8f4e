"""Returns: counted right, reconciled, wrong rows named with their rule, frozen."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from service import operations
from service.bench.recording import new_complaint
from service.cli import main
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import SYSTEM
from service.insight import between
from service.players.in_process import Plan, drive_all
from service.returns import Row, build, freeze, list_mappings, load_mapping, read_rows
from tests.kit.clock import NOW

ZONE = ZoneInfo("Europe/London")
PERIOD = between(date(2026, 1, 1), date(2026, 6, 30), ZONE)
GB, AU, TW = "GB-DISP-1-ANNEX-1R", "AU-ASIC-IDR", "TW-FSC"


def _row(number: int, **changes: object) -> Row:
    received = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
    row = Row(
        number=f"C-2026-{number:07}-K",
        received=received,
        closed=received + timedelta(days=20),
        status="closed",
        channel="phone",
        product="card",
        cause="disclosure",
        outcome="upheld",
        customer_kind="consumer",
        paid=Decimal("120.50"),
        currency="GBP",
        days=20,
        bucket="8-weeks",
        within_30_days=True,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def _told(name: str, rows: Sequence[Row]) -> dict[str, list[object]]:
    made = build(load_mapping(name), rows, PERIOD)
    return {str(line[0]): list(line[1:]) for line in made.lines}


def test_all_three_are_shipped_and_say_what_has_to_be_confirmed() -> None:
    assert set(list_mappings()) == {GB, AU, TW}
    for name in list_mappings():
        mapping = load_mapping(name)
        assert mapping.id == name
        assert mapping.confirmed or mapping.to_confirm


def test_a_form_of_totals_is_counted() -> None:
    before = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
    opened = {"closed": None, "outcome": "", "days": None, "bucket": None, "paid": Decimal(0)}
    rows = [
        _row(1),
        _row(2, product="loan", outcome="not upheld", paid=Decimal(40), bucket="3-business-days"),
        _row(3, received=before, bucket="later"),
        _row(4, status="open", within_30_days=None, **opened),
    ]
    lines = _told(GB, rows)
    assert lines["Outstanding at the start of the period"] == [1, 1, 0]
    assert lines["Opened in the period"] == [3, 2, 1]
    assert lines["Closed in the period"] == [3, 2, 1]
    assert lines["Closed within 3 business days"] == [1, 0, 1]
    assert lines["Closed after 8 weeks"] == [1, 1, 0]
    assert lines["Upheld"] == [2, 2, 0]
    paid = "Redress paid for upheld complaints"
    assert lines[paid] == [Decimal("241.00"), Decimal("241.00"), Decimal(0)]
    assert build(load_mapping(GB), rows, PERIOD).is_ready


def test_wrong_rows_are_named_with_their_rule() -> None:
    rows = [_row(1), _row(2, currency="TWD"), _row(3, outcome="settled"), _row(4, product="")]
    made = build(load_mapping(GB), rows, PERIOD)
    assert [(each.number[-3], "TWD" in each.rule) for each in made.findings] == [("2", True)]
    assert {(each.number[-3], each.fact, each.value) for each in made.uncoded} == {
        ("3", "outcome", "settled"),
        ("4", "product", ""),
    }
    assert made.lines[0][0] == "Outstanding at the start of the period"
    assert _told(GB, rows)["Redress paid for upheld complaints"][0] == Decimal("241.00")


def test_columns_that_have_to_be_filled_are_named() -> None:
    rows = [_row(1, customer_kind=""), _row(2, outcome=""), _row(3, customer_kind="robot")]
    made = build(load_mapping(AU), rows, PERIOD)
    wrong = {(each.number[-3], str(each.rule)) for each in made.findings}
    assert ("1", "Complainant type has to be filled") in wrong
    assert ("2", "Outcome has to be filled") in wrong
    assert {(each.number[-3], each.fact) for each in made.uncoded} == {("3", "customer_kind")}
    assert len(made.lines) == 3
    assert made.lines[0][:3] == ["C-2026-0000001-K", "", "2026-02-03"]


def test_a_case_told_twice_does_not_reconcile() -> None:
    made = build(load_mapping(TW), [_row(1, currency="TWD"), _row(1, currency="TWD")], PERIOD)
    assert any("reconcile" in each.rule for each in made.findings)


def test_lines_that_do_not_add_up_are_told() -> None:
    made = build(load_mapping(GB), [_row(1, bucket=None)], PERIOD)
    assert [each.rule for each in made.findings] == [
        "Closed in the period is the sum of its three classes of time"
    ]


@given(st.lists(st.sampled_from(["upheld", "partly upheld", "not upheld", "withdrawn"])))
def test_outcomes_add_up_to_what_was_closed(outcomes: list[str]) -> None:
    rows = [_row(n, outcome=each, currency="TWD") for n, each in enumerate(outcomes)]
    made = build(load_mapping(TW), rows, PERIOD)
    assert made.is_ready
    assert _told(TW, rows)["Closed in the period"][0] == len(outcomes)


def test_what_was_made_stays_and_another_one_says_why(tmp_path: Path) -> None:
    mapping = load_mapping(GB)
    first = build(mapping, [_row(1)], PERIOD)
    one = freeze(first, PERIOD, tmp_path, now=NOW, by="operator")
    again = freeze(first, PERIOD, tmp_path, now=NOW + timedelta(days=1), by="operator")
    assert (one.version, one.is_new, again.version, again.is_new) == (1, True, 1, False)
    other = build(mapping, [_row(1), _row(2)], PERIOD)
    with pytest.raises(InvalidInput):
        freeze(other, PERIOD, tmp_path, now=NOW, by="operator")
    kept = (one.folder / "return.csv").read_bytes()
    two = freeze(other, PERIOD, tmp_path, now=NOW, by="operator", reason="one more was found")
    assert two.version == 2
    assert (one.folder / "return.csv").read_bytes() == kept
    manifest = orjson.loads((two.folder / "manifest.json").read_bytes())
    assert manifest["resubmittedBecause"] == "one more was found"
    assert manifest["confirmed"] is False


def test_a_cell_is_never_a_formula(tmp_path: Path) -> None:
    made = build(load_mapping(AU), [_row(1, product="=cmd()", currency="AUD")], PERIOD)
    frozen = freeze(made, PERIOD, tmp_path, now=NOW, by="operator")
    assert "'=cmd()" in (frozen.folder / "return.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        '{"id": "X", "shape": "totals"}',
        '{"id":"X","regimes":[],"title":"","source":"","confirmed":true,"to_confirm":[],'
        '"shape":"totals","currency":"GBP","totals":[{"name":"a","count":"opened"}],"coded":{},'
        '"required":[],"adds_up":[{"rule":"r","whole":"b","parts":[]}]}',
    ],
)
def test_a_mapping_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match="own"):
        load_mapping(str(path))
    with pytest.raises(InvalidInput, match="AU-ASIC-IDR"):
        load_mapping("nothing")


def test_the_complaints_of_a_simulated_period_are_those_of_the_return(runtime: Runtime) -> None:
    keys = []
    for place in range(8):
        at = NOW + timedelta(days=2 * place)
        new = replace(new_complaint(at), product="card")
        keys.append(operations.register_complaint(runtime, new, actor=SYSTEM, now=at).root_key)
    drive_all(runtime, keys[:6], Plan("returns", NOW + timedelta(days=15)))
    zone = runtime.profile.calendar.zone
    period = between(date(2026, 3, 5), date(2026, 3, 31), zone)
    mapping = load_mapping(TW)
    with runtime.database.read() as connection:
        rows = read_rows(connection, period, runtime.profile, regimes=mapping.regimes)
        nobody = read_rows(connection, period, runtime.profile, regimes=["UK-DISP"])
    assert nobody == []
    assert len(rows) == 8
    made = build(mapping, rows, period)
    assert made.findings == []
    lines = {line[0]: line[1] for line in made.lines}
    assert lines["Outstanding at the start of the period"] == 2
    assert lines["Received in the period"] == 6
    assert lines["Closed in the period"] == sum(row.closed is not None for row in rows)
    assert all((row.closed is None) == (row.bucket is None) for row in rows)


def test_the_command_makes_freezes_and_refuses(
    sqlite_database: object, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if runtime.database.dialect != "sqlite":
        pytest.skip("one database is enough for the words of the command")
    operations.register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW)
    url = runtime.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("REDRESS_DATABASE_URL", url)
    monkeypatch.setenv("REDRESS_SECRET_KEY", "k" * 40)
    span = ["--from", "2026-03-01", "--to", "2026-03-31", "--output", str(tmp_path)]
    told = CliRunner().invoke(main, ["report", TW, *span])
    assert told.exit_code == 1
    assert "product ''" in told.output
    assert "to be confirmed by compliance" in told.output
    path = tmp_path / "TW-FSC-2026-03-01-2026-03-31" / "1" / "cases.csv"
    assert len(list(csv.reader(path.read_text("utf-8-sig").splitlines()))) == 2
    again = CliRunner().invoke(main, ["report", TW, *span])
    assert "version 1, as it was" in again.output
    wrong = CliRunner().invoke(main, ["report", "XX", *span])
    assert wrong.exit_code == 1
    assert "AU-ASIC-IDR" in wrong.output
