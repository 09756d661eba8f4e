"""A client of the API on any database: accounts by role, a clock that can be moved, and a
worker."""

from __future__ import annotations

import io
from typing import Any

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

ROLES = ("admin", "owner", "clerk", "handler", "approver", "compliance", "worker")


class Rest:
    """`rest("admin", "GET", "/v2/topology")` gives status and body. Nobody reviews what it deploys,
    but for the complaint procedure."""

    def __init__(self, database: Database) -> None:
        settings = load_settings({"REDRESS_DATABASE_URL": str(database.url)}, demo=True)
        self.runtime, self.clock = Runtime.open(database), VirtualClock(NOW)
        agree_review(database, ReviewPolicy.NONE)
        with database.transaction() as connection:
            for role in ROLES:
                identity.create_account(connection, role, None, [role], now=NOW)
            self.tokens = {role: identity.create_token(connection, role, now=NOW) for role in ROLES}
        self.app = create_app(settings, runtime=self.runtime, clock=self.clock)
        self.client = self.app.test_client()
        self.worker = make_worker(self.runtime, None, self.clock)  # type: ignore[arg-type]

    def __call__(
        self, role: str, method: str, path: str, body: Any = None, **more: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} | more.pop("headers", {})
        if body is not None:
            more["json"] = body
        answer = self.client.open(path, method=method, headers=headers, **more)
        return answer.status_code, answer.get_json(silent=True)

    def ok(self, role: str, method: str, path: str, body: Any = None) -> Any:
        status, found = self(role, method, path, body)
        assert status in (200, 201, 204), (status, found)
        return found

    def deploy(self, files: dict[str, str | bytes], **form: str) -> Any:
        parts = [
            (io.BytesIO(each.encode() if isinstance(each, str) else each), name)
            for name, each in files.items()
        ]
        return self("owner", "POST", "/v2/deployments", data={"resources": parts, **form})

    def start(self, process_id: str, **variables: Any) -> str:
        body = {"processDefinitionId": process_id, "variables": variables}
        return str(self.ok("owner", "POST", "/v2/process-instances", body)["processInstanceKey"])

    def jobs(self, kind: str = "score", **more: Any) -> list[dict[str, Any]]:
        body = {
            "type": kind,
            "timeout": 60_000,
            "maxJobsToActivate": 10,
            "requestTimeout": -1,
        } | more
        found: list[dict[str, Any]] = self.ok("worker", "POST", "/v2/jobs/activation", body)["jobs"]
        return found

    def search(self, what: str, role: str = "admin", **where: Any) -> list[dict[str, Any]]:
        page = self.ok(
            role, "POST", f"/v2/{what}/search", {"filter": where, "page": {"limit": 1000}}
        )
        assert page["page"]["totalItems"] == len(page["items"])
        found: list[dict[str, Any]] = page["items"]
        return found

    def state(self, key: str) -> str:
        return str(self.ok("admin", "GET", f"/v2/process-instances/{key}")["state"])
