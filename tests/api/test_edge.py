"""Request ids, metrics, the demo's host check: what every request meets."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from service.errors import Disconnected
from service.execution.apply import VersionConflict
from service.execution.retry import retry
from service.logs import Lines, RequestIds, Texts


def test_a_sane_request_id_is_kept_and_another_made(
    call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="redress.requests"):
        answer = call(
            "clerk", "GET", "/v2/user-tasks/99", headers={"X-Request-Id": "trace-12345.a"}
        )
    assert answer.headers["X-Request-Id"] == answer.get_json()["requestId"] == "trace-12345.a"
    assert "trace-12345.a" in caplog.text and "/v2/user-tasks/<userTaskKey>" in caplog.text
    for bad in ("short", "x" * 65, "a b c d e f g", "new\tline-and-more"):
        made = call("clerk", "GET", "/v2/topology", headers={"X-Request-Id": bad}).headers[
            "X-Request-Id"
        ]
        assert made != bad and len(made) == 32


def test_metrics_count_what_was_answered(call: Any, register: Any) -> None:
    register()
    call("clerk", "GET", "/v2/user-tasks/99")
    text = call("", "GET", "/metrics").get_data(as_text=True)
    assert 'redress_requests_total{method="POST",route="/api/complaints",status="201"}' in text
    assert (
        'redress_requests_total{method="GET",route="/v2/user-tasks/<userTaskKey>",status="404"}'
        in text
    )
    assert 'redress_commands_total{route="/api/complaints"}' in text
    for name in (
        "timers_due",
        "outbox_waiting",
        "incidents_active",
        "mailbox_unread_seconds",
        "oldest_unclaimed_task_seconds",
    ):
        assert f"redress_{name} " in text
    waiting = next(line for line in text.splitlines() if line.startswith("redress_outbox_waiting "))
    assert float(waiting.split()[1]) >= 1


def test_the_log_tells_who_did_what_with_which_case_and_nothing_it_says(
    call: Any, register: Any, caplog: pytest.LogCaptureFixture
) -> None:
    seen = RequestIds()
    caplog.handler.addFilter(seen)
    with caplog.at_level(logging.INFO, logger="redress"):
        registered = register(
            content="They lost my grandmother's ring.", customerName="Wang Mei-ling"
        )
        key = registered["processInstanceKey"]
        call(
            "admin",
            "GET",
            f"/v2/process-instances/{key}",
            headers={"X-Request-Id": "trace-12345.b"},
        )
    caplog.handler.removeFilter(seen)
    text = "\n".join(Lines().format(record) for record in caplog.records)
    assert "ring" not in text and "Wang" not in text and "0199" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    [command] = [line for line in lines if line.get("event") == "case:complaint:registered"]
    assert (command["instanceKey"], command["actor"]) == (key, "clerk") and command["ms"] > 0
    [request] = [line for line in lines if line.get("requestId") == "trace-12345.b"]
    assert (request["instanceKey"], request["actor"], request["status"]) == (key, "admin", 200)


def test_of_an_error_the_log_has_kind_and_place_and_not_its_text() -> None:
    try:
        raise ValueError("my grandmother's ring")
    except ValueError as error:
        found = (type(error), error, error.__traceback__)
        record = logging.LogRecord("redress.app", logging.ERROR, __file__, 1, "failed", None, found)
    line = json.loads(Lines().format(record))
    assert (
        line["error"]["kind"] == "builtins.ValueError" and "test_edge.py" in line["error"]["at"][0]
    )
    RequestIds().filter(record)
    for told in (json.dumps(line), Texts().format(record)):
        assert "test_edge.py" in told and "ring" not in told


def test_retried_commands_are_counted_by_why(call: Any) -> None:
    def numbers() -> dict[str, float]:
        text = call("", "GET", "/metrics").get_data(as_text=True)
        lines = [
            line.rpartition(" ") for line in text.splitlines() if line.startswith("redress_command")
        ]
        return {name: float(value) for name, _, value in lines}

    tries = iter([VersionConflict(), Disconnected(), None])

    def command() -> None:
        error = next(tries)
        if error is not None:
            raise error

    before = numbers()
    retry(command, once=False, conflicts=(VersionConflict,))
    after = numbers()
    grown = {name: after[name] - before[name] for name in after if after[name] != before.get(name)}
    assert grown == {
        'redress_command_retries_total{why="version"}': 1,
        'redress_command_retries_total{why="away"}': 1,
    }


def test_metrics_are_for_this_host_or_a_token(application: Any, call: Any) -> None:
    client = application[0].test_client()
    outside = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", environ_overrides=outside).status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    assert call("clerk", "GET", "/metrics", environ_overrides=outside).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example:8000", 403),
        ("localhost.evil.example", 403),
    ],
)
def test_the_demo_answers_to_this_machine_only(call: Any, host: str, status: int) -> None:
    assert call("clerk", "GET", "/v2/topology", headers={"Host": host}).status_code == status
