"""Who asks is what the connection says; a header is believed only from the bank's own proxies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flask
import pytest

from service.app import create_app
from service.config import load_settings
from service.db import Database


@pytest.mark.parametrize(
    ("count", "header", "seen"),
    [
        ("0", "203.0.113.7", "127.0.0.1"),
        ("1", "203.0.113.7", "203.0.113.7"),
        ("1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),  # a visitor wrote the first one
        ("2", "6.6.6.6, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
    ],
)
def test_a_forwarded_address(
    sqlite_database: Database, tmp_path: Any, count: str, header: str, seen: str
) -> None:
    settings = load_settings({"REDRESS_SECRET_KEY": "s" * 40, "REDRESS_TRUSTED_PROXIES": count})
    url = sqlite_database.url.render_as_string(hide_password=False)
    app = create_app(replace(settings, database_url=url, evidence_dir=str(tmp_path)))
    app.add_url_rule("/who", "who", lambda: flask.request.remote_addr or "")
    assert app.test_client().get("/who", headers={"X-Forwarded-For": header}).text == seen
