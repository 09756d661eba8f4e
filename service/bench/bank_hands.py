"""Who starts disputes and does their work in `redress bench bank`: over REST, or in the very
process that has the database. Both look, right after some of their writes, whether a search sees
them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from service import operations, reporting
from service.bench.load import Address
from service.bench.rest_client import Client, Gone
from service.clock import SystemClock
from service.db import search
from service.errors import NotFound, StateConflict
from service.execution import Runtime
from service.identity import Actor, Role
from service.reporting.words import JOB_STATES
from service.tasks import list_tasks

PROCESS = "bankDisputeHandling"
ASK_VENDOR, NOTIFY = "dispute_process_request_proof_from_vendor", "customer_notification"
TYPES = (
    "dispute_process_request_get_vendor_info",
    ASK_VENDOR,
    NOTIFY,
    "extract_data_from_document",
    "refunding",
    "inform_about_successful_claim",
    "inform_about_failed_claim",
)
APPROVED, DOCUMENTS = "dispute_process_refund_approved", "dispute_process_receive_documents"
LEASE, LIFE = timedelta(minutes=10), timedelta(minutes=10)
WAIT = timedelta(seconds=2)
MOST = 32
ONE_IN = 10
"""Of so many jobs one is searched for right after its completion."""
BENCH = Actor("bench", frozenset({Role.ADMIN}))


@dataclass(slots=True)
class Seen:
    """Searches right after a write, and how many of them did not see it."""

    done: int = 0
    looks: int = 0
    stale: int = 0

    def note(self, *, fresh: bool) -> None:
        self.looks += 1
        self.stale += not fresh


class Hands(Protocol):
    """What can be asked of the service. Raises Gone for what somebody else has done already."""

    def start(self, variables: Mapping[str, Any]) -> int: ...

    def take(self, kind: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Jobs of a type, waiting a moment for the first: keys and variables."""
        ...

    def complete(self, key: str, variables: Mapping[str, Any]) -> None: ...

    def publish(self, name: str, key: str) -> None: ...

    def finish_tasks(self) -> int:
        """Complete the open user tasks; how many."""
        ...

    def state_of(self, job_key: str) -> tuple[str, int]:
        """What a search says of one job, and how many it says there are."""
        ...

    def close(self) -> None: ...


class RestHands:
    """Over REST, as an account with a token."""

    def __init__(self, address: Address, token: str) -> None:
        self._client = Client(address, token)
        self.close = self._client.close

    def start(self, variables: Mapping[str, Any]) -> int:
        body = {"processDefinitionId": PROCESS, "variables": variables}
        return int(self._client.post("/v2/process-instances", body)["processInstanceKey"])

    def take(self, kind: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
        wanted = {
            "type": kind,
            "worker": "bench",
            "timeout": _millis(LEASE),
            "maxJobsToActivate": MOST,
            "requestTimeout": _millis(WAIT),
        }
        found = self._client.post("/v2/jobs/activation", wanted)["jobs"]
        return [(each["jobKey"], each["variables"]) for each in found]

    def complete(self, key: str, variables: Mapping[str, Any]) -> None:
        self._client.post(f"/v2/jobs/{key}/completion", {"variables": variables})

    def publish(self, name: str, key: str) -> None:
        message = {"name": name, "correlationKey": key, "timeToLive": _millis(LIFE)}
        self._client.post("/v2/messages/publication", message)

    def finish_tasks(self) -> int:
        wanted = {"filter": {"state": "CREATED"}, "page": {"limit": 100}}
        found = self._client.post("/v2/user-tasks/search", wanted)["items"]
        for each in found:
            try:
                self._client.post(
                    f"/v2/user-tasks/{each['userTaskKey']}/completion", {"variables": {}}
                )
            except Gone:
                continue
        return len(found)

    def state_of(self, job_key: str) -> tuple[str, int]:
        found = self._client.post("/v2/jobs/search", {"filter": {"jobKey": job_key}})
        return "".join(each["state"] for each in found["items"]), found["page"]["totalItems"]


class OwnHands:
    """In this process, by the operations themselves."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._clock = runtime, SystemClock()

    def start(self, variables: Mapping[str, Any]) -> int:
        done = operations.start_instance(
            self._runtime, PROCESS, variables, actor=BENCH, now=self._clock.now()
        )
        return done.root_key

    def take(self, kind: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
        def once() -> list[dict[str, Any]]:
            now = self._clock.now()
            return operations.activate_jobs(
                self._runtime, kind, worker="bench", lease=LEASE, now=now, limit=MOST
            )

        found = operations.await_jobs(self._runtime, kind, once, clock=self._clock, most=WAIT)
        return [(str(each["key"]), each["variables"]) for each in found]

    def complete(self, key: str, variables: Mapping[str, Any]) -> None:
        try:
            operations.complete_job(
                self._runtime, int(key), variables, actor=BENCH, now=self._clock.now()
            )
        except (StateConflict, NotFound) as error:
            raise Gone(error.message) from error

    def publish(self, name: str, key: str) -> None:
        now = self._clock.now()
        operations.publish_message(self._runtime, name, key, {}, actor=BENCH, now=now, life=LIFE)

    def finish_tasks(self) -> int:
        with self._runtime.database.read() as connection:
            found, _total = list_tasks(connection, BENCH)
        for task in found:
            try:
                operations.complete_task(
                    self._runtime, task.key, {}, actor=BENCH, now=self._clock.now()
                )
            except (StateConflict, NotFound):
                continue
        return len(found)

    def state_of(self, job_key: str) -> tuple[str, int]:
        with self._runtime.database.read() as connection:
            found = search(connection, reporting.JOBS, reporting.by_key(int(job_key), "jobKey"))
        return "".join(JOB_STATES[row["state"]] for row in found.rows), found.total

    def close(self) -> None:
        """Nothing is held open."""


Job = tuple[str, str, Mapping[str, Any]]
"""Type, key and variables."""


def take_jobs(hands: Hands, kind: str, each: Callable[[Iterable[Job]], object]) -> int:
    """Take the jobs of a type that there are, and have each of them done; how many."""
    found = hands.take(kind)
    each((kind, key, variables) for key, variables in found)
    return len(found)


def do_job(hands: Hands, job: Job, seen: Seen) -> None:
    """Do a job; look for one in so many right after."""
    kind, key, variables = job
    try:
        _do(hands, kind, key, variables)
    except Gone:
        return  # its dispute went another way meanwhile
    seen.done += 1
    if seen.done % ONE_IN == 0:
        seen.note(fresh=hands.state_of(key) == ("COMPLETED", 1))


def _do(hands: Hands, kind: str, key: str, variables: Mapping[str, Any]) -> None:
    """A job, and the message that its partner would send: often before anybody waits for it."""
    answer: dict[str, Any] = {}
    if kind == ASK_VENDOR:
        answer = {"correlationKey": uuid.uuid4().hex}
        hands.publish(APPROVED, answer["correlationKey"])
    if kind == NOTIFY:
        hands.publish(DOCUMENTS, variables["correlationKey"])
    hands.complete(key, answer)


def _millis(time: timedelta) -> int:
    return round(time.total_seconds() * 1000)
