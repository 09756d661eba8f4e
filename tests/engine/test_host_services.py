"""The built-in services: the list that the check knows is the list there is, and none is waited for
in vain."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.bpmn.names import BUILT_IN, HOST_SERVICES
from service.builtins.emergency_services import EMERGENCY_SERVICES
from service.builtins.review_services import REVIEW_SERVICES
from service.builtins.services import SERVICES
from service.engine import Host, advance, load_bundle
from service.engine.commands import Start
from service.engine.errors import EngineError
from tests.kit.drawing import draw


def test_the_check_knows_the_services_there_are() -> None:
    assert {*SERVICES, *EMERGENCY_SERVICES, *REVIEW_SERVICES} == HOST_SERVICES


def test_a_service_that_the_case_is_not_given_stops_the_step() -> None:
    bundle = load_bundle(
        {
            "it.bpmn": draw(
                "process p {\nstartEvent s\nserviceTask it job=redress.notify\ns -> it\n}"
            )
        }
    )
    with pytest.raises(EngineError, match="no service") as refused:
        advance(
            bundle,
            None,
            Start("p"),
            now=datetime(2026, 3, 2, tzinfo=UTC),
            host=Host(reserved=BUILT_IN),
        )
    assert (refused.value.code, refused.value.element_id) == ("no-service", "it")
