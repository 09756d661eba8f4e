"""The shipped decision tables: every severity rule has an example, authority rises with amount and
round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.dmn import load_model
from tests.kit.clock import NOW

FOLDER = Path(__file__).parents[2] / "processes"
FACTS = (
    *(
        "groupSize",
        "mediaReach",
        "customersAffected",
        "amount",
        "similarIn24h",
        "reopened",
        "threatToLife",
    ),
    *("moneyMoving", "systemFault", "regulatorReferral", "hardship", "misconduct", "legalThreat"),
    *("executiveChannel", "vulnerable", "attitudeOnly"),
)


def decide(file: str, decision: str, facts: dict[str, Any]) -> Any:
    model = load_model((FOLDER / file).read_bytes(), file=file)
    return model.evaluate(decision, facts, now=NOW).value


@pytest.mark.parametrize(
    ("facts", "rule", "severity", "level"),
    [
        ({"threatToLife": True}, "T01", "P1", "III"),
        ({"groupSize": 100}, "T02", "P1", "I"),
        ({"groupSize": 20}, "T03", "P1", "II"),
        ({"mediaReach": 2_000_000}, "T04", "P1", "II"),
        ({"systemFault": True, "customersAffected": 500}, "T05", "P1", "III"),
        ({"systemFault": True, "customersAffected": 5_000}, "T05", "P1", "II"),
        ({"systemFault": True, "customersAffected": 50_000}, "T05", "P1", "I"),
        ({"moneyMoving": True}, "T06", "P1", "none"),
        ({"regulatorReferral": True}, "T07", "P2", "none"),
        ({"hardship": True}, "T08", "P2", "none"),
        ({"vulnerable": True, "attitudeOnly": True}, "T09", "P3", "none"),
        ({"mediaReach": 1_000}, "T10", "P2", "III"),
        ({"groupSize": 5}, "T11", "P2", "III"),
        ({"misconduct": True}, "T12", "P2", "none"),
        ({"amount": 1_000_000}, "T13", "P2", "none"),
        ({"legalThreat": True}, "T14", "P2", "none"),
        ({"reopened": 1}, "T15", "P2", "none"),
        ({"reopened": 1, "hardship": True}, "T15", "P1", "none"),
        ({"similarIn24h": 10}, "T16", "P2", "IV"),
        ({"amount": 50_000}, "T17", "P3", "none"),
        ({"executiveChannel": True}, "T18", "P2", "none"),
        ({"attitudeOnly": True}, "T19", "P4", "none"),
        ({}, "T20", "P3", "none"),
    ],
)
def test_severity(facts: dict[str, Any], rule: str, severity: str, level: str) -> None:
    found = decide("severity.dmn", "severity", dict.fromkeys(FACTS) | facts)
    assert (found["rule"], found["severity"], found["emergencyLevel"]) == (rule, severity, level)


@pytest.mark.parametrize(
    ("amount", "turn", "level", "decider"),
    [
        (None, 0, "A0", "handler"),
        (1_000, 0, "A0", "handler"),
        (1_001, 0, "A1", "handler"),
        (3_000.5, 0, "A2", "approver"),
        (200_000, 0, "A4", "approver"),
        (200_001, 0, "A5", "executive"),
        (9_000_000, 0, "A7", "executive"),
        (None, 1, "A2", "approver"),
        (9_000_000, 2, "A7", "executive"),
    ],
)
def test_authority(amount: float | None, turn: int, level: str, decider: str) -> None:
    found = decide("authority.dmn", "authority", {"compensationAmount": amount, "round": turn})
    assert (found["level"], found["decider"]) == (level, decider)


@pytest.mark.parametrize(
    ("severity", "level", "told"),
    [("P1", "none", "executive"), ("P3", "II", "executive"), ("P3", "none", "none")],
)
def test_escalation(severity: str, level: str, told: str) -> None:
    assert (
        decide("escalation.dmn", "escalation", {"severity": severity, "emergencyLevel": level})[
            "informed"
        ]
        == told
    )
