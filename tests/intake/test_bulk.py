"""Bulk files: every row is a complaint or a reported error."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.errors import InvalidInput
from service.intake import BulkRow, read_rows
from tests.kit.clock import NOW

HEADER = (
    b"Date received,Product,Issue,Sub-issue,Consumer complaint narrative,Tags,Submitted "
    b"via,Complaint ID\n"
)


def rows(body: bytes, header: bytes = HEADER) -> list[BulkRow]:
    stream = io.BytesIO(header + body)
    return list(read_rows(stream, mapping="cfpb", zone=ZoneInfo("Asia/Taipei"), now=NOW))


def test_a_row_becomes_a_complaint() -> None:
    (row,) = rows(
        '2020-03-18,Mortgage,Fees,,"Two\nlines, 兩行",Older American,Postal mail,42\n'.encode()
    )
    assert row.new is not None
    assert (row.new.external_id, row.new.channel, row.new.product) == (
        "cfpb:42",
        "letter",
        "Mortgage",
    )
    assert row.new.content == "Two\nlines, 兩行"
    assert row.new.received_at == datetime(2020, 3, 17, 16, tzinfo=UTC)
    assert row.new.withheld == ("customerName", "contact")
    assert row.new.triage == {"vulnerable": True}


def test_without_a_narrative_the_issue_is_the_content() -> None:
    (row,) = rows(b"2020-03-18,Mortgage,Fees,Late fee,,,Web,42\n")
    assert row.new is not None
    assert row.new.content == "Fees: Late fee"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"2020-03-18,Mortgage,Fees\n", "expected 8 columns, got 3"),
        (b"18.03.2020,Mortgage,Fees,,,,Web,42\n", "expected a date"),
        (b"2027-03-18,Mortgage,Fees,,,,Web,42\n", "until today"),
        (b"2020-03-18,Mortgage,Fees,,,,Web,\n", "expected a number as Complaint ID"),
        (b"2020-03-18,Mortgage,,,,,Web,42\n", "expected a narrative or an issue"),
        (b"2020-03-18,Mort\xffgage,Fees,,,,Web,42\n", "expected UTF-8"),
        (b"2020-03-18,Mortgage,Fees,,a\x00b,,Web,42\n", "NUL"),
        (
            b"2020-03-18,Mortgage,Fees,," + b"x" * 100_001 + b",,Web,42\n",
            "at most 100000 characters",
        ),
        (b"2020-03-18,Mortgage,Fees,," + b"x" * 1_000_001 + b",,Web,42\n", "field larger"),
    ],
)
def test_a_broken_row_is_reported_and_the_next_is_read(line: bytes, error: str) -> None:
    broken, good = rows(line + b"2020-03-18,Mortgage,Fees,,,,Web,43\n")
    assert broken.new is None
    assert broken.line == 2
    assert error in broken.error
    assert good.new is not None


def test_an_open_quote_at_the_end_is_reported() -> None:
    (row,) = rows(b'2020-03-18,Mortgage,Fees,,"no end')
    assert "no CSV" in row.error


@pytest.mark.parametrize("header", [b"", b"a,b\n"])
def test_another_file_is_refused_whole(header: bytes) -> None:
    with pytest.raises(InvalidInput):
        rows(b"", header)


REGISTER = {"Number": "7", "Received": "2026-01-05", "Closed": "", "Outcome": "", "Content": "x"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Customer", "n" * 301),
        ("Phone", "1" * 101),
        ("Email", "nobody"),
        ("Address", "a" * 1_001),
        ("Product", "p" * 301),
        ("Amount", "much"),
        ("Currency", "coins"),
        ("Language", "klingon"),
        ("Channel", "pigeon"),
        ("Content", "c" * 20_001),
    ],
)
def test_a_row_of_the_register_is_refused_by_the_name_of_its_column(
    column: str, value: str
) -> None:
    row = {**REGISTER, "Channel": "phone", column: value}
    stream = io.BytesIO("\n".join([",".join(row), ",".join(row.values())]).encode())
    [found] = read_rows(stream, mapping="register", zone=ZoneInfo("Asia/Taipei"), now=NOW)
    assert found.error.startswith(f"{column}: "), found.error
