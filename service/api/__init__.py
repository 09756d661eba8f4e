"""REST: complaints under `/api`, orchestration under `/v2` as Camunda 8 has it. JSON in, one
operation, JSON out."""

from service.api import (
    ad_hoc,
    cluster,
    complaints,
    decisions,
    definitions,
    deployments,
    docs,
    elements,
    escalation,
    evidence,
    incidents,
    instances,
    jobs,
    messages,
    metrics,
    migrations,
    modifications,
    money,
    oauth,
    openapi,
    procedures,
    related,
    user_tasks,
    variables,
    withdrawal,
)
from service.api.blueprint import blueprint
from service.api.desk import DESK
from service.api.edge import problem
from service.api.metrics import count_request
from service.api.requests import begin_request, end_request

__all__ = [
    "DESK",
    "ad_hoc",
    "begin_request",
    "blueprint",
    "cluster",
    "complaints",
    "count_request",
    "decisions",
    "definitions",
    "deployments",
    "docs",
    "elements",
    "end_request",
    "escalation",
    "evidence",
    "incidents",
    "instances",
    "jobs",
    "messages",
    "metrics",
    "migrations",
    "modifications",
    "money",
    "oauth",
    "openapi",
    "problem",
    "procedures",
    "related",
    "user_tasks",
    "variables",
    "withdrawal",
]
