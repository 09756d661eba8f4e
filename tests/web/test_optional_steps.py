"""Optional steps: who works on a case begins them on its page or over REST, and sees what it waits
for until then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service import operations
from service.db import Database
from service.identity import Actor
from tests.kit.clock import NOW
from tests.kit.desk import Desk
from tests.kit.drawing import draw
from tests.kit.installation import release_files
from tests.kit.rest import Rest

PROCESS = """process lost name="Lost card" {
  startEvent start
  adHocSubProcess extras name="Help for the customer" prop.name:zh-Hant=協助客戶 {
    userTask call name="Call the customer" prop.name:zh-Hant=致電客戶 groups=handler
    userTask block name="Block the card" prop.name:zh-Hant=掛失卡片 groups=handler
    userTask replace name="Send a new card" prop.name:zh-Hant=寄發新卡 groups=handler
    block -> replace
  }
  userTask closing name="Close" groups=handler
  start -> extras -> closing
}"""
CLERK = Actor("clerk", frozenset({"clerk", "owner"}))


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk.of(release_files(database, {"lost.bpmn": draw(PROCESS)}), tmp_path)


def start(desk: Desk) -> int:
    started = operations.start_instance(desk.runtime, "lost", {}, actor=CLERK, now=NOW)
    return int(started.root_key)


def buttons(desk: Desk, key: int) -> dict[str, str]:
    """What each button of an optional step sends, by its words."""
    page = desk.client.get(f"/cases/{key}").get_data(as_text=True)
    found = re.findall(r'name="step" value="([^"]+)">([^<]+)<', page)
    return {name: value for value, name in found}


def test_a_handler_begins_steps_in_any_order_and_sees_what_the_case_waits_for(desk: Desk) -> None:
    key = start(desk)
    desk.sign_in("clerk")
    page = desk.see(f"/cases/{key}")
    assert "waits until somebody begins a step of “Help for the customer”" in page
    steps = buttons(desk, key)
    assert list(steps) == ["Call the customer", "Block the card"]  # what no flow leads to
    assert desk.post(f"/cases/{key}/begin", step=steps["Block the card"]).status_code == 302
    page = desk.see(f"/cases/{key}")
    assert "waits until" not in page
    assert "began “Block the card”" in page
    assert list(buttons(desk, key)) == list(steps)  # more may begin meanwhile, and once more
    desk.post("/language", language="zh-Hant")
    page = desk.see(f"/cases/{key}")
    assert "協助客戶" in page
    assert "致電客戶" in page


def test_what_cannot_begin_any_more_is_told_and_nothing_begins(desk: Desk) -> None:
    key = start(desk)
    desk.sign_in("clerk")
    call = buttons(desk, key)["Call the customer"]
    for wrong in ("", "x", ":call", f"{call.partition(':')[0]}:closing", "99:call"):
        assert desk.post(f"/cases/{key}/begin", step=wrong).status_code in (404, 422, 400)
    assert "waits until" in desk.see(f"/cases/{key}")
    desk.sign_in("compliance-1")
    assert buttons(desk, key) == {}
    assert desk.post(f"/cases/{key}/begin", step=call).status_code == 403


def test_a_program_begins_what_camunda_8_would(database: Database) -> None:
    rest = Rest(database)
    status, _ = rest.deploy({"lost.bpmn": draw(PROCESS)})
    assert status == 200
    key = rest.start("lost")
    [body] = rest.search("element-instances", processInstanceKey=key, type="AD_HOC_SUB_PROCESS")
    path = f"/v2/element-instances/ad-hoc-activities/{body['elementInstanceKey']}/activation"
    wrong = {"elements": [{"elementId": "call"}, {"elementId": "replace"}]}
    status, problem = rest("handler", "POST", path, wrong)
    assert status == 400
    assert "replace" in problem["detail"]
    assert rest.search("user-tasks", processInstanceKey=key) == []
    begun = {"elements": [{"elementId": "call", "variables": {"why": "asked"}}]}
    rest.ok("handler", "POST", path, begun)
    [task] = rest.search("user-tasks", processInstanceKey=key)
    assert task["elementId"] == "call"
    rest.ok("handler", "POST", path, {**begun, "cancelRemainingInstances": True})
    states = [each["state"] for each in rest.search("user-tasks", processInstanceKey=key)]
    assert sorted(states) == ["CANCELED", "CREATED"]
    assert rest("clerk", "POST", path.replace(body["elementInstanceKey"], "1"), begun)[0] == 404
    assert rest("compliance", "POST", path, begun)[0] == 403


def test_what_fails_behind_a_step_stands_there_as_an_incident(database: Database) -> None:
    rest = Rest(database)
    broken = PROCESS.replace(
        'name="Send a new card"', 'name="Send a new card" "assignee==assert(who, who != null)"'
    )
    assert rest.deploy({"lost.bpmn": draw(broken.replace("block -> replace", ""))})[0] == 200
    key = rest.start("lost")
    [body] = rest.search("element-instances", processInstanceKey=key, type="AD_HOC_SUB_PROCESS")
    path = f"/v2/element-instances/ad-hoc-activities/{body['elementInstanceKey']}/activation"
    both = {"elements": [{"elementId": "call"}, {"elementId": "replace"}]}
    rest.ok("handler", "POST", path, both)
    [stopped] = rest.search("incidents", processInstanceKey=key)
    assert stopped["elementId"] == "replace"
    [task] = rest.search("user-tasks", processInstanceKey=key)
    assert task["elementId"] == "call"
