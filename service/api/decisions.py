"""Evaluating decisions, with the path and fields of Camunda 8, and beside them the cells and why
something is null."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from service import operations
from service.api.operation import Call, operation
from service.api.shapes import TENANT, Given, Key, Sent, Text, Variables
from service.dmn import json_text
from service.errors import InvalidInput
from service.identity import Permission

Json = Annotated[str, Field(description="a value as JSON text", examples=['{"level": "A2"}'])]


class DecisionEvaluation(Sent):
    """Which decision, by id or by key, and what it is given."""

    decision_definition_id: Text | None = None
    decision_definition_key: Key | None = None
    variables: Variables = Field(default_factory=dict)
    tenant_id: Text = TENANT


class EvaluatedInput(Given):
    """A column of a table and what it was given."""

    input_id: str
    input_name: str
    input_value: Json


class EvaluatedOutput(Given):
    """What a rule that matched gave in a column."""

    output_id: str
    output_name: str
    output_value: Json
    rule_id: str
    rule_index: int


class RuleCell(Given):
    """A condition of a rule, as it is written."""

    input_id: str
    text: str


class MatchedRule(Given):
    """A rule that matched; its place counts from 1."""

    rule_id: str
    rule_index: int
    cells: list[RuleCell]
    evaluated_outputs: list[EvaluatedOutput]


class EvaluatedDecision(Given):
    """One decision on the way to the result. `inputs` are what it required, by name."""

    decision_definition_id: str
    decision_definition_key: Key
    decision_definition_name: str
    decision_definition_version: int
    decision_definition_type: str
    decision_evaluation_instance_key: str
    tenant_id: str
    output: Json
    inputs: dict[str, Json]
    evaluated_inputs: list[EvaluatedInput]
    matched_rules: list[MatchedRule]


class WhyNull(Given):
    """Why something is null: the decision, the element and the text in it, where, which function,
    of which types."""

    decision: str
    element: str
    text: str
    message: str
    line: int | None
    column: int | None
    function: str | None
    argument_types: list[str]


class DecisionAnswer(Given):
    """The result, and how it came about. Work beyond the budget is a failure; a value that is
    missing is null."""

    decision_definition_id: str
    decision_definition_key: Key
    decision_definition_name: str
    decision_definition_version: int
    decision_requirements_id: str
    decision_requirements_key: Key
    decision_evaluation_key: Key
    decision_instance_key: Key
    tenant_id: str
    output: Json
    failed_decision_definition_id: str | None
    failure_message: str | None
    evaluated_decisions: list[EvaluatedDecision]
    reasons: list[WhyNull]


@operation(
    "POST /v2/decision-definitions/evaluation",
    may=Permission.DECIDE,
    takes=DecisionEvaluation,
    gives=DecisionAnswer,
)
def evaluate_decision(call: Call, sent: DecisionEvaluation) -> Any:
    """Evaluate a released decision: its result, the rules that matched, and the inputs of each
    cell."""
    name, key = sent.decision_definition_id, sent.decision_definition_key
    if (name is None) == (key is None):
        raise InvalidInput("expected either decisionDefinitionId or decisionDefinitionKey")
    if sent.tenant_id != TENANT:
        raise InvalidInput("expected tenantId to be {tenant!r}: there is one tenant", tenant=TENANT)
    done = operations.evaluate_decision(
        call.runtime,
        decision_id=name,
        key=None if key is None else int(key),
        variables=sent.variables,
        now=call.now,
    )
    return _answer(done, str(call.runtime.keys.root_key()))


def _answer(done: operations.Evaluation, evaluation_key: str) -> dict[str, Any]:
    decision = done.decision
    return {
        "decisionDefinitionId": decision.decision_id,
        "decisionDefinitionKey": str(decision.key),
        "decisionDefinitionName": decision.name,
        "decisionDefinitionVersion": decision.version,
        "decisionRequirementsId": decision.requirements_id,
        "decisionRequirementsKey": str(decision.requirements_key),
        "decisionEvaluationKey": evaluation_key,
        "decisionInstanceKey": evaluation_key,
        "tenantId": TENANT,
        "output": json_text(done.result.value),
        "failedDecisionDefinitionId": None if done.failure is None else decision.decision_id,
        "failureMessage": done.failure,
        "evaluatedDecisions": [
            _evaluated(done, frame, f"{evaluation_key}-{number}")
            for number, frame in enumerate(done.result.trace, 1)
        ],
        "reasons": [each.to_json() for each in done.result.reasons],
    }


def _evaluated(
    done: operations.Evaluation, frame: dict[str, Any], instance_key: str
) -> dict[str, Any]:
    part = done.parts.get(frame["decisionDefinitionId"], done.decision)
    return {
        "decisionDefinitionId": frame["decisionDefinitionId"],
        "decisionDefinitionKey": str(part.key),
        "decisionDefinitionName": frame["decisionDefinitionName"],
        "decisionDefinitionVersion": part.version,
        "decisionDefinitionType": frame["decisionDefinitionType"],
        "decisionEvaluationInstanceKey": instance_key,
        "tenantId": TENANT,
        "output": json_text(frame["output"]),
        "inputs": {name: json_text(value) for name, value in frame["inputs"].items()},
        "evaluatedInputs": [
            {**each, "inputValue": json_text(each["inputValue"])}
            for each in frame["evaluatedInputs"]
        ],
        "matchedRules": [_rule(each) for each in frame["matchedRules"]],
    }


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    place = {"ruleId": rule["ruleId"], "ruleIndex": rule["ruleIndex"]}
    outputs = [
        {**each, **place, "outputValue": json_text(each["outputValue"])}
        for each in rule["evaluatedOutputs"]
    ]
    return {**place, "cells": rule["cells"], "evaluatedOutputs": outputs}
