"""The sample worker of docs/examples serves a job as a core system would."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from camunda_orchestration_sdk import CamundaClient, models
from camunda_orchestration_sdk.semantic_types import ProcessDefinitionId

from service.instances.tables import process_instance
from service.reporting import get_standing
from tests.sdk.conftest import Server
from tests.sdk.test_python_sdk import settings

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ROWS = [
    {"account": "001-22", "phone": "02 5550 0199", "customerName": "Lin", "products": "card; loan"},
    {"account": "001-23", "phone": "02 5550 0100", "customerName": "Wu", "email": "w@x.invalid"},
    {"account": "001-24", "phone": "02 5550 0100", "customerName": "Wu", "email": "v@x.invalid"},
]


def worker() -> Any:
    spec = importlib.util.spec_from_file_location("lookup", EXAMPLES / "customer_lookup.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"account": "00122"}, "Lin"),
        ({"phone": "0255500199", "email": None}, "Lin"),
        ({"phone": "0255500100"}, None),
        ({"phone": "0255500100", "email": "V@X.invalid"}, "Wu"),
        ({}, None),
    ],
)
def test_one_customer_is_found_or_nobody(asked: Mapping[str, Any], name: str | None) -> None:
    found = worker().Table(ROWS)(asked)
    assert (found and found["customerName"]) == name


def test_the_worker_answers_what_a_diagram_asks(server: Server) -> None:
    sample = worker()
    with CamundaClient(configuration=settings(server, "BASIC")) as client:
        client.deploy_resources_from_files([str(EXAMPLES / "look-up-customer.bpmn")])
        given = models.ProcessInstanceCreationInstructionBaseVariables.from_dict(
            {"account": "001-22", "phone": None, "email": None}
        )
        created = client.create_process_instance(
            data=models.ProcessCreationById(
                process_definition_id=ProcessDefinitionId("look-up-customer"), variables=given
            )
        )
    redress = sample.Redress(server.url, server.token)
    assert sample.work_once(redress, sample.Table(ROWS)) == 1
    assert sample.work_once(redress, sample.Table(ROWS)) == 0
    with server.runtime.database.read() as connection:
        key = int(created.process_instance_key)
        assert get_standing(connection, key).ends == ("lookup-over",)
        known = connection.execute(
            sa.select(process_instance.c.final_variables).where(process_instance.c.root_key == key)
        ).scalar_one()
    assert known["customerFound"] is True
    assert known["customer"] == {"customerName": "Lin", "products": ["card", "loan"]}
