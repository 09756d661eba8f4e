"""A search sees what was written before it, and totals are exact: each writer its own writes at
once, with others writing at the same time, and everybody together in the end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from service.db import Database
from tests.kit.loan import LOAN, RATE
from tests.kit.rest import Rest

WRITERS, EACH = 4, 3


@pytest.fixture
def rest(database: Database) -> Rest:
    made = Rest(database)
    made.deploy({"loan.bpmn": LOAN, "rates.dmn": RATE})
    return made


class Caller:
    """One client: it asks in its own thread, and searches right after it has written."""

    def __init__(self, rest: Rest) -> None:
        self.rest, self.client = rest, rest.app.test_client()

    def ask(self, role: str, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.rest.tokens[role]}"}
        answer = self.client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code in (200, 201, 204), answer.get_data(as_text=True)
        return answer.get_json(silent=True)

    def one(self, what: str, **where: Any) -> dict[str, Any]:
        """The only row there is of these conditions."""
        page = self.ask("admin", "POST", f"/v2/{what}/search", {"filter": where})
        assert (page["page"]["totalItems"], len(page["items"])) == (1, 1), (what, where, page)
        found: dict[str, Any] = page["items"][0]
        return found

    def none(self, what: str, **where: Any) -> None:
        page = self.ask("admin", "POST", f"/v2/{what}/search", {"filter": where})
        assert (page["page"]["totalItems"], page["items"]) == (0, []), (what, where, page)

    def run(self, reference: str) -> str:
        """One instance from its start to its end; after each write, what every search says of
        it."""
        body = {
            "processDefinitionId": "loan",
            "variables": {"ref": reference},
            "businessId": reference,
        }
        key = str(self.ask("owner", "POST", "/v2/process-instances", body)["processInstanceKey"])
        assert self.one("process-instances", businessId=reference)["state"] == "ACTIVE"
        job = self.one("jobs", processInstanceKey=key, state="CREATED")
        assert (
            self.one("element-instances", processInstanceKey=key, state="ACTIVE")["elementId"]
            == "score"
        )
        path = f"/v2/jobs/{job['jobKey']}"
        self.ask("worker", "POST", f"{path}/failure", {"retries": 0, "errorMessage": "no power"})
        incident = self.one("incidents", processInstanceKey=key, state="ACTIVE")
        assert self.one("process-instances", processInstanceKey=key, hasIncident=True)
        self.ask("admin", "POST", f"/v2/incidents/{incident['incidentKey']}/resolution")
        self.none("incidents", processInstanceKey=key, state="ACTIVE")
        self.ask("worker", "POST", f"{path}/completion", {"variables": {"score": 7}})
        assert self.one("jobs", jobKey=job["jobKey"])["state"] == "COMPLETED"
        assert self.one("variables", processInstanceKey=key, name="score")["value"] == "7"
        task = self.one("user-tasks", processInstanceKey=key, state="CREATED")
        self.ask(
            "handler",
            "POST",
            f"/v2/user-tasks/{task['userTaskKey']}/assignment",
            {"assignee": "handler"},
        )
        assert self.one("user-tasks", processInstanceKey=key)["assignee"] == "handler"
        self.ask(
            "handler", "POST", f"/v2/user-tasks/{task['userTaskKey']}/completion", {"variables": {}}
        )
        self.none("user-tasks", processInstanceKey=key, state="CREATED")
        assert self.one("message-subscriptions", processInstanceKey=key)["elementId"] == "wait"
        message = {"name": "answer", "correlationKey": reference, "timeToLive": 1_000}
        self.ask("clerk", "POST", "/v2/messages/publication", message)
        assert self.one("process-instances", processInstanceKey=key)["state"] == "COMPLETED"
        self.none("message-subscriptions", processInstanceKey=key)
        return key


def test_a_search_sees_what_was_written_before_it(rest: Rest) -> None:
    def work(writer: int) -> list[str]:
        caller = Caller(rest)
        return [caller.run(f"ref-{writer}-{number}") for number in range(EACH)]

    with ThreadPoolExecutor(WRITERS) as pool:
        keys = [key for done in pool.map(work, range(WRITERS)) for key in done]
    assert len(set(keys)) == WRITERS * EACH
    caller = Caller(rest)
    for body in (
        {"page": {"limit": 1}},
        {"page": {"limit": 5, "from": 4}},
        {"filter": {"state": "COMPLETED"}},
    ):
        found = caller.ask("admin", "POST", "/v2/process-instances/search", body)
        assert found["page"]["totalItems"] == len(keys) and not found["page"]["hasMoreTotalItems"]
    counts = {each["elementId"]: each for each in _counts(caller)}
    assert {
        name: (each["completed"], each["active"]) for name, each in counts.items()
    } == dict.fromkeys(("s", "score", "check", "wait", "e"), (len(keys), 0))


def test_pages_by_cursor_keep_their_place_while_others_write(rest: Rest) -> None:
    before = [rest.start("loan", ref=f"r{number}") for number in range(5)]

    def pages() -> Iterator[list[str]]:
        after = None
        while True:
            page = {"limit": 2} | ({"after": after} if after else {})
            order = [{"field": "processInstanceKey", "order": "DESC"}]
            found = rest.ok(
                "admin", "POST", "/v2/process-instances/search", {"page": page, "sort": order}
            )
            if not found["items"]:
                return
            after = found["page"]["endCursor"]
            yield [each["processInstanceKey"] for each in found["items"]]
            rest.start("loan", ref="late")  # above the page: nothing moves

    assert [key for page in pages() for key in page] == sorted(before, key=int, reverse=True)


def test_sort_fields_are_named_when_another_is_asked_for(rest: Rest) -> None:
    body = {"sort": [{"field": "colour"}]}
    status, refused = rest("admin", "POST", "/v2/process-instances/search", body)
    assert (status, refused["title"]) == (400, "INVALID_ARGUMENT")
    [error] = refused["errors"]
    assert error["pointer"] == "/sort/0/field" and "startDate" in error["message"]
    status, refused = rest("admin", "POST", "/v2/jobs/search", {"filter": {"type": {"$gt": "a"}}})
    assert status == 400 and any("$gt" in each["pointer"] for each in refused["errors"])


def _counts(caller: Caller) -> list[dict[str, Any]]:
    [version] = caller.ask("admin", "POST", "/v2/process-definitions/search", {})["items"]
    path = f"/v2/process-definitions/{version['processDefinitionKey']}/statistics/element-instances"
    found: list[dict[str, Any]] = caller.ask("admin", "POST", path, {})["items"]
    return found
