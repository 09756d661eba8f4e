"""Each override is needed: without it a row of the table of constructs goes wrong, or what is told
in `witnesses`, or more is done than with it."""

from __future__ import annotations

import pytest

from service.engine.overrides import overrides
from tests.engine.all_rows import ROWS
from tests.engine.rows import Stage
from tests.engine.without import fails, without
from tests.engine.witnesses import MEASURED, WITNESSES

BY_ROW = {
    "AdHoc._on_complete_hook": "adHocSubProcess output collection",
    "AdHoc._update_hook": "adHocSubProcess",
    "AdHocScope.create_task": "adHocSubProcess",
    "Body._on_complete_hook": "multi-instance parallel",
    "Boundary._on_ready_hook": "boundaryEvent message non-interrupting",
    "BoundaryEvent.create_task": "boundaryEvent message interrupting",
    "Call.copy_data": "callActivity",
    "Call.update_data": "callActivity",
    "Catching._on_ready_hook": "boundaryEvent message interrupting",
    "Choosing._run_hook": "exclusiveGateway",
    "Coded.catches": "boundaryEvent error interrupting",
    "Coded.throw": "endEvent error uncaught",
    "EndEvent._on_complete_hook": "endEvent none",
    "EndJoin._update_hook": "event sub-process message non-interrupting",
    "EventGateway._run_hook": "eventBasedGateway message",
    "EventGateway.get_event_definition": "eventBasedGateway message",
    "EventSubWait._on_complete_hook": "event sub-process message interrupting",
    "EventSubWait._update": "event sub-process message interrupting",
    "Events.catch": "boundaryEvent error interrupting",
    "FeelEngine.evaluate": "intermediateThrowEvent link",
    "FeelEngine.execute": "multi-instance sub-process",
    "Flat._mark_complete": "event sub-process message non-interrupting",
    "Flat._task_completed_notify": "boundaryEvent message interrupting",
    "Flat.update_waiting_tasks": "multi-instance sequential",
    "Game.__init__": "boundaryEvent message interrupting",
    "Game.create_subprocess": "event sub-process message interrupting",
    "Game.do_engine_steps": "boundaryEvent message interrupting",
    "Game.get_task_from_id": "event sub-process message interrupting",
    "Handler._on_complete_hook": "boundaryEvent compensate",
    "HeardNode._on_complete": "any element execution listeners",
    "Inner.__init__": "event sub-process message interrupting",
    "Item.set": "multi-instance parallel",
    "JobTask._execute": "endEvent message",
    "Joining._update": "parallelGateway split and join",
    "Joining._update_hook": "exclusiveGateway join",
    "Known.catch": "boundaryEvent message interrupting",
    "Known.update_task": "boundaryEvent message interrupting",
    "Many.check_completion_condition": "multi-instance completion condition",
    "Many.init_data_output_with_input_data": "multi-instance parallel",
    "Many.merge_child": "multi-instance parallel",
    "Node._on_complete_hook": "boundaryEvent message interrupting",
    "Node._update": "boundaryEvent message interrupting",
    "Numbers.exists": "multi-instance sequential",
    "Numbers.get": "multi-instance parallel",
    "Plain._on_complete_hook": "boundaryEvent message interrupting",
    "Plain._predict": "parallelGateway split and join",
    "Plain.test": "event sub-process message interrupting",
    "ProcessSpec.__init__": "boundaryEvent message interrupting",
    "Scopes.add_tasks": "boundaryEvent message interrupting",
    "Scopes.create_spec": "boundaryEvent message interrupting",
    "Several.catch": "eventBasedGateway message",
    "Several.catches": "eventBasedGateway message",
    "Several.update_task": "eventBasedGateway message",
    "Signal.catches": "boundaryEvent signal interrupting",
    "Signal.throw": "endEvent signal",
    "SubProcess.copy_data": "subProcess local variables",
    "SubProcess.update_data": "subProcess local variables",
    "Timer.has_fired": "boundaryEvent timer interrupting",
    "Token.__init__": "boundaryEvent message interrupting",
    "Token._add_child": "boundaryEvent message interrupting",
    "Token._inherit_data": "parallelGateway split and join",
    "Token._set_state": "boundaryEvent message interrupting",
    "Token.cancel": "boundaryEvent message interrupting",
    "UserTask._on_ready_hook": "boundaryEvent message interrupting",
    "Zeebe._add_multiinstance_task": "multi-instance parallel",
    "Zeebe.connect_outgoing": "boundaryEvent message non-interrupting",
    "Zeebe.create_task": "boundaryEvent message interrupting",
    "Zeebe.get_event_definition": "event sub-process timer interrupting",
    "Zeebe.handles_multiple_outgoing": "any activity several outgoing flows",
    "Undoable._on_complete_hook": "boundaryEvent compensate",
    "ZeebeParser.__init__": "boundaryEvent message interrupting",
    "_Called.create_task": "callActivity",
    "_Scope.create_task": "event sub-process message interrupting",
    "_HeardProcess._on_complete": "process execution listeners",
    "_Script.get_script": "multi-instance sub-process",
    "_WithDefinition.create_task": "eventBasedGateway message",
}
"""A row that goes wrong without the override; most have many."""


def play(row: str) -> None:
    ROWS[row](Stage("straight"))
    ROWS[row](Stage("restored"))


def test_every_override_has_its_reason():
    assert sorted([*BY_ROW, *WITNESSES, *MEASURED]) == sorted(overrides())


@pytest.mark.parametrize("name", BY_ROW)
def test_a_row_goes_wrong_without(name):
    with without(name):
        assert fails(lambda: play(BY_ROW[name]))


@pytest.mark.parametrize("name", WITNESSES)
def test_what_is_told_goes_wrong_without(name):
    WITNESSES[name]()
    with without(name):
        assert fails(WITNESSES[name])


@pytest.mark.parametrize("name", MEASURED)
def test_more_is_done_without(name):
    least = MEASURED[name]()
    with without(name):
        assert MEASURED[name]() > least
