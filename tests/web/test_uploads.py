"""Files that were made for another engine are converted as they are uploaded into a draft, and the
owner reads what became of them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.definitions import list_drafts, read_draft
from service.execution import Runtime
from tests.kit.desk import SAME, Desk
from tests.kit.installation import ON_SQLITE

pytestmark = ON_SQLITE
CAMUNDA_7 = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
  <process id="order" name="Order" isExecutable="true">
    <startEvent id="start"/><sequenceFlow id="one" sourceRef="start" targetRef="ask"/>
    <userTask id="ask" name="Ask for it" camunda:assignee="wu" camunda:candidateGroups="handler"/>
    <sequenceFlow id="two" sourceRef="ask" targetRef="end"/><endEvent id="end"/>
  </process>
</definitions>"""
FORM = {
    "id": "card",
    "type": "default",
    "schemaVersion": 16,
    "components": [{"type": "textfield", "key": "number", "label": "Number of the card"}],
}


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path).sign_in("owner-1")


def uploaded(desk: Desk, *files: tuple[str, bytes]) -> tuple[int, Any]:
    """A draft that the files were uploaded into, and the answer."""
    desk.post("/workbench/drafts", title="Another engine's files")
    with desk.runtime.database.read() as connection:
        key = list_drafts(connection, before=None, limit=1)[0].key
    sent = {"files": [(BytesIO(content), name) for name, content in files]}
    return key, desk.client.post(f"/workbench/drafts/{key}/upload", data=sent, headers=SAME)


def files_of(desk: Desk, key: int) -> dict[str, bytes]:
    with desk.runtime.database.read() as connection:
        return dict(read_draft(connection, key))


def test_a_diagram_of_camunda_7_is_converted(desk: Desk) -> None:
    key, answer = uploaded(desk, ("掛失 order.bpmn", CAMUNDA_7.encode()))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200, page
    assert "Camunda 7" in page and "Ask for it" in page and "To the draft" in page
    content = files_of(desk, key)["processes/掛失 order.bpmn"]
    assert b"camunda:" not in content and b"zeebe:" in content and b"BPMNShape" in content


def test_a_form_of_camunda_becomes_a_form(desk: Desk) -> None:
    key, answer = uploaded(desk, ("card.form", orjson.dumps(FORM)))
    assert answer.status_code == 200
    form = orjson.loads(files_of(desk, key)["forms/card.form.json"])
    assert form["schema"]["properties"]["number"]["title"] == "Number of the card"


def test_one_that_cannot_be_read_is_said_and_the_others_are_taken(desk: Desk) -> None:
    key, answer = uploaded(desk, ("broken.form", b"{"), ("order.bpmn", CAMUNDA_7.encode()))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "could not be read and was not taken" in page
    assert "processes/order.bpmn" in files_of(desk, key)


def test_files_of_a_modeler_are_taken_as_they_are(desk: Desk) -> None:
    plain = CAMUNDA_7.replace(' camunda:assignee="wu" camunda:candidateGroups="handler"', "")
    key, answer = uploaded(desk, ("order.bpmn", plain.encode()))
    assert answer.status_code == 302
    assert files_of(desk, key)["processes/order.bpmn"] == plain.encode()
