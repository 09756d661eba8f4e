"""REST: complaints under `/api`, orchestration under `/v2` as Camunda 8 has it. JSON in, one operation, JSON out."""

from service.api import complaints, decisions, definitions, docs, evidence, instances, jobs, oauth, openapi, user_tasks
from service.api.blueprint import blueprint
from service.api.edge import problem

__all__ = [
    "blueprint",
    "complaints",
    "decisions",
    "definitions",
    "docs",
    "evidence",
    "instances",
    "jobs",
    "oauth",
    "openapi",
    "problem",
    "user_tasks",
]
