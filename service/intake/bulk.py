"""Complaints in bulk from another system's file, row by row in bounded memory.

A row that cannot be read is reported with its line and never stops the others: rows in = complaints
+ reported errors.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import BinaryIO
from zoneinfo import ZoneInfo

from service.cases import NewComplaint
from service.errors import FormInvalid, InvalidInput
from service.intake.new_complaint import parse_complaint
from service.operations import PastComplaint

MAX_FIELD = 1_000_000
MAX_CONTENT = 100_000
CFPB_CHANNELS = {
    "Web": "online",
    "Web Referral": "referral",
    "Referral": "referral",
    "Phone": "phone",
    "Postal mail": "letter",
    "Fax": "fax",
    "Email": "email",
}
CFPB_COLUMNS = (
    "Date received",
    "Product",
    "Issue",
    "Sub-issue",
    "Consumer complaint narrative",
    "Tags",
    "Submitted via",
    "Complaint ID",
)


CFPB_ANSWER = "Company response to consumer"
CFPB_OUTCOMES = {
    "Closed with explanation": "not upheld",
    "Closed without relief": "not upheld",
    "Closed with relief": "upheld",
    "Closed with monetary relief": "upheld",
    "Closed with non-monetary relief": "upheld",
    "Closed": None,
    "Untimely response": None,
}
"""What the company answered, where it was the last word. The database does not say when."""
REGISTER_COLUMNS = ("Number", "Received", "Closed", "Outcome", "Channel", "Content")
REGISTER_OPTIONAL = (
    "Customer",
    "Phone",
    "Email",
    "Address",
    "Product",
    "Amount",
    "Currency",
    "Language",
)
REGISTER_NAMES = {"customerName": "Customer", "receivedAt": "Received"}
"""Columns that are called otherwise than the fields of a complaint that they fill."""
MOST_NUMBER = 100
REGISTER_OUTCOMES = ("upheld", "partly upheld", "not upheld", "withdrawn", "")


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One row of the file: a complaint as the old record has it, or the reason why it is none."""

    line: int
    past: PastComplaint | None = None
    error: str = ""

    @property
    def new(self) -> NewComplaint | None:
        """The complaint by itself."""
        return None if self.past is None else self.past.new


Mapper = Callable[[Mapping[str, str], ZoneInfo, datetime], PastComplaint]


def read_rows(
    stream: BinaryIO, *, mapping: str, zone: ZoneInfo, now: datetime
) -> Iterator[BulkRow]:
    """The rows of a CSV file in UTF-8. Raises InvalidInput when the file as a whole is not of that
    mapping."""
    if mapping not in MAPPINGS:
        raise InvalidInput(
            "expected a mapping out of {mappings}, got {mapping!r}",
            mappings=sorted(MAPPINGS),
            mapping=mapping,
        )
    columns, convert = MAPPINGS[mapping]
    csv.field_size_limit(MAX_FIELD)
    # undecodable bytes become lone surrogates, so that only the row that holds them is refused
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(text, strict=True)
    header = _header(reader, columns)
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BulkRow(line, error=f"lines {line} to {reader.line_num} are no CSV: {error}")
            continue
        if values:
            yield _row(line, header, values, convert, zone, now)


def _header(reader: Iterator[list[str]], columns: tuple[str, ...]) -> list[str]:
    try:
        header = next(reader)
    except (StopIteration, csv.Error):
        raise InvalidInput("expected a CSV file with a line of column names, found none") from None
    missing = [name for name in columns if name not in header]
    if missing:
        raise InvalidInput(
            "expected the columns {columns}; {missing} missing", columns=columns, missing=missing
        )
    return header


def _row(
    line: int, header: list[str], values: list[str], convert: Mapper, zone: ZoneInfo, now: datetime
) -> BulkRow:
    if len(values) != len(header):
        return BulkRow(line, error=f"expected {len(header)} columns, got {len(values)}")
    if any("\udc80" <= character <= "\udcff" for value in values for character in value):
        return BulkRow(line, error="expected UTF-8, found bytes that are not")
    if any("\x00" in value for value in values):
        return BulkRow(line, error="holds a NUL character")
    try:
        return BulkRow(line, convert(dict(zip(header, values, strict=True)), zone, now))
    except InvalidInput as error:
        return BulkRow(line, error=error.message)


def _cfpb(row: Mapping[str, str], zone: ZoneInfo, now: datetime) -> PastComplaint:
    """A row of the public complaint database of the CFPB, which keeps name and contact back."""
    identity = row["Complaint ID"].strip()
    if not (identity.isascii() and identity.isdigit() and len(identity) <= 20):
        raise InvalidInput(
            "expected a number as Complaint ID, got {identity!r}", identity=identity[:40]
        )
    narrative = row["Consumer complaint narrative"].strip()
    words = [row[name].strip() for name in ("Issue", "Sub-issue")]
    content = narrative or ": ".join(word for word in words if word)
    if not content:
        raise InvalidInput("expected a narrative or an issue, found neither")
    if len(content) > MAX_CONTENT:
        raise InvalidInput(
            "expected a narrative of at most {most} characters, got {count}",
            most=MAX_CONTENT,
            count=len(content),
        )
    answer = row.get(CFPB_ANSWER, "").strip()
    return PastComplaint(
        replace(_cfpb_complaint(row, content, zone, now), external_id=f"cfpb:{identity}"),
        answer in CFPB_OUTCOMES,
        None,
        CFPB_OUTCOMES.get(answer),
    )


def _cfpb_complaint(
    row: Mapping[str, str], content: str, zone: ZoneInfo, now: datetime
) -> NewComplaint:
    return NewComplaint(
        customer_name=None,
        phone=None,
        email=None,
        address=None,
        channel=CFPB_CHANNELS.get(row["Submitted via"].strip(), "other"),
        content=content,
        received_at=_receipt(row["Date received"].strip(), zone, now),
        language="en",
        product=row["Product"].strip()[:300] or None,
        currency="USD",
        withheld=("customerName", "contact"),
        triage={"vulnerable": True} if "Older American" in row["Tags"] else {},
    )


def _receipt(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The beginning of the day of receipt, in the bank's zone."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "expected a date such as 2020-03-18, got {text!r}", text=text[:40]
        ) from None
    received_at = datetime.combine(day, time(), zone).astimezone(UTC)
    if day.year < 1900 or received_at > now:
        raise InvalidInput("expected a day of receipt from 1900 until today, got {text}", text=text)
    return received_at


def _register(row: Mapping[str, str], zone: ZoneInfo, now: datetime) -> PastComplaint:
    """A row of a bank's own register of complaints."""
    told = {name: row.get(name, "").strip() for name in (*REGISTER_COLUMNS, *REGISTER_OPTIONAL)}
    if not 0 < len(told["Number"]) <= MOST_NUMBER:
        raise InvalidInput(
            "expected a Number of 1 to {most} characters, got {count}",
            most=MOST_NUMBER,
            count=len(told["Number"]),
        )
    received = _receipt(told["Received"], zone, now)
    closed = _receipt(told["Closed"], zone, now) if told["Closed"] else None
    if closed is not None and closed < received:
        raise InvalidInput(
            "expected a day of closing from {received} on, got {closed}",
            received=told["Received"],
            closed=told["Closed"],
        )
    if told["Outcome"] not in REGISTER_OUTCOMES:
        raise InvalidInput(
            "expected an Outcome out of {known}, got {found!r}",
            known=[each for each in REGISTER_OUTCOMES if each],
            found=told["Outcome"][:40],
        )
    new = _register_complaint(told, received, now)
    return PastComplaint(new, closed is not None, closed, told["Outcome"] or None)


def _register_complaint(told: Mapping[str, str], received: datetime, now: datetime) -> NewComplaint:
    ways = {name.lower(): told[name] for name in ("Phone", "Email", "Address") if told[name]}
    given = {
        "customerName": told["Customer"] or None,
        "contact": ways,
        "channel": told["Channel"].lower() or None,
        "content": told["Content"] or None,
        "product": told["Product"] or None,
        "amount": told["Amount"] or None,
        "currency": told["Currency"] or None,
        "language": told["Language"] or None,
        "receivedAt": received.isoformat(),
    }
    try:
        new = parse_complaint(given, now=now)
    except FormInvalid as error:
        first = error.errors[0]
        name = first.pointer.rpartition("/")[2]
        field = REGISTER_NAMES.get(name, name.capitalize())
        raise InvalidInput("{field}: {message}", field=field, message=first.message) from error
    if not new.content:
        raise InvalidInput("expected the Content of the complaint, found none")
    return replace(new, external_id=f"register:{told['Number']}")


MAPPINGS: dict[str, tuple[tuple[str, ...], Mapper]] = {
    "cfpb": (CFPB_COLUMNS, _cfpb),
    "register": (REGISTER_COLUMNS, _register),
}
