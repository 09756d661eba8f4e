"""Somebody signs in at a certified OpenID Connect provider, as it is."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from service import identity
from service.app import create_app
from service.clock import SystemClock
from service.config import Settings
from service.execution import Runtime
from tests.kit.desk import SAME
from tests.kit.installation import ON_SQLITE
from tests.kit.node import install

HERE = Path(__file__).parent / "openid"
BACK, SECRET = "http://localhost/sign-in/elsewhere/back", "a secret of the client"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = install(HERE, tmp_path_factory.mktemp("openid"), "a certified provider")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = ["node", "serve.mjs", port, BACK, SECRET]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as provider:
        assert provider.stdout is not None
        for line in provider.stdout:
            if line.strip() == "listening":
                break
        yield f"http://127.0.0.1:{port}"
        provider.kill()


def sign_in_there(address: str, person: str) -> str:
    """Sign in and consent on its pages; the address that it sends the browser back to."""
    browser = requests.Session()
    answer = browser.get(address, allow_redirects=False, timeout=10)
    for _ in range(12):
        if answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if target.startswith(BACK):
                return target
            answer = browser.get(target, allow_redirects=False, timeout=10)
            continue
        action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert action and prompt, answer.text[:500]
        sent = {"prompt": prompt[1], "login": person, "password": "any"}
        answer = browser.post(
            urljoin(answer.url, action[1]), data=sent, allow_redirects=False, timeout=10
        )
    raise AssertionError("the provider never came to an end")


@ON_SQLITE
def test_people_come_in_by_it(runtime: Runtime, issuer: str) -> None:
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "wu", None, ["handler"], now=datetime.now(UTC))
    settings = Settings(
        secret_key="k" * 40,
        oidc_issuer=issuer,
        oidc_client_id="redress",
        oidc_client_secret=SECRET,
    )
    client: Any = create_app(settings, runtime=runtime, clock=SystemClock()).test_client()
    for person, status in (("stranger", 403), ("wu", 302)):
        there = client.get("/sign-in/elsewhere?next=/tasks", headers=SAME).headers["Location"]
        back = urlsplit(sign_in_there(there, person))
        answer = client.get(f"{back.path}?{back.query}", headers=SAME)
        assert answer.status_code == status, answer.get_data(as_text=True)
    assert client.get("/tasks", headers=SAME).status_code == 200


def test_the_lock_names_no_host() -> None:
    assert "resolved" not in (HERE / "package-lock.json").read_text()
