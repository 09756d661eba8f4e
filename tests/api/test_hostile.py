"""Whatever is sent, nothing answers with a fault of ours."""

from __future__ import annotations

import io
import os
import threading
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.api import jobs

ROUNDS = int(os.environ.get("REDRESS_ROUNDS", "5"))
CONFORMS = [response_schema_conformance, status_code_conformance, content_type_conformance]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    "filter",
    "page",
    "sort",
    "variables",
    "assignee",
    "revision",
    "name",
    "correlationKey",
    "processDefinitionId",
    "processDefinitionKey",
    "contact",
    "channel",
    "content",
    "receivedAt",
    "amount",
    "currency",
    "customerName",
    "product",
    "language",
    "groupSize",
    "reason",
]
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5)
PATHS = (
    "/api/complaints",
    "/v2/user-tasks/search",
    "/v2/user-tasks/65537/completion",
    "/v2/user-tasks/65537/assignment",
    "/v2/process-instances",
    "/v2/process-instances/1/cancellation",
    "/v2/messages/correlation",
    "/v2/incidents/search",
    "/v2/jobs/activation",
    "/v2/jobs/65537/completion",
    "/v2/jobs/65537/failure",
    "/v2/jobs/65537/error",
    "/v2/process-definitions/search",
    "/v2/deployments",
)


def test_no_body_breaks_an_operation(application: Any) -> None:
    app, tokens = application
    client = app.test_client()

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(PATHS), BODIES)
    def send(path: str, body: Any) -> None:
        response = client.post(
            path, json=body, headers={"Authorization": f"Bearer {tokens['admin']}"}
        )
        assert response.status_code < 500, response.get_data(as_text=True)

    send()


def test_no_request_of_the_description_breaks_it(
    application: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, tokens = application
    monkeypatch.setattr(jobs, "DEFAULT_WAIT", timedelta(0))
    monkeypatch.setattr(jobs, "LONGEST_WAIT", timedelta(0))
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)

    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=ROUNDS,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(operation.as_strategy())
        def send(case: Any) -> None:
            response = case.call(headers={"Authorization": f"Bearer {tokens['admin']}"})
            assert response.status_code < 500 or response.status_code in (501, 504), response.text[
                :300
            ]
            case.validate_response(response, checks=CONFORMS)

        send()


def test_refuses_a_deployment_that_is_no_diagram(application: Any) -> None:
    app, tokens = application
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    for name, content in (
        ("a.bpmn", b"no xml"),
        ("b.bpmn", bomb),
        ("c.bpmn", b"\xff\x00"),
        ("d.form.json", b"{"),
    ):
        response = app.test_client().post(
            "/v2/deployments",
            data={"resources": (io.BytesIO(content), name)},
            headers={"Authorization": f"Bearer {tokens['admin']}"},
        )
        assert 400 <= response.status_code < 500, (name, response.get_data(as_text=True))
        assert response.mimetype == "application/problem+json"


def test_two_at_once_cancel_an_instance_once(application: Any, register: Any, call: Any) -> None:
    app, tokens = application
    number = register()["number"]
    (task, *_) = call("admin", "GET", f"/api/complaints/{number}/tasks").get_json()["items"]
    group, path = task["candidateGroups"][0], f"/v2/user-tasks/{task['userTaskKey']}"
    barrier, statuses = threading.Barrier(2), []

    def cancel() -> None:
        barrier.wait()
        url = f"/v2/process-instances/{task['processInstanceKey']}/cancellation"
        header = {"Authorization": f"Bearer {tokens['admin']}"}
        statuses.append(app.test_client().post(url, headers=header).status_code)

    assert call(group, "GET", path).status_code == 200
    threads = [threading.Thread(target=cancel) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204, 409]


def test_slows_down_who_guesses_and_tells_nothing_of_names(application: Any) -> None:
    client = application[0].test_client()
    headers = {"Sec-Fetch-Site": "same-origin"}
    answers = [
        client.post("/sign-in", data={"name": name, "password": "wrong wrong"}, headers=headers)
        for name in ("clerk", "nobody") * 10
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.data for answer in answers}) == 1
    right = {"name": "clerk", "password": "correct horse battery"}
    assert client.post("/sign-in", data=right, headers=headers).status_code == 429
