"""What people send: a missing fact is taken, a malformed one is named."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from service.api.complaint_shapes import NewComplaintSent
from service.definitions import shipped_files
from service.errors import FormInvalid
from service.intake import CHANNELS, parse_complaint
from tests.kit.clock import NOW


def test_nothing_at_all_is_still_a_complaint() -> None:
    new = parse_complaint({}, now=NOW)
    assert (new.customer_name, new.content, new.channel, new.received_at) == (
        None,
        "",
        "other",
        NOW,
    )


def test_facts_are_kept() -> None:
    sent = {
        "customerName": " 林美玲 ",
        "contact": {"phone": "02-5550-0101"},
        "channel": "phone",
        "content": "扣款兩次",
        "receivedAt": "2026-03-02T09:30:00+08:00",
        "amount": "1280.50",
        "vulnerable": True,
        "groupSize": 3,
    }
    new = parse_complaint(sent, now=NOW)
    assert (new.customer_name, new.phone, new.amount) == (
        "林美玲",
        "02-5550-0101",
        Decimal("1280.50"),
    )
    assert new.received_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert new.triage == {"vulnerable": True, "groupSize": 3}


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"customerName": 7}, "/customerName"),
        ({"customerName": "x" * 301}, "/customerName"),
        ({"content": "x" * 20_001}, "/content"),
        ({"content": "a\x00b"}, "/content"),
        ({"contact": "02-5550"}, "/contact"),
        ({"contact": {"pigeon": "x"}}, "/contact/pigeon"),
        ({"contact": {"email": "nobody"}}, "/contact/email"),
        ({"contact": {"email": "a@b.invalid\r\nBcc: c@d.invalid"}}, "/contact/email"),
        ({"channel": "telepathy"}, "/channel"),
        ({"receivedAt": "yesterday"}, "/receivedAt"),
        ({"receivedAt": "2026-03-02T09:30:00"}, "/receivedAt"),
        ({"receivedAt": "2026-03-03T09:30:00+00:00"}, "/receivedAt"),
        ({"receivedAt": 5}, "/receivedAt"),
        ({"amount": "NaN"}, "/amount"),
        ({"amount": -1}, "/amount"),
        ({"amount": "1e30"}, "/amount"),
        ({"amount": True}, "/amount"),
        ({"amount": "0.001"}, "/amount"),
        ({"currency": "twd"}, "/currency"),
        ({"language": "tlh"}, "/language"),
        ({"groupSize": True}, "/groupSize"),
        ({"vulnerable": "yes"}, "/vulnerable"),
        ({"number": "C-2026-0000001-A"}, "/number"),
        ([], ""),
        (None, ""),
    ],
)
def test_a_malformed_fact_is_named(sent: Any, pointer: str) -> None:
    with pytest.raises(FormInvalid) as caught:
        parse_complaint(sent, now=NOW)
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_every_error_is_said_at_once() -> None:
    with pytest.raises(FormInvalid) as caught:
        parse_complaint({"amount": "x", "channel": 1, "extra": None}, now=NOW)
    assert {error.pointer for error in caught.value.errors} == {"/amount", "/channel", "/extra"}


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_desk_and_rest_offer_the_same_channels(language: str) -> None:
    form = orjson.loads(shipped_files()["forms/registration.form.json"])
    assert tuple(form["schema"]["properties"]["channel"]["enum"]) == CHANNELS
    suffix = "" if language == "en" else f":{language}"
    assert len(form["uiSchema"]["channel"][f"ui:enumNames{suffix}"]) == len(CHANNELS)
    assert {"chat", "social media"} <= set(CHANNELS)


@pytest.mark.parametrize("written", ["social media", "social-media", "Social_Media"])
def test_a_channel_is_known_however_its_words_are_joined(written: str) -> None:
    assert parse_complaint({"channel": written}, now=NOW).channel == "social media"
    sent = NewComplaintSent.model_validate({"channel": written})
    assert sent.channel == "social media"
