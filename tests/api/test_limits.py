"""Hostile requests: too large, too deep, too many, of the wrong kind, with keys that nothing has,
for others' tasks."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from service.api.operation import JSON, OPERATIONS
from service.db import Database
from service.identity import Actor
from tests.kit.rest import Rest
from tests.kit.waiting import files

BODIES = sorted(
    each.name for each in OPERATIONS.values() if each.takes is not None and each.media == JSON
)
SEARCHES = sorted(
    each.path
    for each in OPERATIONS.values()
    if each.path.endswith("s/search") and "{" not in each.path
)


@pytest.fixture
def rest(sqlite_database: Database) -> Rest:
    made = Rest(sqlite_database)
    made.deploy(
        {name: content for name, content in files().items() if name in ("notes.bpmn", "waits.bpmn")}
    )
    return made


def path_of(name: str) -> str:
    path = OPERATIONS[name].path
    for part in path.split("/"):
        if part.startswith("{"):
            path = path.replace(part, "C-2026-0000001-0" if part == "{number}" else "65536")
    return path


def test_every_body_is_held_to_its_size_its_kind_and_its_depth(rest: Rest) -> None:
    for name in BODIES:
        method, path = OPERATIONS[name].method, path_of(name)
        holder = next(
            role
            for role in ("admin", *rest.tokens)
            if Actor(role, frozenset({role})).may(OPERATIONS[name].may)
        )
        header = {"Authorization": f"Bearer {rest.tokens[holder]}"}
        big = rest.client.open(
            path,
            method=method,
            data=b'{"a":"' + b"x" * 2_100_000 + b'"}',
            content_type=JSON,
            headers=header,
        )
        text = rest.client.open(
            path, method=method, data=b"a=1", content_type="text/plain", headers=header
        )
        deep = rest.client.open(
            path,
            method=method,
            data=b'{"variables":' + b"[" * 500 + b"]" * 500 + b"}",
            content_type=JSON,
            headers=header,
        )
        lists = rest.client.open(path, method=method, json=[1, 2], headers=header)
        assert (big.status_code, text.status_code) == (413, 415), name
        assert (deep.status_code, lists.status_code) == (400, 400), name
        for answer in (big, text, deep, lists):
            assert answer.mimetype == "application/problem+json", name


def test_unknown_and_wrong_fields_are_named(rest: Rest) -> None:
    body = {"type": 7, "timeout": "soon", "maxJobsToActivate": True, "surprise": 1}
    status, found = rest("worker", "POST", "/v2/jobs/activation", body)
    assert status == 400
    assert {each["pointer"] for each in found["errors"]} == {
        "/type",
        "/timeout",
        "/maxJobsToActivate",
        "/surprise",
    }
    assert "soon" not in json.dumps(found)  # what was sent is not sent back


@pytest.mark.parametrize("path", SEARCHES)
def test_searches_are_bounded(rest: Rest, path: str) -> None:
    field = {"/v2/variables/search": "name", "/v2/element-instances/search": "elementId"}.get(path)
    found = {
        "too many values": {"filter": {field or "processDefinitionId": {"$in": ["x"] * 1_001}}},
        "too many alternatives": {"filter": {"$or": [{}] * 21}},
        "too many orders": {"sort": [{"field": "processInstanceKey"}] * 9},
        "an order by what is no field": {"sort": [{"field": "1; DROP TABLE job"}]},
        "a page too far": {"page": {"from": 10**9}},
        "a page too long": {"page": {"limit": 10_001}},
        "two ways at once": {"page": {"from": 1, "after": "W10="}},
        "a field that is none": {"filter": {"shoeSize": 46}},
        "an operator that is none": {"filter": {"processInstanceKey": {"$where": "1=1"}}},
        "a key that is none": {"filter": {"processInstanceKey": "0 OR 1=1"}},
        "a number for a key": {"filter": {"processInstanceKey": 65536}},
    }
    for what, body in found.items():
        assert rest("admin", "POST", path, body)[0] == 400, (what, body)


def test_cursors_that_are_none_are_refused(rest: Rest) -> None:
    rest.start("notes", ref="r")
    for path in SEARCHES:
        where = (
            {"processInstanceKey": "65536"}
            if path in ("/v2/variables/search", "/v2/element-instances/search")
            else {}
        )
        for cursor in ("x", "W10=", "eyJhIjoxfQ==", "bm90IGEgbnVtYmVy", "W1tbXV1d"):
            body = {"filter": where, "page": {"after": cursor}}
            assert rest("admin", "POST", path, body)[0] == 400, (path, cursor)


def test_wildcards_of_sql_mean_nothing(rest: Rest) -> None:
    rest.start("notes", ref="r")
    for pattern, count in (
        ("%", 0),
        ("n_tes", 0),
        ("n?tes", 1),
        ("N*", 0),
        ("[n]otes", 0),
        ("*' OR 1=1 --", 0),
        ("*", 1),
    ):
        found = rest.search("process-instances", processDefinitionId={"$like": pattern})
        assert len(found) == count, pattern


def test_keys_that_nothing_has(rest: Rest) -> None:
    for key, status in (
        ("9" * 19, 404),
        ("9" * 30, 404),
        ("65536", 404),
        ("-1", 400),
        ("1e5", 400),
        ("٣", 400),
    ):
        assert rest("admin", "GET", f"/v2/process-instances/{key}")[0] == status, key
        assert rest("admin", "GET", f"/v2/user-tasks/{key}")[0] == status, key
        assert rest("worker", "POST", f"/v2/jobs/{key}/completion", {})[0] == status, key
    assert rest.search("jobs", processInstanceKey="9" * 19) == []


def test_one_accounts_token_is_no_good_for_anothers_task(rest: Rest) -> None:
    key = rest.start("notes", ref="r")
    [task] = rest.search("user-tasks", role="handler", processInstanceKey=key)
    path = f"/v2/user-tasks/{task['userTaskKey']}"
    assert rest.search("user-tasks", role="clerk") == []
    attempts = (
        ("GET", "", None),
        ("GET", "/form", None),
        ("DELETE", "/assignee", None),
        ("PATCH", "", {"changeset": {"priority": 1}}),
        ("POST", "/assignment", {"assignee": "clerk"}),
        ("POST", "/variables/search", {}),
        ("POST", "/effective-variables/search", {}),
    )
    for method, part, body in attempts:
        assert rest("clerk", method, path + part, body)[0] == 404, part
    assert rest("clerk", "POST", f"{path}/completion", {"variables": {}})[0] in (403, 404)
    basic = {"headers": {"Authorization": "Basic Y2xlcms6" + "eA=="}}
    assert rest("clerk", "GET", path, **basic)[0] == 401
    rest.ok("handler", "POST", f"{path}/assignment", {"assignee": "handler"})
    assert rest("admin", "POST", f"{path}/completion", {"variables": {}})[0] == 403
    assert rest.state(key) == "ACTIVE"


def test_a_revoked_token_ends_its_bearers(rest: Rest) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": "clerk",
        "client_secret": rest.tokens["clerk"],
    }
    bearer = rest.client.post("/oauth/token", data=form).get_json()["access_token"]
    header = {"headers": {"Authorization": f"Bearer {bearer}"}}
    assert rest("clerk", "GET", "/v2/topology", **header)[0] == 200
    with rest.runtime.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE api_token SET revoked_at = created_at WHERE account_name = 'clerk'"
        )
    assert rest("clerk", "GET", "/v2/topology", **header)[0] == 401


def test_a_deployment_is_held_to_its_shape(rest: Rest) -> None:
    header = {"Authorization": f"Bearer {rest.tokens['owner']}"}
    assert rest.client.post("/v2/deployments", json={}, headers=header).status_code == 415
    twice = [(io.BytesIO(b"x"), "a.bpmn"), (io.BytesIO(b"x"), "a.bpmn")]
    assert (
        rest.client.post("/v2/deployments", data={"resources": twice}, headers=header).status_code
        == 400
    )
    big = {"data": b"x" * 2_100_000, "content_type": "multipart/form-data; boundary=b"}
    assert rest.client.post("/v2/deployments", headers=header, **big).status_code == 413
    outside = [(io.BytesIO(next(iter(files().values()))), "../../etc/x.bpmn")]
    done: Any = rest.client.post(
        "/v2/deployments", data={"resources": outside}, headers=header
    ).get_json()
    assert done["deployments"][0]["processDefinition"]["resourceName"] == "x.bpmn"
