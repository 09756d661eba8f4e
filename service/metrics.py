"""The numbers that a process counts, for `/metrics`. With several serving processes on a host those
of all are put together, when `PROMETHEUS_MULTIPROC_DIR` named a folder of theirs before this was
imported."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

OWN = CollectorRegistry()
REQUESTS = Counter(
    "redress_requests", "Requests by route and status.", ["method", "route", "status"], registry=OWN
)
COMMANDS = Counter(
    "redress_commands",
    "Requests that change something and were carried out.",
    ["route"],
    registry=OWN,
)
CONFLICTS = Counter(
    "redress_conflicts", "Requests that the state did not allow.", ["route"], registry=OWN
)
SECONDS = Histogram("redress_request_seconds", "How long requests took.", ["method"], registry=OWN)
RETRIES = Counter(
    "redress_command_retries",
    (
        "Commands that ran again: another had moved the case (version), the database refused "
        "(busy) "
        "or was lost (away)."
    ),
    ["why"],
    registry=OWN,
)
CASE_COMMANDS = Counter(
    "redress_case_commands",
    "Commands that moved a case, by what they did.",
    ["event"],
    registry=OWN,
)
GAVE_UP = Counter(
    "redress_commands_gave_up", "Commands that were still refused at their last try.", registry=OWN
)
POLICY_REPORTS = Counter(
    "redress_policy_reports",
    "What browsers stopped under the content security policy, by its part.",
    ["part"],
    registry=OWN,
)
for _why in ("version", "busy", "away"):
    RETRIES.labels(_why)  # there from the start, so that a rate can be taken
