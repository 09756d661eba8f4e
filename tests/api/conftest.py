"""One application with the shipped procedure on SQLite, and a client for each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest

from service import definitions, identity
from service.app import create_app
from service.clock import VirtualClock
from service.config import load_settings
from service.db import Database, migrate
from service.execution import Runtime
from service.identity import Role
from tests.kit.clock import NOW

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def application(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[flask.Flask, dict[str, str]]]:
    folder: Path = tmp_path_factory.mktemp("api")
    settings = load_settings({"REDRESS_DATABASE_URL": f"sqlite:///{folder}/test.db"}, demo=True)
    database = Database(settings.database_url)
    migrate(database)
    runtime = Runtime.open(database, policy=settings.policy)
    tokens = {}
    keys = iter([runtime.keys.root_key() for _ in range(100)])
    with database.transaction() as connection:
        for role in Role:
            password = "correct horse battery" if role is Role.CLERK else None
            identity.create_account(connection, role.value, password, [role.value], now=NOW)
            tokens[role.value] = identity.create_token(
                connection, role.value, now=NOW, label=f"{role.value}-script"
            )
        deployed = definitions.deploy(
            connection,
            definitions.shipped_files(),
            name="procedure",
            actor="admin",
            now=NOW,
            next_key=lambda: next(keys),
        )
        definitions.release(connection, deployed.bundle_key, actor="admin", now=NOW)
    yield create_app(settings, runtime=runtime, clock=VirtualClock(NOW)), tokens
    database.dispose()


@pytest.fixture
def call(application: tuple[flask.Flask, dict[str, str]]) -> Call:
    """`call("clerk", "POST", "/api/complaints", json={...})`; "" asks without a token."""
    app, tokens = application
    client = app.test_client()

    def send(role: str, method: str, path: str, **options: Any) -> Any:
        headers = dict(options.pop("headers", {}))
        if role:
            headers["Authorization"] = f"Bearer {tokens[role]}"
        return client.open(path, method=method, headers=headers, **options)

    return send


@pytest.fixture
def register(call: Call) -> Callable[..., Any]:
    def send(**more: Any) -> Any:
        sent = {
            "customerName": "王小明",
            "contact": {"email": "wang@customer.invalid"},
            "channel": "email",
            "content": "The fee was charged twice.",
            "product": "Card",
            "amount": "1280",
        }
        return call("clerk", "POST", "/api/complaints", json=sent | more).get_json()

    return send
