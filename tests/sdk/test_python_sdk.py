"""The official Python SDK works against this service as it is: signing in, deploying, working,
deciding."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from camunda_orchestration_sdk import CamundaAsyncClient, CamundaClient, WorkerConfig, models
from camunda_orchestration_sdk.runtime.job_worker import JobError, JobFailure
from camunda_orchestration_sdk.semantic_types import ProcessDefinitionId

from tests.kit.loan import LOAN, RATE
from tests.sdk.conftest import Server


def settings(server: Server, strategy: str) -> Any:
    common = {"CAMUNDA_REST_ADDRESS": server.url, "CAMUNDA_AUTH_STRATEGY": strategy}
    if strategy == "BASIC":
        return common | {
            "CAMUNDA_BASIC_AUTH_USERNAME": server.name,
            "CAMUNDA_BASIC_AUTH_PASSWORD": server.token,
        }
    return common | {
        "CAMUNDA_OAUTH_URL": f"{server.url}/oauth/token",
        "CAMUNDA_CLIENT_ID": server.name,
        "CAMUNDA_CLIENT_SECRET": server.token,
        "CAMUNDA_TOKEN_DISK_CACHE_DISABLE": True,
    }


@pytest.fixture(scope="module", params=["BASIC", "OAUTH"])
def strategy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def client(
    server: Server, strategy: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CamundaClient]:
    folder: Path = tmp_path_factory.mktemp("files")
    (folder / "loan.bpmn").write_text(LOAN)
    (folder / "rates.dmn").write_text(RATE)
    with CamundaClient(configuration=settings(server, strategy)) as made:
        deployed = made.deploy_resources_from_files(
            [str(folder / "loan.bpmn"), str(folder / "rates.dmn")]
        )
        assert [each.process_definition_id for each in deployed.processes] == ["loan"]
        assert [each.decision_definition_id for each in deployed.decisions] == ["rate"]
        yield made


def start(client: CamundaClient, **variables: Any) -> Any:
    given = models.ProcessInstanceCreationInstructionBaseVariables.from_dict(variables)
    return client.create_process_instance(
        data=models.ProcessCreationById(
            process_definition_id=ProcessDefinitionId("loan"), variables=given
        )
    )


def work(
    server: Server, strategy: str, handler: Callable[[Any], Any], done: threading.Event
) -> None:
    """Run the SDK's worker loop until the handler says that it is done."""

    async def run() -> None:
        async with CamundaAsyncClient(configuration=settings(server, strategy)) as worker:

            async def handle(job: Any) -> Any:
                return handler(job)

            config = WorkerConfig(
                job_type="score", job_timeout_milliseconds=10_000, request_timeout_milliseconds=500
            )
            worker.create_job_worker(config=config, callback=handle, execution_strategy="async")
            running = asyncio.create_task(worker.run_workers())
            while not done.is_set():
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    with ThreadPoolExecutor(
        1
    ) as own:  # a thread of its own: the browser of other tests may run a loop in this one
        own.submit(asyncio.run, asyncio.wait_for(run(), 30)).result()


def state(client: CamundaClient, key: Any) -> str:
    return str(client.get_process_instance(key).state.value)


def test_says_what_it_is(client: CamundaClient, server: Server) -> None:
    topology = client.get_topology()
    assert (topology.cluster_size, topology.brokers[0].partitions[0].role.value) == (1, "leader")
    assert client.get_authentication().username == server.name
    assert client.get_license().valid_license


def test_a_whole_instance(client: CamundaClient, server: Server, strategy: str) -> None:
    reference, done, seen = uuid.uuid4().hex, threading.Event(), []
    created = start(client, ref=reference, amount=12.5)

    def handler(job: Any) -> dict[str, Any]:
        if job.process_instance_key == created.process_instance_key:
            seen.append(job)
            done.set()
        return {"score": 710}

    work(server, strategy, handler, done)
    [job] = seen
    assert (job.variables.to_dict()["amount"], job.custom_headers.to_dict()) == (
        12.5,
        {"model": "m1"},
    )

    wanted = models.UserTaskSearchQuery.from_dict(
        {"filter": {"processInstanceKey": created.process_instance_key}}
    )
    [task] = client.search_user_tasks(data=wanted).items
    assert (task.name, task.state.value, task.candidate_groups) == ("Check", "CREATED", ["handler"])
    client.assign_user_task(
        task.user_task_key, data=models.UserTaskAssignmentRequest(assignee=server.name)
    )
    assert client.get_user_task(task.user_task_key).assignee == server.name
    answer = models.UserTaskCompletionRequest.from_dict({"variables": {"fine": True}})
    client.complete_user_task(task.user_task_key, data=answer)
    assert state(client, created.process_instance_key) == "ACTIVE"

    message = {
        "name": "answer",
        "correlationKey": reference,
        "timeToLive": 60_000,
        "messageId": reference,
    }
    client.publish_message(data=models.MessagePublicationRequest.from_dict(message))
    assert state(client, created.process_instance_key) == "COMPLETED"
    found = client.search_variables(
        data=models.VariableSearchQuery.from_dict(
            {"filter": {"processInstanceKey": created.process_instance_key}}
        )
    )
    assert {each.name: each.value for each in found.items} == {
        "amount": "12.5",
        "fine": "true",
        "ref": f'"{reference}"',
        "score": "710",
    }


def test_a_job_fails_is_tried_again_and_throws_an_error(
    client: CamundaClient, server: Server, strategy: str
) -> None:
    created, done, tries = start(client, ref="none"), threading.Event(), []

    def handler(job: Any) -> None:
        if job.process_instance_key != created.process_instance_key:
            return
        tries.append(job.retries)
        if len(tries) == 1:
            raise JobFailure("no power", retries=1, retry_back_off=0)
        done.set()
        raise JobError("NO", "not today")

    work(server, strategy, handler, done)
    assert tries == [3, 1]
    assert state(client, created.process_instance_key) == "COMPLETED"
    asked = {"filter": {"processInstanceKey": created.process_instance_key}}
    [job] = client.search_jobs(data=models.JobSearchQuery.from_dict(asked)).items
    assert (job.state.value, job.type_) == ("ERROR_THROWN", "score")
    elements = client.search_element_instances(
        data=models.ElementInstanceSearchQuery.from_dict(asked)
    ).items
    assert {each.element_id: each.state.value for each in elements} == {
        "s": "COMPLETED",
        "score": "TERMINATED",
        "refused": "COMPLETED",
        "over": "COMPLETED",
    }


def test_a_job_without_retries_is_an_incident_that_is_resolved(
    client: CamundaClient, server: Server, strategy: str
) -> None:
    created, done = start(client, ref="none"), threading.Event()

    def handler(job: Any) -> None:
        if job.process_instance_key == created.process_instance_key:
            done.set()
            raise JobFailure("broken", retries=0)

    work(server, strategy, handler, done)
    asked = {"filter": {"processInstanceKey": created.process_instance_key, "state": "ACTIVE"}}
    [incident] = client.search_incidents(data=models.IncidentSearchQuery.from_dict(asked)).items
    assert (incident.error_type.value, incident.error_message) == ("JOB_NO_RETRIES", "broken")
    update = models.JobUpdateRequest.from_dict({"changeset": {"retries": 2}})
    client.update_job(incident.job_key, data=update)
    client.resolve_incident(incident.incident_key, data=models.IncidentResolutionRequest())
    assert client.search_incidents(data=models.IncidentSearchQuery.from_dict(asked)).items == []
    again = threading.Event()
    retries: list[int] = []

    def repaired(job: Any) -> dict[str, Any]:
        if job.process_instance_key == created.process_instance_key:
            retries.append(job.retries)
            again.set()
        return {}

    work(server, strategy, repaired, again)
    assert retries == [2]


def test_decides(client: CamundaClient) -> None:
    given = models.DecisionEvaluationByID.from_dict(
        {"decisionDefinitionId": "rate", "variables": {"score": 700}}
    )
    assert client.evaluate_decision(data=given).output == "2"


def test_searches_and_reads_definitions(client: CamundaClient) -> None:
    start(client, ref="none")
    asked = {"filter": {"processDefinitionId": {"$like": "lo?n"}, "isLatestVersion": True}}
    [process] = client.search_process_definitions(
        data=models.ProcessDefinitionSearchQuery.from_dict(asked)
    ).items
    assert "loan" in client.get_process_definition_xml(process.process_definition_key)
    counts = client.get_process_definition_statistics(
        process.process_definition_key, data=models.ProcessDefinitionElementStatisticsQuery()
    )
    assert {"s", "score"} <= {each.element_id for each in counts.items}


def test_an_instance_is_repaired(client: CamundaClient) -> None:
    created = start(client, ref=uuid.uuid4().hex)
    ask = models.ProcessInstanceModificationInstruction.from_dict
    source = {"sourceType": "byId", "sourceElementId": "score"}
    direct = {"ancestorScopeType": "direct", "ancestorElementInstanceKey": "-1"}
    variables = [{"scopeId": "", "variables": {"score": 1}}]
    move = {
        "sourceElementInstruction": source,
        "targetElementId": "check",
        "ancestorScopeInstruction": direct,
    }
    key = created.process_instance_key
    client.modify_process_instance(
        key, data=ask({"moveInstructions": [move | {"variableInstructions": variables}]})
    )
    wanted = models.UserTaskSearchQuery.from_dict({"filter": {"processInstanceKey": key}})
    [task] = client.search_user_tasks(data=wanted).items
    end = {"terminateInstructions": [{"elementInstanceKey": task.element_instance_key}]}
    client.modify_process_instance(key, data=ask(end))
    assert state(client, key) == "TERMINATED"
