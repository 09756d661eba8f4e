"""Several serving processes of a host: one set of numbers, whichever is asked; and a log of JSON
lines."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

from tests.kit.clock import PATIENCE
from tests.kit.server_processes import Site, alive, children_of, stop, until

ASKED = 40


def count(site: Site) -> float:
    with urllib.request.urlopen(f"{site.url}/metrics", timeout=PATIENCE) as answer:
        text = answer.read().decode()
    assert 'redress_command_retries_total{why="version"} 0.0' in text
    assert 'redress_request_seconds_count{method="GET"}' in text
    found = re.search(
        r'redress_requests_total\{method="GET",route="/healthz",status="200"\} (\S+)', text
    )
    return float(found[1]) if found else 0.0


def test_numbers_are_those_of_all_processes_and_the_log_is_json(tmp_path: Path) -> None:
    settings = {
        "REDRESS_DATABASE_URL": f"sqlite:///{tmp_path}/r.db",
        "REDRESS_SECRET_KEY": "k" * 40,
        "REDRESS_LOG": "json",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "numbers"),
    }
    site = Site(tmp_path, settings)
    (tmp_path / "numbers").mkdir()
    (tmp_path / "numbers" / "counter_1.db").write_bytes(b"left by an earlier start")
    (tmp_path / "numbers" / "mine.txt").write_bytes(b"nobody's but mine")
    server = site.serve("--workers", "2")
    try:
        until(site.answers, "the server to answer")
        before = count(site)
        for _ in range(ASKED):
            assert site.answers()
        assert [count(site) for _ in range(6)] == [before + ASKED] * 6
    finally:
        family = [server.pid, *children_of(server.pid)]
        stop(server)
    assert (tmp_path / "numbers" / "mine.txt").exists()
    until(lambda: not any(map(alive, family)), "all of them to end")
    lines = [
        json.loads(line)
        for line in site.log("serve").splitlines()
        if not line.startswith(("Redress serves", "REDRESS_SMTP_URL is not set"))
    ]
    asked = [line for line in lines if line.get("route") == "/healthz"]
    assert len(asked) == before + ASKED and len({line["requestId"] for line in asked}) == len(asked)
    assert {(line["method"], line["status"], line["actor"], line["level"]) for line in asked} == {
        ("GET", 200, None, "info")
    }
    assert all(line["ms"] >= 0 and line["at"].endswith("+00:00") for line in asked)
