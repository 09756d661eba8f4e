"""Evidence and contacts over the API."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

Call = Callable[..., Any]
PDF = b"%PDF-1.7 the statement"


def upload(
    call: Call, number: str, *files: tuple[bytes, str], role: str = "handler", **form: str
) -> Any:
    data = {**form, "files": [(io.BytesIO(content), name) for content, name in files]}
    return call(
        role,
        "POST",
        f"/api/complaints/{number}/evidence",
        data=data,
        content_type="multipart/form-data",
    )


def test_files_are_entered_listed_and_handed_out(call: Call, register: Call) -> None:
    number = register()["number"]
    answer = upload(call, number, (PDF, "對帳單.pdf"), (b"MZ\x00", "tool.exe"), kind="statement")
    assert answer.status_code == 201
    first, second = answer.get_json()["items"]
    assert (first["name"], first["kind"], first["mediaType"]) == (
        "對帳單.pdf",
        "statement",
        "application/pdf",
    )
    assert first["sha256"] == hashlib.sha256(PDF).hexdigest() and first["addedBy"] == "handler"
    assert second["state"] == "quarantined" and "program" in second["reason"]
    listed = call("clerk", "GET", f"/api/complaints/{number}/evidence").get_json()
    assert [row["evidenceKey"] for row in listed["items"]] == [
        first["evidenceKey"],
        second["evidenceKey"],
    ]
    path = f"/api/complaints/{number}/evidence/{first['evidenceKey']}/content"
    got = call("clerk", "GET", path)
    assert got.data == PDF and got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    locked = f"/api/complaints/{number}/evidence/{second['evidenceKey']}/content"
    assert call("handler", "GET", locked).status_code == 403
    assert call("compliance", "GET", locked).data == b"MZ\x00"
    history = call("clerk", "GET", f"/api/complaints/{number}/history").get_json()["items"]
    noted = next(row for row in history if row["event"] == "case:evidence:added")
    assert [each["sha256"] for each in noted["details"]["evidence"]] == [
        first["sha256"],
        second["sha256"],
    ]
    assert "對帳單" not in str(history)


def test_what_cannot_be_taken_is_refused(call: Call, register: Call) -> None:
    number = register()["number"]
    assert upload(call, number).status_code == 400
    assert upload(call, number, (b"", "empty.txt")).status_code == 400
    assert upload(call, number, (PDF, "a.pdf"), kind="gossip").status_code == 400
    assert upload(call, number, (PDF, "a.pdf"), role="department").status_code == 403
    assert upload(call, "C-2026-9999999-1", (PDF, "a.pdf")).status_code in (400, 404)
    plain = call("handler", "POST", f"/api/complaints/{number}/evidence", json={})
    assert plain.status_code == 415
    assert call("clerk", "GET", f"/api/complaints/{number}/evidence/1/content").status_code == 404
    assert call("clerk", "GET", f"/api/complaints/{number}/evidence").get_json()["items"] == []


def test_contacts_are_logged(call: Call, register: Call) -> None:
    number = register()["number"]
    sent = {
        "spokeAt": "2026-03-02T09:30:00+08:00",
        "bankPerson": "handler",
        "party": "林美玲",
        "means": "phone",
        "result": "reached",
        "note": "She wants a written reply.",
    }
    answer = call("handler", "POST", f"/api/complaints/{number}/contacts", json=sent)
    assert answer.status_code == 201 and answer.get_json()["recordedBy"] == "handler"
    [entry] = call("clerk", "GET", f"/api/complaints/{number}/contacts").get_json()["items"]
    assert entry["party"] == "林美玲" and entry["spokeAt"] == "2026-03-02T01:30:00+00:00"
    wrong = call(
        "handler",
        "POST",
        f"/api/complaints/{number}/contacts",
        json={**sent, "means": "pigeon", "party": " "},
    )
    assert wrong.status_code == 422
    assert {each["pointer"] for each in wrong.get_json()["errors"]} == {"/means", "/party"}
    early = call(
        "handler",
        "POST",
        f"/api/complaints/{number}/contacts",
        json={**sent, "spokeAt": "2026-03-09T00:00:00Z"},
    )
    assert early.status_code == 422
