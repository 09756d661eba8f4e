"""REST: complaints under `/api`, orchestration under `/v2` as Camunda 8 has it. JSON in, one operation, JSON out."""

from service.api.blueprint import blueprint, problem

__all__ = ["blueprint", "problem"]
