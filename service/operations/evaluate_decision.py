"""Evaluating a decision from outside of a case: it reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.builtins import CaseView, functions_of
from service.definitions import (
    DecisionVersion,
    find_released_decision,
    get_decision,
    list_decisions,
)
from service.dmn import DecisionResult
from service.execution import Runtime
from service.feel import FeelError


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of it. `parts` are the decisions of the bundle by id; `failure` says why there is
    no result."""

    decision: DecisionVersion
    parts: Mapping[str, DecisionVersion]
    result: DecisionResult
    failure: str | None = None


def evaluate_decision(
    runtime: Runtime,
    *,
    decision_id: str | None,
    key: int | None,
    variables: Mapping[str, Any],
    now: datetime,
) -> Evaluation:
    """Evaluate the decision with the id, of what was released last, or with the key. Raises
    NotFound.

    What has no value is null, with its reason in the result; only work beyond the budget and an
    `assert` that does not hold are failures.
    """
    with runtime.database.read() as connection:
        if decision_id is not None:
            found = find_released_decision(connection, decision_id)
        else:
            found = get_decision(connection, key or 0)
        parts = {each.decision_id: each for each in list_decisions(connection, found.bundle_key)}
        model = runtime.bundles.get(connection, found.bundle_key).decisions[found.decision_id]
    functions = functions_of(CaseView(None, runtime.profile, now))
    try:
        inputs = model.read_inputs(variables)
        result = model.evaluate(found.decision_id, inputs, now=now, functions=functions)
    except FeelError as error:
        return Evaluation(found, parts, DecisionResult(None, (), ()), error.message)
    return Evaluation(found, parts, result)
