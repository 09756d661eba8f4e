"""Rates with a date: which are in force, and that examples and old ones are told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.definitions import shipped_files
from service.dmn import load_model
from service.engine import load_bundle
from service.reporting.rates import rates_in, rates_of, told

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TODAY = date(2026, 6, 1)
OLD = b'[{from: date("2026-01-01"), until: date("2027-01-31"), confirmed: false, rates: {'


def changed(head: bytes) -> Any:
    files = {path: content for path, content in shipped_files().items()}
    assert OLD in files["processes/authority.dmn"]
    files["processes/authority.dmn"] = files["processes/authority.dmn"].replace(OLD, head)
    return load_bundle(files)


def test_the_shipped_rates_are_told_to_be_examples() -> None:
    bundle = load_bundle(shipped_files())
    found = rates_of(bundle, now=NOW, today=TODAY)
    assert [(each.name, each.state) for each in found] == [
        ("authority-rates", "not confirmed by the bank"),
        ("severity-rates", "not confirmed by the bank"),
    ]
    assert found[0].rates == found[1].rates
    assert "not confirmed" in str(told(found[0], "GBP"))
    assert told(found[0], "TWD") is None
    assert "the board decides" in str(told(found[0], "XXX"))


@pytest.mark.parametrize(
    ("head", "state"),
    [
        (OLD.replace(b"false", b"true"), "in force"),
        (OLD.replace(b"false", b"true").replace(b"2027-01-31", b"2026-05-31"), "out of date"),
        (OLD.replace(b"2026-01-01", b"2026-06-02"), "no table in force"),
    ],
)
def test_a_table_says_where_it_stands(head: bytes, state: str) -> None:
    found = rates_in(changed(head), "authority-rates", now=NOW, today=TODAY)
    assert found is not None and found.state == state


def test_a_new_table_counts_from_its_day_on() -> None:
    later = OLD.replace(b"[{", b'[{from: date("2026-01-01"), rates: {TWD: 1, GBP: 40}}, {', 1)
    content = shipped_files()["processes/authority.dmn"].replace(
        OLD, later.replace(b'}, {from: date("2026-01-01")', b'}, {from: date("2026-06-01")')
    )
    model = load_model(content, file="authority.dmn")
    for day, rate in ((datetime(2026, 5, 31, tzinfo=UTC), 40), (NOW, 41)):
        given = {"currency": "GBP"}
        assert model.evaluate("authority-rate", given, now=day).value == rate
    early = datetime(2025, 12, 31, tzinfo=UTC)
    decided = model.evaluate(
        "authority", {"currency": "GBP", "compensationAmount": 1, "round": 0}, now=early
    ).value
    assert decided["level"] == "A7"
