"""The shipped tables are those of the bank's own lists, row by row, and verified whole.

The lists are not part of the project: the comparison is skipped where they are absent.
REDRESS_DOMAIN names the folder.
"""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from service.dmn import check_models, load_model
from service.dmn.cells import intervals, read_condition
from service.dmn.check import tables_of
from service.dmn.parts import Table
from tests.kit.clock import NOW

ROOT = Path(__file__).parents[2]
LISTS = Path(os.environ.get("REDRESS_DOMAIN", ROOT.parent / "shared/domain"))
FILES = {path.name: path.read_bytes() for path in sorted((ROOT / "processes").glob("*.dmn"))}

listed = pytest.mark.skipif(not LISTS.is_dir(), reason=f"the bank's lists are not at {LISTS}")


def rows_of(file: str, name: str) -> list[tuple[list[str], dict[str, Any]]]:
    """(cells, outputs by name) of each rule; outputs that are constants only."""
    model = load_model(FILES[file], file=file)
    (table,) = (each for _, each in tables_of(model) if each.place.id == name)
    return [
        ([cell.text for cell in rule.conditions], _outputs(table, number))
        for number, rule in enumerate(table.rules)
    ]


def _outputs(table: Table, number: int) -> dict[str, Any]:
    cells = zip(table.outputs, table.rules[number].conclusions, strict=True)
    return {clause.name: cell.text.strip('"') for clause, cell in cells}


def read_list(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((LISTS / name).read_text("utf-8").splitlines()))


def lower_bounds(cells: list[str]) -> set[int]:
    found = (read_condition(cell) for cell in cells if cell != "-")
    return {
        int(each.low)
        for one in found
        if one and one.kind == "number"
        for each in intervals(one.form)
        if each.low
    }


def test_every_shipped_table_is_verified_whole_without_gap_or_overlap() -> None:
    assert [f"{each.code} {each.message}" for each in check_models(FILES)] == []


@listed
def test_each_severity_rule_of_the_list_is_in_the_table_and_none_besides() -> None:
    shipped = rows_of("severity.dmn", "base-severity-table") + rows_of(
        "severity.dmn", "severity-table"
    )
    names = {outputs["rule"] for _, outputs in shipped} - {"baseSeverity.rule"}
    assert names == {row["rule"] for row in read_list("severity_decision_table.csv")}
    assert len(names) == 20


@listed
def test_severity_level_and_threshold_of_each_rule_are_those_of_the_list() -> None:
    shipped = rows_of("severity.dmn", "base-severity-table") + rows_of(
        "severity.dmn", "severity-table"
    )
    for row in read_list("severity_decision_table.csv"):
        mine = [(cells, outputs) for cells, outputs in shipped if outputs["rule"] == row["rule"]]
        severities = {outputs["severity"] for _, outputs in mine}
        if row["severity_P"].startswith("one level up"):  # T15 moves what the others found
            before = {cells[1]: outputs["severity"] for cells, outputs in mine}
            assert before == {'"P2"': "P1", '"P3","P4"': "P2"}
        else:
            assert severities == {f"P{re.search(r'[1-4]', row['severity_P']).group()}"}, row  # type: ignore[union-attr]
        numbers = {
            int(each.replace(",", ""))
            for each in re.findall(r"\d[\d,]*", row["condition"].replace("once", "1"))
        }
        bounds = lower_bounds([cell for cells, _ in mine for cell in cells])
        if bounds and numbers:
            assert min(bounds) in numbers, row
        _check_level(row, {outputs["emergencyLevel"] for _, outputs in mine})


def _check_level(row: dict[str, str], shipped: set[str]) -> None:
    levels = set(re.findall(r"ER(?: |>=)?((?:IV|I{1,3})(?:/(?:IV|I{1,3}))*)", row["extra"]))
    wanted = {level for each in levels for level in each.split("/")}
    if wanted:
        assert wanted & shipped, row
    elif row["rule"] not in ("T15",):  # what T15 moves keeps the level that it had
        assert shipped == {"none"}, row


@listed
def test_severities_are_those_of_the_service_levels() -> None:
    known = {row["P"] for row in json.loads((LISTS / "sla_by_severity.json").read_text("utf-8"))}
    assert {
        outputs["severity"] for _, outputs in rows_of("severity.dmn", "base-severity-table")
    } == known


@listed
def test_authority_begins_and_ends_where_the_list_says() -> None:
    rows = read_list("compensation_authority_TWD.csv")
    ranks = rows_of("authority.dmn", "amount-rank-table")
    levels = rows_of("authority.dmn", "authority-table")
    assert [outputs["level"] for _, outputs in levels] == [row["level"] for row in rows]
    assert len(ranks) == len(rows)
    model = load_model(FILES["authority.dmn"], file="authority.dmn")
    for row in rows:
        for bound in (row["min"], row["max"]):
            if bound:
                found = model.evaluate(
                    "authority", {"compensationAmount": int(bound), "round": 0}, now=NOW
                ).value
                assert found["level"] == row["level"], row
    committee = next(outputs for _, outputs in levels if outputs["level"] == "A5")
    assert "3" in committee.values()  # "quorum 3, minutes"
