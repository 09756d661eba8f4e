"""Decisions over the API: by id and by key, with what Camunda's SDK reads and what compliance asks
for."""

from __future__ import annotations

import json
from typing import Any

import flask
import pytest
from camunda_orchestration_sdk.models.evaluate_decision_result import EvaluateDecisionResult

from service import definitions
from tests.kit.clock import NOW

PATH = "/v2/decision-definitions/evaluation"
OWN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"
 id="own" name="own" namespace="urn:own">
<decision id="third" name="Third"><literalExpression><text>1 / 3</text></literalExpression>
 </decision>
<decision id="endless" name="Endless"><literalExpression>
 <text>count(for i in 1..2000, j in 1..2000 return i)</text>
</literalExpression></decision>
<decision id="nothing" name="Nothing"><literalExpression><text>upper case(12)</text>
 </literalExpression></decision>
</definitions>"""


@pytest.fixture(scope="module")
def own(application: tuple[flask.Flask, dict[str, str]]) -> None:
    """A second bundle, released after the shipped one."""
    runtime = application[0].extensions["redress"].runtime
    keys = iter([runtime.keys.root_key() for _ in range(5)])
    with runtime.database.transaction() as connection:
        done = definitions.deploy(
            connection,
            {"own.dmn": OWN},
            name="own",
            actor="admin",
            now=NOW,
            next_key=lambda: next(keys),
        )
        definitions.release(connection, done.bundle_key, actor="admin", now=NOW)


def test_by_id_with_the_rules_that_matched_and_the_inputs_of_each_cell(call: Any) -> None:
    sent = {"decisionDefinitionId": "severity", "variables": {"groupSize": 20, "reopened": 0}}
    answer = call("compliance", "POST", PATH, json=sent)
    assert answer.status_code == 200, answer.get_json()
    found = answer.get_json()
    assert json.loads(found["output"])["rule"] == "T03"
    assert (found["decisionDefinitionName"], found["failureMessage"]) == ("Severity", None)
    decisions = found["evaluatedDecisions"]
    assert [each["decisionDefinitionId"] for each in decisions] == [
        "severity-rates",
        "severity-rate",
        "base-severity",
        "severity",
    ]
    *_, base, whole = decisions
    assert (base["decisionDefinitionId"], base["decisionDefinitionType"]) == (
        "base-severity",
        "DECISION_TABLE",
    )
    (rule,) = base["matchedRules"]
    assert (rule["ruleId"], rule["ruleIndex"]) == ("T03", 3)
    assert {each["text"] for each in rule["cells"]} == {"[20..100)", "-"}
    assert [each["inputValue"] for each in base["evaluatedInputs"]][:2] == ["20", "null"]
    assert all(each["inputName"] and each["inputId"] for each in base["evaluatedInputs"])
    assert [each["outputName"] for each in rule["evaluatedOutputs"]][:1] == ["severity"]
    assert whole["matchedRules"][0]["ruleId"] == "as-assessed"


def test_by_the_key_of_the_answer_comes_the_same_decision(call: Any) -> None:
    sent = {"variables": {"threatToLife": True}}
    first = call("owner", "POST", PATH, json=sent | {"decisionDefinitionId": "severity"}).get_json()
    by_key = {"decisionDefinitionKey": first["decisionDefinitionKey"]}
    again = call("owner", "POST", PATH, json=sent | by_key).get_json()
    assert (again["decisionDefinitionId"], again["output"]) == ("severity", first["output"])
    assert again["decisionEvaluationKey"] != first["decisionEvaluationKey"]
    base = first["evaluatedDecisions"][-2]
    assert base["decisionDefinitionId"] == "base-severity"
    part = {"decisionDefinitionKey": base["decisionDefinitionKey"]}
    assert (
        call("owner", "POST", PATH, json=sent | part).get_json()["decisionDefinitionId"]
        == "base-severity"
    )


def test_camundas_sdk_reads_the_answer(call: Any) -> None:
    sent = {
        "decisionDefinitionId": "authority",
        "variables": {"compensationAmount": 3000.5, "round": 1},
    }
    found = EvaluateDecisionResult.from_dict(call("owner", "POST", PATH, json=sent).get_json())
    assert found.decision_definition_id == "authority"
    assert found.failure_message is None
    rules = [rule for each in found.evaluated_decisions for rule in each.matched_rules]
    assert rules and all(rule.evaluated_outputs[0].output_value for rule in rules)


@pytest.mark.usefixtures("own")
def test_numbers_keep_all_their_digits(call: Any) -> None:
    found = call("owner", "POST", PATH, json={"decisionDefinitionId": "third"}).get_json()
    assert found["output"] == "0." + "3" * 34


@pytest.mark.usefixtures("own")
def test_why_a_result_is_null_is_said(call: Any) -> None:
    found = call("owner", "POST", PATH, json={"decisionDefinitionId": "nothing"}).get_json()
    assert (found["output"], found["failureMessage"]) == ("null", None)
    (reason,) = found["reasons"]
    assert (reason["line"], reason["column"], reason["function"]) == (1, 1, "upper case")
    assert reason["argumentTypes"] == ["number"]


@pytest.mark.usefixtures("own")
def test_work_beyond_the_budget_is_a_failure_with_a_message(call: Any) -> None:
    answer = call("owner", "POST", PATH, json={"decisionDefinitionId": "endless"})
    found = answer.get_json()
    assert answer.status_code == 200
    assert (found["output"], found["failedDecisionDefinitionId"]) == ("null", "endless")
    assert "more than" in found["failureMessage"]


def test_only_what_is_released_answers_by_id_and_older_versions_by_their_key(
    call: Any, application: tuple[flask.Flask, dict[str, str]]
) -> None:
    runtime = application[0].extensions["redress"].runtime
    keys = iter([runtime.keys.root_key() for _ in range(9)])

    def ask(**which: str) -> tuple[int, Any, Any]:
        answer = call("owner", "POST", PATH, json=which)
        return (
            answer.status_code,
            answer.get_json().get("output"),
            answer.get_json().get("decisionDefinitionKey"),
        )

    def deploy(**decisions: str) -> int:
        parts = "".join(
            (
                f'<decision id="{name}" '
                f'name="{name}"><literalExpression><text>{text}</text></literalExpression></decision>'
            )
            for name, text in decisions.items()
        )
        head = (
            '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="v" '
            'name="v" namespace="urn:v">'
        )
        files = {"v.dmn": f"{head}{parts}</definitions>".encode()}
        with runtime.database.transaction() as connection:
            return definitions.deploy(
                connection,
                files,
                name="versions",
                actor="admin",
                now=NOW,
                next_key=lambda: next(keys),
            ).bundle_key

    def release(bundle: int) -> None:
        with runtime.database.transaction() as connection:
            definitions.release(connection, bundle, actor="admin", now=NOW)

    first = deploy(kept="1", dropped="2")
    assert ask(decisionDefinitionId="kept")[0] == 404
    release(first)
    status, output, key = ask(decisionDefinitionId="kept")
    assert (status, output) == (200, "1")
    second = deploy(kept="10")
    assert ask(decisionDefinitionId="kept")[1] == "1"
    release(second)
    assert ask(decisionDefinitionId="kept")[1] == "10"
    assert ask(decisionDefinitionId="dropped")[0] == 404
    assert ask(decisionDefinitionKey=key)[:2] == (200, "1")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"decisionDefinitionId": "nobody"}, 404),
        ({"decisionDefinitionKey": "1"}, 404),
        ({"decisionDefinitionKey": "999999999999999"}, 404),
        ({"decisionDefinitionKey": 1}, 400),
        ({}, 400),
        ({"decisionDefinitionId": "severity", "decisionDefinitionKey": "1"}, 400),
        ({"decisionDefinitionId": "severity", "variables": []}, 400),
        ({"decisionDefinitionId": "severity", "tenantId": "other"}, 400),
        ({"decisionDefinitionId": "severity", "unknown": 1}, 400),
    ],
)
def test_what_cannot_be_answered_is_refused(call: Any, sent: dict[str, Any], status: int) -> None:
    answer = call("owner", "POST", PATH, json=sent)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), (
        answer.get_json()
    )


def test_who_is_not_known_is_told_nothing(call: Any) -> None:
    assert call("", "POST", PATH, json={"decisionDefinitionId": "severity"}).status_code == 401
