"""Jobs, instances, variables, messages, deployments and tasks over REST, on both databases."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from service import jobs
from service.api import jobs as job_routes
from service.api.desk import Desk
from service.db import Database, take, wake_after_commit
from tests.kit.clock import PATIENCE
from tests.kit.loan import LOAN, RATE
from tests.kit.rest import Rest
from tests.kit.waiting import TASK, catch, process

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rest(database: Database) -> Rest:
    made = Rest(database)
    status, done = made.deploy({"loan.bpmn": LOAN, "rates.dmn": RATE})
    assert (status, done["released"]) == (200, True)
    return made


def test_a_job_is_leased_and_comes_back_when_its_time_is_over(rest: Rest) -> None:
    key = rest.start("loan", ref="r", amount=12.5, secret="no")
    [job] = rest.jobs(fetchVariable=["amount", "missing"], worker="w1")
    assert (job["processInstanceKey"], job["variables"], job["worker"]) == (
        key,
        {"amount": 12.5},
        "w1",
    )
    assert job["deadline"] == int((rest.clock.now() + MINUTE).timestamp() * 1000)
    assert rest.jobs() == []
    rest.clock.advance(MINUTE)
    [again] = rest.jobs(worker="w2")
    assert (again["jobKey"], again["variables"]["secret"]) == (job["jobKey"], "no")


def test_a_failed_job_waits_for_its_backoff_and_keeps_what_it_was_given(rest: Rest) -> None:
    rest.start("loan", ref="r")
    [job] = rest.jobs()
    failure = {
        "retries": 2,
        "errorMessage": "no power",
        "retryBackOff": 30_000,
        "variables": {"tried": 1},
    }
    rest.ok("worker", "POST", f"/v2/jobs/{job['jobKey']}/failure", failure)
    [found] = rest.search("jobs", jobKey=job["jobKey"])
    assert (found["state"], found["retries"], found["hasFailedWithRetriesLeft"]) == (
        "CREATED",
        2,
        True,
    )
    assert rest.jobs() == []
    rest.clock.advance(MINUTE)
    assert [each["retries"] for each in rest.jobs()] == [2]
    [variable] = rest.search(
        "variables", processInstanceKey=job["processInstanceKey"], name="tried"
    )
    assert (variable["scopeKey"], variable["value"]) == (job["elementInstanceKey"], "1")


def test_an_error_that_nothing_catches_is_an_incident_that_can_be_resolved(rest: Rest) -> None:
    key = rest.start("loan", ref="r")
    [job] = rest.jobs()
    rest.ok(
        "worker",
        "POST",
        f"/v2/jobs/{job['jobKey']}/error",
        {"errorCode": "OTHER", "errorMessage": "?"},
    )
    [incident] = rest.search("incidents", processInstanceKey=key, state="ACTIVE")
    assert (incident["errorType"], incident["elementId"]) == ("UNHANDLED_ERROR_EVENT", "score")
    assert rest.ok("admin", "GET", f"/v2/process-instances/{key}")["hasIncident"]
    rest.clock.advance(MINUTE)
    assert rest.jobs() == []
    rest.ok("admin", "POST", f"/v2/incidents/{incident['incidentKey']}/resolution")
    assert [each["jobKey"] for each in rest.jobs()] == [job["jobKey"]]
    assert not rest.search("process-instances", hasIncident=True)


def test_incidents_are_found_from_their_instance_and_their_element(rest: Rest) -> None:
    key, other = rest.start("loan", ref="r"), rest.start("loan", ref="s")
    for job in rest.jobs():
        rest.ok(
            "worker",
            "POST",
            f"/v2/jobs/{job['jobKey']}/failure",
            {"retries": 0, "errorMessage": "no power"},
        )
    [found] = rest.search(f"process-instances/{key}/incidents")
    assert found["processInstanceKey"] == key != other
    [there] = rest.search(
        f"element-instances/{found['elementInstanceKey']}/incidents", state="ACTIVE"
    )
    assert there["incidentKey"] == found["incidentKey"]
    assert rest.search(f"process-instances/{key}/incidents", state="RESOLVED") == []
    assert rest("admin", "POST", "/v2/process-instances/65536/incidents/search", {})[0] == 404
    assert (
        rest(
            "admin",
            "POST",
            f"/v2/element-instances/{int(found['elementInstanceKey']) + 99}/incidents/search",
        )[0]
        == 404
    )
    assert rest.ok("admin", "GET", f"/v2/process-instances/{key}/call-hierarchy") == []
    [version] = rest.search("process-definitions")
    assert rest(
        "admin", "GET", f"/v2/process-definitions/{version['processDefinitionKey']}/form"
    ) == (204, None)


def test_jobs_are_handed_out_by_priority_and_can_be_changed(rest: Rest) -> None:
    for _ in range(3):
        rest.start("loan", ref="r")
        rest.clock.advance(timedelta(seconds=1))
    keys = [
        each["jobKey"]
        for each in sorted(rest.search("jobs"), key=lambda each: each["creationTime"])
    ]
    rest.ok("worker", "PATCH", f"/v2/jobs/{keys[2]}", {"changeset": {"priority": 9, "retries": 7}})
    status, refused = rest(
        "worker", "PATCH", f"/v2/jobs/{keys[0]}", {"changeset": {"timeout": 1_000}}
    )
    assert (status, refused["code"]) == (409, "state-conflict")
    handed = rest.jobs()
    assert [each["jobKey"] for each in handed] == [keys[2], keys[0], keys[1]]
    assert (handed[0]["priority"], handed[0]["retries"]) == (9, 7)
    rest.ok("worker", "PATCH", f"/v2/jobs/{keys[0]}", {"changeset": {"timeout": 600_000}})
    rest.clock.advance(2 * MINUTE)
    assert {each["jobKey"] for each in rest.jobs()} == {keys[1], keys[2]}


def test_a_long_poll_answers_as_soon_as_there_is_a_job(rest: Rest) -> None:
    answers: list[Any] = []

    def poll() -> None:
        body = {
            "type": "score",
            "timeout": 60_000,
            "maxJobsToActivate": 1,
            "requestTimeout": int(1000 * PATIENCE),
        }
        header = {"Authorization": f"Bearer {rest.tokens['worker']}"}
        began = time.monotonic()
        found = rest.app.test_client().post("/v2/jobs/activation", json=body, headers=header)
        answers.append((found.get_json()["jobs"], time.monotonic() - began))

    thread = threading.Thread(target=poll)
    thread.start()
    while rest.runtime.database.waits._waiting == 0 and thread.is_alive():
        pass
    rest.start("loan", ref="r")
    thread.join()
    [(found, took)] = answers
    assert len(found) == 1 and took < PATIENCE


def test_a_long_poll_asks_the_database_only_when_there_may_be_something(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    real = jobs.has_job
    monkeypatch.setattr(
        jobs, "has_job", lambda *given, **more: looks.append("look") or real(*given, **more)
    )
    waits: list[float] = []
    rest.start("loan", ref="r")
    [job] = rest.jobs()
    failure = {"retries": 2, "errorMessage": "no power", "retryBackOff": 300}
    rest.ok("worker", "POST", f"/v2/jobs/{job['jobKey']}/failure", failure)
    looks.clear()

    def wait(mark: int, seconds: float) -> None:
        waits.append(seconds)
        rest.clock.advance(timedelta(seconds=seconds))

    monkeypatch.setattr(rest.runtime.database.waits, "wait", wait)
    assert [each["retries"] for each in rest.jobs(requestTimeout=15_000)] == [2]
    assert (waits, len(looks)) == (
        [0.3],
        3,
    )  # once before, once when it began to wait, once when the backoff was over


def test_waiting_hears_what_another_process_commits(database: Database) -> None:
    other = Database(str(database.url))
    mark = database.waits.mark()
    heard = threading.Event()
    thread = threading.Thread(target=lambda: database.waits.wait(mark, PATIENCE) and heard.set())
    thread.start()
    try:
        while thread.is_alive():
            with other.transaction() as connection:
                take(connection, "rung")
                wake_after_commit(connection)
            thread.join(0.02)
    finally:
        other.dispose()
    assert heard.is_set()


def test_no_more_requests_wait_than_there_is_room_for(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Desk(waiting=1)
    monkeypatch.setattr(job_routes, "DESK", full)
    with full._places, full.away() as waiting:
        assert waiting
        assert rest.jobs(requestTimeout=600_000) == []  # answered at once: there is no room to wait


def test_who_waits_gives_the_place_up() -> None:
    desk = Desk(at_work=1)
    with desk._places:
        with desk.away() as waiting:
            assert waiting and desk._places.acquire(blocking=False)
            desk._places.release()
        assert not desk._places.acquire(blocking=False)


def test_await_completion_gives_the_variables_at_the_end(rest: Rest) -> None:
    rest.deploy({"waits.bpmn": process("waits", "", catch("m"))})
    message = {
        "name": "answer",
        "correlationKey": "k",
        "timeToLive": 60_000,
        "variables": {"n": 5, "rest": 1},
    }
    rest.ok("clerk", "POST", "/v2/messages/publication", message)
    body = {
        "processDefinitionId": "waits",
        "variables": {"ref": "k"},
        "awaitCompletion": True,
        "fetchVariables": ["n"],
    }
    assert rest.ok("owner", "POST", "/v2/process-instances", body)["variables"] == {"n": 5}
    status, late = rest("owner", "POST", "/v2/process-instances", body | {"requestTimeout": 50})
    assert (status, late["code"]) == (504, "timed-out")


def test_variables_are_written_where_they_are_known(rest: Rest) -> None:
    key = rest.start("loan", ref="r", amount=1)
    [element] = rest.search("element-instances", processInstanceKey=key, state="ACTIVE")
    path = f"/v2/element-instances/{element['elementInstanceKey']}/variables"
    why = {"reason": "A typo"}
    assert rest("admin", "PUT", path, {"variables": {"amount": 2}})[0] == 400
    rest.ok("admin", "PUT", path, {"variables": {"amount": 2, "fresh": [1]}, **why})
    rest.ok("admin", "PUT", path, {"variables": {"amount": 3}, "local": True, **why})
    rest.ok(
        "admin",
        "PUT",
        f"/v2/element-instances/{key}/variables",
        {"variables": {"ref": "s"}, **why},
    )
    found = {
        (each["scopeKey"], each["name"]): each["value"]
        for each in rest.search("variables", processInstanceKey=key)
    }
    assert found == {
        (key, "amount"): "2",
        (key, "fresh"): "[1]",
        (key, "ref"): '"s"',
        (element["elementInstanceKey"], "amount"): "3",
    }
    [one] = rest.search("variables", processInstanceKey=key, name="fresh")
    assert rest.ok("admin", "GET", f"/v2/variables/{one['variableKey']}")["value"] == "[1]"
    assert rest("admin", "PUT", path, {"variables": {"_x": 1}, **why})[0] == 400
    assert rest("handler", "PUT", path, {"variables": {"x": 1}})[0] == 403


def test_elements_flows_and_counts_tell_what_happened(rest: Rest) -> None:
    key = rest.start("loan", ref="r")
    rest.start("loan", ref="r")
    [job, _] = rest.jobs()
    rest.ok("worker", "POST", f"/v2/jobs/{job['jobKey']}/completion", {"variables": {}})
    done = {
        each["elementId"]: each["state"]
        for each in rest.search("element-instances", processInstanceKey=key)
    }
    assert done == {"s": "COMPLETED", "score": "COMPLETED", "check": "ACTIVE"}
    flows = rest.ok("admin", "GET", f"/v2/process-instances/{key}/sequence-flows")["items"]
    assert [each["elementId"] for each in flows] == ["f1", "f2"]
    [definition] = rest.search("process-definitions", processDefinitionId="loan")
    path = (
        f"/v2/process-definitions/{definition['processDefinitionKey']}/statistics/element-instances"
    )
    counts = {each["elementId"]: each for each in rest.ok("admin", "POST", path)["items"]}
    assert (counts["s"]["completed"], counts["score"]["active"], counts["check"]["active"]) == (
        2,
        1,
        1,
    )
    only = rest.ok("admin", "POST", path, {"filter": {"processInstanceKey": key}})["items"]
    assert {each["elementId"]: each["completed"] for each in only} == {
        "s": 1,
        "score": 1,
        "check": 0,
    }
    rest.ok("admin", "POST", f"/v2/process-instances/{key}/cancellation")
    after = {
        each["elementId"]: each["canceled"] for each in rest.ok("admin", "POST", path)["items"]
    }
    assert after["check"] == 1


def test_messages_over_rest(rest: Rest) -> None:
    sent = {"name": "answer", "correlationKey": "k", "timeToLive": 60_000, "messageId": "one"}
    assert rest.ok("worker", "POST", "/v2/messages/publication", sent)["messageKey"]
    assert rest("worker", "POST", "/v2/messages/publication", sent)[0] == 409
    nobody = {"name": "nobody", "correlationKey": "k"}
    assert rest("clerk", "POST", "/v2/messages/correlation", nobody)[0] == 404
    rest.deploy(
        {
            "ordered.bpmn": process(
                "ordered", '<bpmn:messageEventDefinition messageRef="new"/>', TASK
            )
        }
    )
    [start] = rest.search("message-subscriptions", messageSubscriptionType="START_EVENT")
    assert (start["messageName"], start["processDefinitionId"]) == ("new order", "ordered")
    met = rest.ok(
        "clerk", "POST", "/v2/messages/correlation", {"name": "new order", "correlationKey": "k"}
    )
    assert rest.state(met["processInstanceKey"]) == "ACTIVE"
    assert (
        rest(
            "clerk",
            "POST",
            "/v2/messages/correlation",
            {"name": "new order", "correlationKey": "k"},
        )[0]
        == 404
    )


def test_a_deployment_tells_every_problem_and_stores_nothing(rest: Rest) -> None:
    broken = LOAN.replace('targetRef="check"', 'targetRef="nowhere"').replace(
        'errorRef="no"', 'errorRef="none"'
    )
    status, found = rest.deploy({"loan.bpmn": broken})
    assert (status, found["code"]) == (400, "definition-invalid")
    assert len(found["errors"]) >= 2
    assert {"code", "file", "line", "element", "message", "fix", "severity"} <= set(
        found["errors"][0]
    )
    assert [each["version"] for each in rest.search("process-definitions")] == [1]
    assert rest.deploy({"loan.form": "{}"})[0] == 400
    assert rest.deploy({}, name="nothing")[0] in (400, 415)


def test_versions_start_by_key_and_number_and_same_files_are_the_same_version(rest: Rest) -> None:
    assert (
        rest.deploy({"loan.bpmn": LOAN, "rates.dmn": RATE})[1]["deployments"][0][
            "processDefinition"
        ]["processDefinitionVersion"]
        == 1
    )
    rest.deploy({"loan.bpmn": LOAN.replace('name="Loan"', 'name="Loan 2"'), "rates.dmn": RATE})
    versions = {
        each["version"]: each["processDefinitionKey"] for each in rest.search("process-definitions")
    }
    assert set(versions) == {1, 2}
    [latest] = rest.search("process-definitions", isLatestVersion=True)
    assert (latest["version"], latest["name"]) == (2, "Loan 2")
    for body, version in (
        ({"processDefinitionKey": versions[1]}, 1),
        ({"processDefinitionId": "loan", "processDefinitionVersion": 1}, 1),
        ({"processDefinitionId": "loan", "processDefinitionVersion": -1}, 2),
        ({"processDefinitionId": "loan"}, 2),
    ):
        started = rest.ok(
            "owner", "POST", "/v2/process-instances", body | {"variables": {"ref": "r"}}
        )
        assert started["processDefinitionVersion"] == version
    assert (
        rest(
            "owner",
            "POST",
            "/v2/process-instances",
            {"processDefinitionId": "loan", "processDefinitionVersion": 9},
        )[0]
        == 404
    )
    assert rest("owner", "POST", "/v2/process-instances", {})[0] == 400
    found = rest.ok("owner", "GET", f"/v2/resources/{versions[2]}")
    assert (found["resourceName"], found["version"]) == ("loan.bpmn", 2)


def test_the_complaints_processes_wait_for_their_release(rest: Rest) -> None:
    complaint = LOAN.replace('id="loan"', 'id="complaint"').replace('id="d"', 'id="d9"')
    helper = process("helper", "", TASK)
    status, done = rest.deploy({"complaint.bpmn": complaint, "helper.bpmn": helper})
    assert (status, done["released"]) == (200, False)
    assert (
        rest("owner", "POST", "/v2/process-instances", {"processDefinitionId": "helper"})[0] == 404
    )
    key = next(
        each["processDefinition"]["processDefinitionKey"]
        for each in done["deployments"]
        if (each["processDefinition"] or {}).get("processDefinitionId") == "helper"
    )
    assert rest("owner", "POST", "/v2/process-instances", {"processDefinitionKey": key})[0] == 409
    assert rest.deploy({"helper.bpmn": helper})[1]["released"] is False


def test_a_task_is_changed_by_who_may(rest: Rest) -> None:
    key = rest.start("loan", ref="r")
    [job] = rest.jobs()
    rest.ok("worker", "POST", f"/v2/jobs/{job['jobKey']}/completion", {"variables": {"score": 1}})
    [task] = rest.search("user-tasks", role="handler", processInstanceKey=key)
    path = f"/v2/user-tasks/{task['userTaskKey']}"
    for search in ("variables", "effective-variables"):
        found = rest.ok("handler", "POST", f"{path}/{search}/search")["items"]
        assert {each["name"] for each in found} == {"ref", "score"}
    assert rest("clerk", "GET", path)[0] == 404
    assert rest("handler", "PATCH", path, {"changeset": {"priority": 9}})[0] == 403
    changes = {
        "candidateGroups": ["Handler"],
        "candidateUsers": ["handler"],
        "priority": 77,
        "dueDate": "2026-04-01T09:00:00+08:00",
        "followUpDate": None,
    }
    for beyond in ({"candidateGroups": ["clerk"]}, {"candidateUsers": ["clerk"]}):
        assert rest("admin", "PATCH", path, {"changeset": beyond})[0] == 403
    rest.ok("admin", "PATCH", path, {"changeset": changes})
    changed = rest.ok("handler", "GET", path)
    assert (changed["candidateGroups"], changed["priority"]) == (["handler"], 77)
    assert changed["dueDate"] == "2026-04-01T01:00:00+00:00"
    assert rest.search(
        "user-tasks",
        role="handler",
        candidateGroup="handler",
        dueDate={"$lt": "2026-05-01T00:00:00Z"},
    )
    rest.ok("admin", "PATCH", path, {"changeset": {"dueDate": ""}})
    assert rest.ok("handler", "GET", path)["dueDate"] is None
    rest.ok("handler", "POST", f"{path}/assignment", {"assignee": "handler"})
    rest.ok("handler", "POST", f"{path}/completion", {"variables": {}})
    assert [
        each["state"] for each in rest.search("user-tasks", role="handler", assignee="handler")
    ] == ["COMPLETED"]


def test_what_is_not_served_says_so(rest: Rest) -> None:
    status, found = rest("admin", "POST", "/v2/documents", {})
    assert (status, found["code"]) == (501, "not-served") and "documents" in found["detail"]


def test_an_instance_is_modified_whole_or_not_at_all(rest: Rest) -> None:
    key = rest.start("loan", ref="r")
    [job] = rest.jobs()
    rest.ok(
        "worker",
        "POST",
        f"/v2/jobs/{job['jobKey']}/failure",
        {"retries": 0, "errorMessage": "no power"},
    )
    path = f"/v2/process-instances/{key}/modification"
    given = [{"variables": {"score": 700}}, {"scopeId": "check", "variables": {"by": "hand"}}]
    body = {
        "activateInstructions": [{"elementId": "check", "variableInstructions": given}],
        "terminateInstructions": [{"elementInstanceKey": job["elementInstanceKey"]}],
        "reason": "the scorer is down",
    }
    assert rest("owner", "POST", path, body)[0] == 403
    wrong = body | {"terminateInstructions": [{"elementId": "check"}]}
    status, refused = rest("admin", "POST", path, wrong)
    assert (status, refused["code"]) == (400, "invalid-input") and "'check'" in refused["detail"]
    assert (
        rest("admin", "POST", path, {"moveInstructions": [{"targetElementId": "check"}]})[0] == 400
    )
    rest.ok("admin", "POST", path, body)
    assert not rest.search("incidents", processInstanceKey=key, state="ACTIVE")
    assert [each["state"] for each in rest.search("jobs", processInstanceKey=key)] == ["CANCELED"]
    [task] = rest.search("user-tasks", processInstanceKey=key, state="CREATED")
    assert (task["elementId"], task["processInstanceKey"]) == ("check", key)
    found = rest.search("variables", processInstanceKey=key)
    assert {(each["name"], each["value"]) for each in found} == {
        ("ref", '"r"'),
        ("score", "700"),
        ("by", '"hand"'),
    }
    counts = rest.ok("admin", "GET", f"/v2/process-instances/{key}/statistics/element-instances")[
        "items"
    ]
    assert {
        each["elementId"]: (each["active"], each["canceled"])
        for each in counts
        if each["elementId"] != "s"
    } == {
        "check": (1, 0),
        "score": (0, 1),
    }
    source = {"sourceType": "byId", "sourceElementId": "check"}
    scope = {"ancestorScopeType": "sourceParent"}
    move = {
        "sourceElementInstruction": source,
        "targetElementId": "wait",
        "ancestorScopeInstruction": scope,
    }
    rest.ok("admin", "POST", path, {"moveInstructions": [move]})
    assert [
        each["elementId"] for each in rest.search("message-subscriptions", processInstanceKey=key)
    ] == ["wait"]
    rest.ok("admin", "POST", path, {"terminateInstructions": [{"elementId": "wait"}]})
    assert rest.state(key) == "TERMINATED"
    assert rest("admin", "POST", path, {"terminateInstructions": [{"elementId": "wait"}]})[0] == 409
    assert rest("admin", "POST", "/v2/process-instances/65536/modification", body)[0] in (400, 404)


def test_an_instance_goes_on_in_another_version(rest: Rest) -> None:
    key = rest.start("loan", ref="r")
    [job] = rest.jobs()
    rest.ok("worker", "POST", f"/v2/jobs/{job['jobKey']}/completion", {"variables": {"score": 1}})
    later = LOAN.replace('"check"', '"review"')
    rest.deploy({"loan.bpmn": later, "rates.dmn": RATE})
    versions = {
        each["version"]: each["processDefinitionKey"] for each in rest.search("process-definitions")
    }
    path = f"/v2/process-instances/{key}/migration"
    place = {"sourceElementId": "check", "targetElementId": "review"}
    body = {"targetProcessDefinitionKey": versions[2], "mappingInstructions": [place]}
    status, refused = rest("owner", "POST", path, {"targetProcessDefinitionKey": versions[2]})
    assert status == 409 and "check" in refused["detail"]
    assert rest("handler", "POST", path, body)[0] == 403
    assert rest("owner", "POST", path, body | {"mappingInstructions": [place, place]})[0] == 400
    rest.ok("owner", "POST", path, body)
    assert rest.ok("admin", "GET", f"/v2/process-instances/{key}")["processDefinitionVersion"] == 2
    [task] = rest.search("user-tasks", processInstanceKey=key, state="CREATED")
    assert task["elementId"] == "review"


def test_an_instance_is_suspended_and_resumed(rest: Rest) -> None:
    key = rest.start("loan", ref="r")
    [job] = rest.jobs()
    path, why = f"/v2/process-instances/{key}", {"reason": "An injunction"}
    rest.ok("admin", "POST", f"{path}/suspension", why)
    [found] = rest.search("process-instances", state="SUSPENDED")
    assert (found["processInstanceKey"], found["suspendedDate"] is not None) == (key, True)
    assert rest.search("process-instances", state="ACTIVE") == []
    assert rest("worker", "POST", f"/v2/jobs/{job['jobKey']}/completion", {})[0] == 409
    assert rest("admin", "POST", f"{path}/suspension", why)[0] == 409
    assert rest("admin", "POST", f"{path}/resumption", {})[0] == 400
    rest.ok("admin", "POST", f"{path}/resumption", why)
    [again] = rest.jobs()
    assert again["jobKey"] == job["jobKey"]
