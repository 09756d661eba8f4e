"""Every refusal is one shape: problem+json with a stable code, and nothing is half-written."""

from __future__ import annotations

from typing import Any

import pytest

SENT = {"contact": {"phone": "02-5550-0199"}, "content": "Twice.", "channel": "phone"}


def refused(response: Any, status: int, code: str | None = None) -> dict[str, Any]:
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert {"type", "title", "status", "detail", "code"} <= set(body)
    assert body["status"] == status and body["type"] == f"urn:redress:{body['code']}"
    if code:
        assert body["code"] == code
    return body


@pytest.mark.parametrize("path", ["/api/complaints", "/v2/user-tasks/65537", "/v2/topology"])
def test_asks_who_it_is(call: Any, path: str) -> None:
    response = call("", "GET", path)
    refused(response, 401, "unauthenticated")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_refuses_a_write_without_a_token_as_unauthenticated(call: Any) -> None:
    refused(call("", "POST", "/api/complaints", json=SENT), 401)


def test_refuses_a_wrong_token(call: Any) -> None:
    refused(call("", "GET", "/v2/topology", headers={"Authorization": "Bearer rdr_wrong"}), 401)


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("department", "GET", "/api/complaints"),
        ("approver", "POST", "/api/complaints"),
        ("clerk", "POST", "/v2/process-instances/65536/cancellation"),
        ("clerk", "POST", "/v2/deployments"),
        ("handler", "POST", "/v2/incidents/search"),
        ("department", "POST", "/v2/messages/correlation"),
    ],
)
def test_keeps_to_the_roles(call: Any, role: str, method: str, path: str) -> None:
    refused(call(role, method, path, json={} if method == "POST" else None), 403, "forbidden")


def test_titles_are_those_that_camundas_clients_know(call: Any) -> None:
    assert refused(call("admin", "GET", "/v2/process-instances/65536"), 404)["title"] == "NOT_FOUND"
    assert refused(call("admin", "POST", "/v2/jobs/search", json={"filter": {"x": 1}}), 400)[
        "title"
    ] == ("INVALID_ARGUMENT")
    assert refused(call("admin", "GET", "/api/complaints/none"), 400)["title"] == "Bad Request"


def test_refuses_what_is_no_json(call: Any) -> None:
    broken = {"data": "{", "content_type": "application/json"}
    refused(call("clerk", "POST", "/api/complaints", **broken), 400, "invalid-input")
    refused(call("clerk", "POST", "/api/complaints", data="a=1", content_type="text/plain"), 415)
    refused(call("clerk", "POST", "/api/complaints", json=["a"]), 400)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"content": "\\ud800"}',
        b'{"content": "\\u0000"}',
        b'{"amount": NaN}',
        b'{"contact": ' + b"[" * 50_000,
    ],
    ids=["surrogate", "null", "nan", "nested"],
)
def test_refuses_json_that_cannot_be_kept(call: Any, raw: bytes) -> None:
    refused(
        call("clerk", "POST", "/api/complaints", data=raw, content_type="application/json"), 400
    )


def test_refuses_an_endless_idempotency_key(call: Any) -> None:
    refused(
        call("clerk", "POST", "/api/complaints", json=SENT, headers={"Idempotency-Key": "k" * 201}),
        400,
    )


def test_names_every_wrong_field(call: Any) -> None:
    wrong = SENT | {"channel": "pigeon", "amount": "many", "surprise": 1}
    body = refused(call("clerk", "POST", "/api/complaints", json=wrong), 422, "form-invalid")
    assert {each["pointer"] for each in body["errors"]} == {"/channel", "/amount", "/surprise"}


def test_refuses_an_oversized_body(call: Any) -> None:
    refused(call("clerk", "POST", "/api/complaints", json=SENT | {"content": "x" * 2_100_000}), 413)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/complaints/C-2026-9999999-0", 400),
        ("/v2/user-tasks/99", 404),
        (f"/v2/user-tasks/{10**30}", 404),
        (f"/v2/process-instances/{10**30}", 404),
        ("/api/complaints?limit=99999", 400),
        ("/api/complaints?offset=%C2%B2", 400),
    ],
)
def test_says_what_is_not_there(call: Any, path: str, status: int) -> None:
    refused(call("admin", "GET", path), status)


@pytest.mark.parametrize("page", [{"limit": 0}, {"limit": True}, {"from": -1}, {"limit": 10**9}, 7])
def test_refuses_a_wrong_page(call: Any, page: Any) -> None:
    refused(call("clerk", "POST", "/v2/user-tasks/search", json={"page": page}), 400)


def test_refuses_a_filter_that_is_not_served(call: Any) -> None:
    refused(call("clerk", "POST", "/v2/user-tasks/search", json={"filter": {"shoeSize": "x"}}), 400)


def test_says_what_is_not_served(call: Any) -> None:
    body = refused(call("clerk", "POST", "/v2/batch-operations/search", json={}), 501, "not-served")
    assert "/v2/batch-operations/search" in body["detail"]


def test_refuses_a_session_write_from_elsewhere(application: Any) -> None:
    client = application[0].test_client()
    form = {"name": "clerk", "password": "correct horse battery"}
    assert (
        client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code
        == 302
    )
    refused(
        client.post("/api/complaints", json=SENT, headers={"Sec-Fetch-Site": "cross-site"}), 403
    )
    refused(client.post("/api/complaints", json=SENT), 403)
    assert (
        client.post(
            "/api/complaints", json=SENT, headers={"Sec-Fetch-Site": "same-origin"}
        ).status_code
        == 201
    )
