"""Reports of browsers about what they stopped: counted, bounded, and without anybody's data."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from service.execution import Runtime
from service.metrics import POLICY_REPORTS
from service.web import policy_reports
from tests.kit.desk import SAME, Desk

PLAIN = {
    "csp-report": {
        "document-uri": "https://bank.example/complaints/C-2026-0000001-A?q=secret",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/steal?name=Lin",
        "script-sample": "a secret",
    }
}
MANY = [
    {
        "type": "csp-violation",
        "url": "https://bank.example/portal/case",
        "body": {"effectiveDirective": "img-src", "blockedURL": "inline"},
    }
] * 3


def count(part: str) -> float:
    return float(POLICY_REPORTS.labels(part)._value.get())


def send(desk: Desk, body: Any, **more: Any) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = desk.client.post("/csp-reports", data=data, headers=SAME, **more)
    return int(answer.status_code)


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_reports, "_written", [])


def test_a_report_is_counted_and_told_without_addresses_or_text(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "redress.security")
    before = count("script-src-elem"), count("img-src")
    assert send(desk, PLAIN, content_type="application/csp-report") == 204
    assert send(desk, MANY, content_type="application/reports+json") == 204
    assert (count("script-src-elem"), count("img-src")) == (before[0] + 1, before[1] + 3)
    assert "script-src-elem from evil.example" in caplog.text
    for word in ("secret", "Lin", "C-2026", "portal", "steal"):
        assert word not in caplog.text


def test_pages_say_where_reports_go(desk: Desk) -> None:
    answer = desk.client.get("/sign-in", headers=SAME)
    assert "report-uri /csp-reports; report-to csp" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Reporting-Endpoints"] == 'csp="/csp-reports"'


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"null", b"[]", b"[1, null]", b'"x"', b"\xff", b'{"csp-report": 1}'),
        b'{"csp-report": {"effective-directive": {"a": 1}, "blocked-uri": "https://[::1"}}',
    ],
)
def test_what_is_no_report_is_taken_and_changes_nothing_but_the_count(
    desk: Desk, body: bytes
) -> None:
    assert send(desk, body) == 204


def test_it_is_bounded(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "redress.security")
    assert send(desk, b" " * 20_000) == 413
    before = count("other")
    named = {"csp-report": {"effective-directive": "x" * 50, "blocked-uri": "a\nb"}}
    for _ in range(30):
        assert send(desk, [named] * 40) == 204
    assert count("other") == before + 30 * policy_reports.MOST_REPORTS
    assert len(caplog.records) == policy_reports.LINES
    assert "\n" not in caplog.records[0].getMessage()
