"""Relations between complaints over the API."""

from __future__ import annotations

from typing import Any


def test_relations_are_decided_and_read(call: Any, register: Any) -> None:
    one, other = (
        register()["number"],
        register(contact={"email": "else@customer.invalid"})["number"],
    )
    path = f"/api/complaints/{one}/related"
    done = call(
        "handler", "POST", path, json={"number": other, "kind": "related", "reason": "same outage"}
    )
    assert done.status_code == 200
    [link] = call("clerk", "GET", path).get_json()["links"]
    assert (link["number"], link["kind"], link["decidedBy"]) == (other, "related", "handler")
    refused = call("handler", "POST", path, json={"number": other, "kind": "duplicate of"})
    assert refused.status_code == 409 and "two customers" in refused.get_json()["detail"]
    assert call("handler", "POST", path, json={"number": other, "kind": "twin"}).status_code in (
        400,
        422,
    )
    assert (
        call("department", "POST", path, json={"number": other, "kind": "related"}).status_code
        == 403
    )
