"""Camunda's published model of a bank's disputes runs unmodified over REST, every path of it.

Skipped where the reference data are absent; they are no part of this project.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask
import pytest

from service import identity
from service.app import create_app
from service.clock import VirtualClock
from service.config import load_settings
from service.db import Database
from service.definitions import ReviewPolicy
from service.execution import Runtime
from service.operations import make_worker
from tests.kit.clock import NOW
from tests.kit.installation import agree_review

PLACES = (
    parent / "shared" / "data" / "camunda-bank-complaint" for parent in Path(__file__).parents
)
FOLDER = next((place for place in PLACES if place.is_dir()), None)
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the reference data are not here")
DAYS = timedelta(days=2)
DOCUMENTS, DECLINED, APPROVED = (
    f"dispute_process_{what}"
    for what in ("receive_documents", "refund_declined", "refund_approved")
)
TYPES = (
    "customer_notification",
    "extract_data_from_document",
    "dispute_process_request_proof_from_vendor",
    "dispute_process_request_get_vendor_info",
    "refunding",
    "inform_about_failed_claim",
    "inform_about_successful_claim",
)


class Bank:
    """The service with the model deployed in it, and what a bank's systems would do over REST."""

    def __init__(self, app: flask.Flask, token: str, clock: VirtualClock, runtime: Runtime) -> None:
        self.client, self.clock = app.test_client(), clock
        self.headers = {"Authorization": f"Bearer {token}"}
        self.worker = make_worker(runtime, None, clock)  # type: ignore[arg-type]
        assert FOLDER is not None
        self.payload = json.loads((FOLDER / "payload.json").read_bytes())
        files = [
            (io.BytesIO(each.read_bytes()), each.name) for each in sorted(FOLDER.glob("*.[bd]*n"))
        ]
        done = self.client.post("/v2/deployments", data={"resources": files}, headers=self.headers)
        assert done.status_code == 200, done.get_data(as_text=True)
        assert done.get_json()["released"]
        self.done: Counter[str] = Counter()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.client.post(path, json=body or {}, headers=self.headers)
        assert answer.status_code in (200, 204), (path, answer.get_data(as_text=True))
        return answer.get_json() if answer.status_code == 200 else None

    def start(self, *, amount: float) -> str:
        payload = json.loads(json.dumps(self.payload))
        payload["disputeDetails"]["disputeAmount"]["amount"] = amount
        started = self.post(
            "/v2/process-instances",
            {"processDefinitionId": "bankDisputeHandling", "variables": payload},
        )
        return str(started["processInstanceKey"])

    def publish(self, name: str, key: str, **variables: Any) -> None:
        message = {
            "name": name,
            "correlationKey": key,
            "timeToLive": 3_600_000,
            "variables": variables,
        }
        self.post("/v2/messages/publication", message)

    def work(
        self, *types: str, act: Callable[[dict[str, Any]], tuple[str, dict[str, Any]]] | None = None
    ) -> None:
        """Complete jobs of these types, or do what `act` says, until there are none."""
        while True:
            count = 0
            for kind in types or TYPES:
                asked = {
                    "type": kind,
                    "timeout": 60_000,
                    "maxJobsToActivate": 100,
                    "requestTimeout": -1,
                }
                for job in self.post("/v2/jobs/activation", asked)["jobs"]:
                    path, body = act(job) if act else ("completion", {"variables": {}})
                    self.post(f"/v2/jobs/{job['jobKey']}/{path}", body)
                    self.done[kind] += 1
                    count += 1
            if not count:
                return

    def pass_time(self) -> None:
        self.clock.advance(DAYS)
        while self.worker.run_once():
            pass

    def state(self, key: str) -> str:
        return str(
            self.client.get(f"/v2/process-instances/{key}", headers=self.headers).get_json()[
                "state"
            ]
        )

    def ends(self, key: str) -> set[str]:
        asked = {
            "filter": {"processInstanceKey": key, "type": "END_EVENT"},
            "page": {"limit": 1000},
        }
        return {
            each["elementId"] for each in self.post("/v2/element-instances/search", asked)["items"]
        }

    def statistics(self, key: str) -> dict[str, dict[str, int]]:
        path = f"/v2/process-instances/{key}/statistics/element-instances"
        return {
            each["elementId"]: each
            for each in self.client.get(path, headers=self.headers).get_json()["items"]
        }

    def positions(self) -> list[str]:
        return [f"{self.payload['customerId']}-{each['name']}" for each in self._positions()]

    def _positions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.payload["disputeDetails"]["disputePositions"]
        return found


@pytest.fixture
def bank(request: pytest.FixtureRequest, database: Database) -> Iterator[Bank]:
    settings = load_settings({"REDRESS_DATABASE_URL": str(database.url)}, demo=True)
    runtime, clock = Runtime.open(database), VirtualClock(NOW)
    with database.transaction() as connection:
        identity.create_account(connection, "robot", None, ["admin"], now=NOW)
        token = identity.create_token(connection, "robot", now=NOW)
    agree_review(database, ReviewPolicy.NONE)
    yield Bank(create_app(settings, runtime=runtime, clock=clock), token, clock, runtime)


ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DOCUMENT_KEY = "456-123"


def investigated(bank: Bank, amount: float) -> str:
    """An instance whose documents have come before anybody asked for them, and whose vendors all
    approve."""
    bank.publish(DOCUMENTS, DOCUMENT_KEY, documents=["slip.pdf"])
    for key in bank.positions():
        bank.publish(APPROVED, key)
    key = bank.start(amount=amount)
    bank.work()
    return key


def test_no_refund_with_messages_before_their_subscriptions(bank: Bank) -> None:
    key = investigated(bank, 9.5)
    assert bank.state(key) == "COMPLETED"
    assert "Event_190ve02" in bank.ends(key) and "Event_141j9th" not in bank.ends(key)
    counts = bank.statistics(key)
    assert (counts["Event_0tbz2j0"]["completed"], counts["Activity_07yih62"]["completed"]) == (
        50,
        1,
    )
    assert bank.done["dispute_process_request_proof_from_vendor"] == 50
    assert (bank.done["inform_about_failed_claim"], bank.done["refunding"]) == (1, 0)


def _amount(bank: Bank, *, refund: bool, confident: bool) -> float | None:
    """An amount for which the model's own decision says so."""
    for amount in (5.0, 500.0, 5_000.0, 9_734.0, 50_000.0):
        given = {
            "customer_claim_frequency": 1,
            "vendor_claim_frequency": 5,
            "disputeDetails": {"disputeAmount": {"amount": amount}},
        }
        asked = {"decisionDefinitionId": "determine-fraud-rating-1dmmwcu", "variables": given}
        rows = json.loads(bank.post("/v2/decision-definitions/evaluation", asked)["output"])
        score = sum(row["fraud_rating_score"] for row in rows) > 0
        sure = sum(row["fraud_rating_confidence_score"] for row in rows) > 0
        if (score, sure) == (refund, confident):
            return amount
    return None


@ONE
def test_refund_with_and_without_failures(bank: Bank) -> None:
    amount = _amount(bank, refund=True, confident=True)
    if amount is None:  # then a person says so
        key = investigated(bank, _amount(bank, refund=True, confident=False) or 50_000.0)
        decide(bank, key, refund=True)
    else:
        bank.publish(DOCUMENTS, DOCUMENT_KEY)
        for position in bank.positions():
            bank.publish(APPROVED, position)
        key = bank.start(amount=amount)
        bank.work(*(kind for kind in TYPES if kind != "refunding"))
    tried = iter(range(50))

    def refund(job: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if next(tried) % 10 == 0:
            return "error", {"errorCode": "refundingError", "errorMessage": "account closed"}
        return "completion", {
            "variables": {"refundedPosition": job["variables"]["disputePosition"]["amount"]}
        }

    bank.work("refunding", act=refund)
    bank.work()
    assert bank.state(key) == "COMPLETED"
    assert "Event_141j9th" in bank.ends(key)
    asked = {"filter": {"processInstanceKey": key, "name": "refundedAmount"}}
    [variable] = bank.post("/v2/variables/search", asked)["items"]
    # the model keeps the called process's variables to itself, so its output element has no value
    assert json.loads(variable["value"]) == [None] * 50
    failed = [
        each
        for each in bank.post(
            "/v2/element-instances/search",
            {
                "filter": {"processInstanceKey": key, "elementId": "Event_05wqqiz"},
                "page": {"limit": 100},
            },
        )["items"]
    ]
    assert len(failed) == 5


def decide(bank: Bank, key: str, *, refund: bool) -> None:
    """A person decides on the fraud case."""
    asked = {"filter": {"processInstanceKey": key, "state": "CREATED"}}
    [task] = bank.post("/v2/user-tasks/search", asked)["items"]
    assert task["name"] == "Decide on fraud case"
    bank.post(f"/v2/user-tasks/{task['userTaskKey']}/assignment", {"assignee": "robot"})
    bank.post(
        f"/v2/user-tasks/{task['userTaskKey']}/completion", {"variables": {"isRefund": refund}}
    )


@ONE
def test_low_confidence_is_a_persons_to_decide(bank: Bank) -> None:
    amount = _amount(bank, refund=True, confident=False) or _amount(
        bank, refund=False, confident=False
    )
    assert amount is not None
    key = investigated(bank, amount)
    assert bank.state(key) == "ACTIVE"
    decide(bank, key, refund=False)
    bank.work()
    assert bank.state(key) == "COMPLETED"
    assert bank.ends(key) >= {"Event_03e7cpa", "Event_190ve02"}


def test_one_vendor_who_declines_interrupts_the_other_49(bank: Bank) -> None:
    bank.publish(DOCUMENTS, DOCUMENT_KEY)
    key = bank.start(amount=9.5)
    bank.work()
    waiting = {
        "filter": {"processInstanceKey": key, "messageName": DECLINED},
        "page": {"limit": 100},
    }
    assert bank.post("/v2/message-subscriptions/search", waiting)["page"]["totalItems"] == 50
    bank.publish(DECLINED, bank.positions()[17])
    assert bank.post("/v2/message-subscriptions/search", waiting)["page"]["totalItems"] == 0
    counts = bank.statistics(key)
    assert counts["Gateway_1p7bkh1"] | {"elementId": ""} == {
        "elementId": "",
        "active": 0,
        "canceled": 49,
        "incidents": 0,
        "completed": 1,
    }
    assert counts["Event_0sc8le6"]["canceled"] == 1  # what it threw ended the scope it stands in
    decide(bank, key, refund=False)
    bank.work()
    assert bank.state(key) == "COMPLETED"


@ONE
def test_vendors_who_do_not_answer_in_time(bank: Bank) -> None:
    bank.publish(DOCUMENTS, DOCUMENT_KEY)
    key = bank.start(amount=9.5)
    bank.work()
    bank.publish(APPROVED, bank.positions()[0])
    bank.pass_time()
    bank.work()
    assert bank.state(key) == "COMPLETED"
    counts = bank.statistics(key)
    assert (counts["Event_130gtbd"]["completed"], counts["Event_0tbz2j0"]["completed"]) == (49, 1)


@ONE
def test_a_customer_is_reminded_five_times_and_no_more(bank: Bank) -> None:
    key = bank.start(amount=9.5)
    bank.work()
    for _ in range(8):
        bank.pass_time()
        bank.work()
    assert bank.done["customer_notification"] == 1 + 5
    assert bank.statistics(key)["Activity_07yih62"]["active"] == 1
    bank.publish(DOCUMENTS, DOCUMENT_KEY)
    bank.work("extract_data_from_document")
    assert bank.statistics(key)["Activity_07yih62"]["completed"] == 1
    assert bank.state(key) == "ACTIVE"
