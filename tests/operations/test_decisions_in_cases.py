"""A decision inside a case: what its file imports is at hand, and the history says how the result
came about."""

from __future__ import annotations

from typing import Any

from service.audit import list_history, verify
from service.db import Database
from service.identity import Actor
from service.operations import start_instance
from service.tasks import list_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import SMALL

AMY = Actor("amy", frozenset({"handler"}))
DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"
DECIDE = """<bpmn:businessRuleTask id="weigh" name="Weigh"><bpmn:extensionElements>
   <zeebe:calledDecision decisionId="route" resultVariable="route"/></bpmn:extensionElements>
   <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f0</bpmn:outgoing></bpmn:businessRuleTask>
 <bpmn:sequenceFlow id="f0" sourceRef="weigh" targetRef="first"/>
 <bpmn:userTask id="first" """
PROCESS = (
    SMALL.replace("<bpmn:incoming>f1<", "<bpmn:incoming>f0<")
    .replace('sourceRef="s" targetRef="first"', 'sourceRef="s" targetRef="weigh"')
    .replace('<bpmn:userTask id="first" ', DECIDE)
)
# The table stands in one file, the amounts that it compares with in another.
ROUTE = f"""<definitions xmlns="{DMN}" id="route-file" name="route" namespace="urn:route">
<import name="limits" namespace="urn:limits" importType="{DMN}"/>
<inputData id="amount" name="amount"><variable name="amount" typeRef="number"/></inputData>
<decision id="route" name="Route"><variable name="Route"/>
<informationRequirement><requiredInput href="#amount"/></informationRequirement>
<informationRequirement><requiredDecision href="urn:limits#highest"/></informationRequirement>
<decisionTable id="route-table" hitPolicy="FIRST"><input id="i1" label="Amount">
 <inputExpression typeRef="number">
<text>amount</text></inputExpression></input><output id="o1" name="route"/>
<rule id="small"><inputEntry><text>&lt; limits.highest</text></inputEntry>
<outputEntry><text>"desk"</text></outputEntry></rule>
<rule id="large"><inputEntry><text>-</text></inputEntry><outputEntry><text>"board"</text>
 </outputEntry></rule>
</decisionTable></decision></definitions>"""
LIMITS = f"""<definitions xmlns="{DMN}" id="limits-file" name="limits" namespace="urn:limits">
<decision id="highest" name="highest"><variable name="highest"/><literalExpression>
 <text>1000</text></literalExpression>
</decision></definitions>"""
FILES = {
    "processes/small.bpmn": PROCESS.encode(),
    "decisions/route.dmn": ROUTE.encode(),
    "decisions/limits.dmn": LIMITS.encode(),
}


def decided(database: Database, variables: dict[str, Any]) -> dict[str, Any]:
    """What the history of a new case says of its decision."""
    runtime = release_files(database, FILES)
    started = start_instance(runtime, "small", variables, actor=AMY, now=NOW)
    with runtime.database.read() as connection:
        assert verify(connection, started.root_key) is None
        rows = list_history(connection, started.root_key)
        (task,) = list_tasks(connection, AMY)[0]
    assert task.element_id == "first"
    (made,) = (each for row in rows for each in row.details["moved"].get("decisions", ()))
    found: dict[str, Any] = made
    return found


def test_the_history_says_which_rule_matched_on_which_input(database: Database) -> None:
    made = decided(database, {"amount": 250})
    assert (made["element"], made["decision"], made["result"]) == ("weigh", "route", "desk")
    limit, route = made["evaluated"]
    assert (limit["decision"], limit["result"]) == ("highest", 1000)
    assert route["inputs"] == {"Amount": 250}
    assert route["rules"] == [
        {"rule": "small", "index": 1, "cells": {"Amount": "< limits.highest"}}
    ]
    assert made["reasons"] == []


def test_the_history_says_why_a_comparison_had_no_answer(sqlite_database: Database) -> None:
    made = decided(sqlite_database, {"amount": "much"})
    assert made["result"] == "board"
    assert "must be number" in made["reasons"][0]["message"]
