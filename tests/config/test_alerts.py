"""The alarms for Prometheus speak of what is counted, and each says what it means."""

from __future__ import annotations

import re
from pathlib import Path

from service.api.metrics import WAITING
from service.metrics import OWN

ALERTS = (Path(__file__).parents[2] / "deploy" / "alerts.yaml").read_text(encoding="utf-8")


def test_every_alarm_is_about_something_that_is_counted() -> None:
    counted = {*WAITING, "redress_database_up"}
    counted |= {name for metric in OWN.collect() for name in (metric.name, f"{metric.name}_total")}
    counted |= {f"{metric.name}_bucket" for metric in OWN.collect() if metric.type == "histogram"}
    expressions = "\n".join(line for line in ALERTS.splitlines() if "summary" not in line)
    named = set(re.findall(r"\bredress_\w+", expressions))
    assert len(named) >= 9
    assert named - counted == set()
    labels = set(re.findall(r"(\w+)=~?\"", ALERTS))
    assert labels <= {"status", "part"}


def test_every_alarm_says_what_it_means_and_who_is_called() -> None:
    alarms = ALERTS.split("- alert: ")[1:]
    assert len(alarms) >= 9
    for alarm in alarms:
        assert re.search(r"severity: (page|ticket)", alarm)
        assert re.search(r"summary: [A-Z].{20,}\.", alarm)
        assert "expr: " in alarm


def test_the_guide_names_the_file() -> None:
    guide = Path(__file__).parents[2] / "docs" / "deploy.md"
    assert "deploy/alerts.yaml" in guide.read_text(encoding="utf-8")
