"""Listeners beyond what the table says: incidents, other versions, the interface for workers."""

from __future__ import annotations

import pytest

from service.db import Database
from service.engine import check_bundle, find_obstacles
from service.engine import commands as q
from tests.engine.test_engine_parking import Parking
from tests.kit.drawing import draw
from tests.kit.playing import Player, bundle_of
from tests.kit.rest import Rest

TWO = """process p {
  startEvent start
  serviceTask it job=work listen.start=first,=second listen.end==third
  userTask next
  start -> it -> next
}"""


def test_a_listener_that_cannot_be_made_is_an_incident_and_all_are_heard_once_more():
    it = Parking(bundle_of(TWO)).start(third="after")
    it.complete("it", told=1)
    [incident] = it.incidents()
    assert (incident.element_id, incident.code) == ("it", "expression-null")
    it.send(q.SetVariables({"second": "ready"}))
    it.send(q.Retry("it"))
    assert it.find("it").type == "ready"
    it.complete("it").complete("it", done=True)
    assert (it.find("it").type, it.variables["done"]) == ("after", True)
    it.send(q.Modify(terminate=(q.Which(element_id="it"),)))
    assert it.ended


def test_a_listener_at_work_keeps_a_case_in_its_version():
    bundle = bundle_of(TWO)
    it = Player(bundle).start(second="b", third="c")
    [obstacle] = find_obstacles(bundle, bundle_of(TWO), it.state, {})
    assert obstacle.element_id == "it"
    it.complete("it").complete("it")
    assert not find_obstacles(bundle, bundle_of(TWO), it.state, {})


@pytest.mark.parametrize(
    ("where", "event", "kind"),
    [
        ("startEvent start", "start", ""),
        ("exclusiveGateway it", "end", ""),
        ("endEvent it error=no", "end", ""),
        ("task it", "later", ""),
        ("task it", "end", "twice"),
        ("task it", "end", "none"),
    ],
)
def test_what_camunda_refuses_is_refused(where, event, kind):
    each = f'<zeebe:executionListener eventType="{event}" type="a"/>'
    made = {"": each, "twice": each * 2, "none": each.replace(' type="a"', "")}[kind]
    drawing = "process p {\nstartEvent start\ntask it\nuserTask t\nstart -> it -> t\n}"
    tag, identifier, *_ = where.split()
    error = "<errorEventDefinition/>" if "error" in where else ""
    extra = f"<extensionElements><zeebe:executionListeners>{made}</zeebe:executionListeners>"
    put = f'<{tag} id="{identifier}">{extra}</extensionElements>{error}</{tag}>'
    plain = "task it\n" if identifier == "it" else "startEvent start\n"
    found = check_bundle({"p.bpmn": draw(drawing.replace(plain, f"{put}\n", 1))})
    assert "bpmn-execution-listener" in {problem.code for problem in found}


def test_a_worker_is_told_what_it_listens_to(sqlite_database: Database) -> None:
    rest = Rest(sqlite_database)
    rest.deploy({"p.bpmn": draw(TWO.replace("=second", "second").replace("=third", "third"))})
    status, started = rest("admin", "POST", "/v2/process-instances", {"processDefinitionId": "p"})
    assert status == 200, started
    seen = []
    for kind in ("first", "second", "work", "third"):
        ask = {"type": kind, "timeout": 60_000, "maxJobsToActivate": 1}
        [job] = rest("worker", "POST", "/v2/jobs/activation", ask)[1]["jobs"]
        seen.append((job["kind"], job["listenerEventType"], job["elementInstanceKey"]))
        done = rest("worker", "POST", f"/v2/jobs/{job['jobKey']}/completion", {})
        assert done[0] == 204, done
    assert [each[:2] for each in seen] == [
        ("EXECUTION_LISTENER", "START"),
        ("EXECUTION_LISTENER", "START"),
        ("BPMN_ELEMENT", "UNSPECIFIED"),
        ("EXECUTION_LISTENER", "END"),
    ]
    assert len({each[2] for each in seen}) == 1
    none = {**ask, "type": "work", "requestTimeout": -1}
    assert not rest("worker", "POST", "/v2/jobs/activation", none)[1]["jobs"]
