"""Camunda's published model of a bank's disputes runs unmodified; skipped where the shared data are
absent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.engine import changes as c
from service.engine import check_bundle, load_bundle
from service.errors import Severity
from tests.kit.playing import Player

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "camunda-bank-complaint"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data are not here")


def files():
    return {
        each.name: each.read_bytes()
        for each in FOLDER.iterdir()
        if each.suffix in (".bpmn", ".dmn")
    }


def test_it_has_no_errors():
    assert [each for each in check_bundle(files()) if each.severity is Severity.ERROR] == []


@pytest.mark.parametrize("mode", ["straight", "restored"])
def test_it_runs_to_its_end(mode):
    it = Player(load_bundle(files()), mode)
    payload = json.loads((FOLDER / "payload.json").read_bytes())
    it.start("bankDisputeHandling", **payload)
    biggest = 0
    for _ in range(2000):
        if it.ended:
            break
        biggest = max(biggest, len(it.state or b""))
        act(it)
    assert it.ended, it.waiting()
    assert biggest < 300_000


def act(it: Player) -> None:
    """Do the next thing there is: jobs and tasks, then messages, then time."""
    for kind, do in (
        ((c.TaskCreated, c.JobCreated), it.complete),
        (c.SubscriptionOpened, it.deliver),
        (c.TimerSet, it.fire),
    ):
        found = next((each for each in it.open.values() if isinstance(each, kind)), None)
        if found is not None:
            do(found.element_id)
            return
