"""The same request with the same key gets the same answer, whenever it is sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import flask
import pytest

from service.api.edge import parts

SENT: dict[str, Any] = {
    "customerName": "Mei Lin",
    "contact": {"email": "mei@customer.invalid"},
    "channel": "phone",
    "content": "Charged twice.",
}


def later(application: tuple[flask.Flask, dict[str, str]]) -> None:
    with application[0].app_context():
        parts().clock.advance(timedelta(seconds=7))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "sent",
    [
        SENT,
        {**SENT, "receivedAt": "2026-03-02T09:00:00+08:00"},
        {**SENT, "amount": 12.5, "similarIn24h": 3},
    ],
)
def test_a_complaint_is_registered_once(call: Any, application: Any, sent: dict[str, Any]) -> None:
    key = {"Idempotency-Key": f"once-{sorted(sent)}"}
    first = call("clerk", "POST", "/api/complaints", json=sent, headers=key)
    later(application)
    again = call("clerk", "POST", "/api/complaints", json=sent, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_json() == first.get_json()
    assert again.headers["Location"] == first.headers["Location"]
    other = {**sent, "content": "Something else."}
    assert call("clerk", "POST", "/api/complaints", json=other, headers=key).status_code == 409


def test_a_form_of_the_portal_sent_again_gets_the_same_receipt(application: Any) -> None:
    client = application[0].test_client()
    form = {"content": "Charged twice.", "once": "a1" * 16, "customerName": "Mei"}
    same = {"Sec-Fetch-Site": "same-origin"}
    first = client.post("/portal/complain", data=form, headers=same)
    later(application)
    again = client.post("/portal/complain", data=form, headers=same)
    assert (first.status_code, again.status_code) == (201, 200)
    number = first.text.partition("C-2026-")[2][:9]
    assert number and f"C-2026-{number}" in again.text
