"""A database that is away is told with 503 and when to come back; when it is there again, so is the
service."""

from __future__ import annotations

from typing import Any

import flask

from service.db import Database
from service.errors import Disconnected


def test_an_absent_database_is_a_503_with_a_time_to_come_back(
    application: Any, monkeypatch: Any
) -> None:
    app: flask.Flask
    app, tokens = application
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    client = app.test_client()
    headers = {"Authorization": f"Bearer {tokens['handler']}"}
    real = Database.read

    def away(_self: Database) -> Any:
        raise Disconnected("The database cannot be used: the server is starting up.")

    monkeypatch.setattr(Database, "read", away)
    for method, path in (
        ("GET", "/api/complaints"),
        ("POST", "/v2/user-tasks/1/completion"),
        ("GET", "/readyz"),
    ):
        answer = client.open(path, method=method, headers=headers)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/healthz").status_code == 200
    numbers = client.get("/metrics")
    assert numbers.status_code == 200
    assert "redress_database_up 0.0" in numbers.text and "redress_requests_total" in numbers.text
    monkeypatch.setattr(Database, "read", real)
    assert "redress_database_up 1.0" in client.get("/metrics").text
    assert client.get("/api/complaints", headers=headers).status_code == 200
