"""Through the API alone: register, find the task, claim, complete, read what happened."""

from __future__ import annotations

import base64
import re
from typing import Any


def test_registers_with_number_key_and_clocks(register: Any) -> None:
    done = register()
    assert set(done) == {"number", "processInstanceKey", "receivedAt", "deadlines"}
    assert re.fullmatch(r"C-2026-\d{7}-[0-9A-Z*]", done["number"])
    assert {"clock", "dueAt"} == set(done["deadlines"][0])


def test_answers_a_repeated_request_the_same(call: Any) -> None:
    headers, sent = (
        {"Idempotency-Key": "k-1"},
        {"content": "Once.", "receivedAt": "2026-03-01T00:00:00Z"},
    )
    first = call("clerk", "POST", "/api/complaints", json=sent, headers=headers)
    again = call("clerk", "POST", "/api/complaints", json=sent, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json()["number"] == again.get_json()["number"]
    other = call(
        "clerk", "POST", "/api/complaints", json=sent | {"content": "Other."}, headers=headers
    )
    assert other.status_code == 409


def test_reads_a_complaint_and_what_belongs_to_it(call: Any, register: Any) -> None:
    number = register()["number"]
    found = call("handler", "GET", f"/api/complaints/{number}").get_json()
    assert (found["customerName"], found["status"]) == ("王小明", "open")
    for part in ("history", "deadlines", "letters", "tasks"):
        listed = call("handler", "GET", f"/api/complaints/{number}/{part}").get_json()
        assert listed["page"]["totalItems"] == len(listed["items"]) > 0, part


def test_holds_a_task_once_and_completes_it_once(call: Any, register: Any) -> None:
    number = register()["number"]
    task = next(
        t for t in call("admin", "GET", f"/api/complaints/{number}/tasks").get_json()["items"]
    )
    group, path = task["candidateGroups"][0], f"/v2/user-tasks/{task['userTaskKey']}"
    other = next(role for role in ("clerk", "approver") if role != group)
    assert call(other, "POST", f"{path}/assignment", json={"assignee": other}).status_code in (
        403,
        404,
    )
    assert call(group, "POST", f"{path}/assignment", json={"assignee": group}).status_code == 204
    held = call(group, "GET", path).get_json()
    assert (held["assignee"], held["state"]) == (group, "CREATED")
    mine = call(
        group, "POST", "/v2/user-tasks/search", json={"filter": {"assignee": group}}
    ).get_json()
    assert task["userTaskKey"] in [each["userTaskKey"] for each in mine["items"]]
    stale = call(
        group,
        "POST",
        f"{path}/completion",
        json={"variables": {}, "revision": held["revision"] + 7},
    )
    assert stale.status_code == 409
    wrong = call(group, "POST", f"{path}/completion", json={"variables": {"surprise": 1}})
    assert wrong.status_code == 422 and wrong.get_json()["errors"]
    assert call(group, "DELETE", f"{path}/assignee").status_code == 204
    instance = call(
        "admin", "GET", f"/v2/process-instances/{task['processInstanceKey']}"
    ).get_json()
    assert instance["state"] == "ACTIVE"
    cancelled = call(
        "admin", "POST", f"/v2/process-instances/{task['processInstanceKey']}/cancellation"
    )
    assert cancelled.status_code == 204
    late = call(group, "POST", f"{path}/completion", json={"variables": {}})
    assert late.status_code == 409 and late.mimetype == "application/problem+json"


def test_lists_definitions_and_their_diagrams(call: Any) -> None:
    found = call(
        "owner",
        "POST",
        "/v2/process-definitions/search",
        json={"filter": {"processDefinitionId": "complaint"}},
    )
    (row,) = found.get_json()["items"]
    xml = call("owner", "GET", f"/v2/process-definitions/{row['processDefinitionKey']}/xml")
    assert xml.mimetype == "text/xml" and b"definitions" in xml.data


def test_lets_sdks_in_three_ways(application: Any) -> None:
    app, tokens = application
    client, token = app.test_client(), tokens["clerk"]
    form = {"grant_type": "client_credentials", "client_id": "clerk-script", "client_secret": token}
    bearer = client.post("/oauth/token", data=form).get_json()["access_token"]
    basic = base64.b64encode(f"clerk:{token}".encode()).decode()
    for header in (f"Bearer {token}", f"Bearer {bearer}", f"Basic {basic}"):
        assert client.get("/v2/topology", headers={"Authorization": header}).status_code == 200
    other = base64.b64encode(f"admin:{token}".encode()).decode()
    assert (
        client.get("/v2/topology", headers={"Authorization": f"Basic {other}"}).status_code == 401
    )
    assert client.post("/oauth/token", data=form | {"client_secret": "no"}).status_code == 401


def test_describes_itself(call: Any) -> None:
    document = call("", "GET", "/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    assert "post" in document["paths"]["/v2/user-tasks/{userTaskKey}/completion"]
    assert b"/api/complaints" in call("", "GET", "/docs").data
