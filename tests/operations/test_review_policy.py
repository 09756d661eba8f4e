"""Who reviews a change: a deployment of any procedure is in force only as its policy says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import definitions, operations
from service.builtins import Evidence
from service.db import Database
from service.definitions import ALL, ReviewPolicy
from service.definitions.review import get_version
from service.engine import load_bundle
from service.errors import Forbidden, InvalidInput, NotFound, RedressError, StateConflict
from service.execution import Runtime
from service.identity import Actor
from tests.kit.clock import NOW
from tests.kit.rest import Rest

ANN = Actor("ann", frozenset({"owner"}))
BEN = Actor("ben", frozenset({"owner"}))
COM = Actor("com", frozenset({"compliance"}))
LEE = Actor("lee", frozenset({"compliance"}))
ADMIN = Actor("root", frozenset({"admin"}))
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">
  <process id="{id}" isExecutable="true">
    <startEvent id="start"/><sequenceFlow id="one" sourceRef="start" targetRef="{task}"/>
    <task id="{task}"/><sequenceFlow id="two" sourceRef="{task}" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""


def files(process_id: str = "lost-card", task: str = "block") -> dict[str, bytes]:
    return {f"{process_id}.bpmn": PROCESS.format(id=process_id, task=task).encode()}


def deploy(
    runtime: Runtime,
    sent: dict[str, bytes] | None = None,
    *,
    name: str = "lost-card",
    by: Any = ANN,
) -> Any:
    loaded = load_bundle(sent or files())
    return operations.deploy_files(runtime, sent or files(), loaded, name=name, actor=by, now=NOW)


def say(runtime: Runtime, review: str, *, name: str = ALL, by: Actor = COM) -> bool:
    reason = "As agreed."
    return operations.set_review_policy(runtime, name, review, reason=reason, actor=by, now=NOW)


def set_policy(runtime: Runtime, review: str, *, name: str = ALL, by: Actor = COM) -> None:
    """Say it, and let a second person say the same where that is needed."""
    assert say(runtime, review, name=name, by=by) or say(runtime, review, name=name, by=LEE)


def standing(runtime: Runtime, key: int) -> str:
    with runtime.database.read() as connection:
        return str(get_version(connection, key).state)


def test_a_deployment_waits_for_a_second_owner(runtime: Runtime) -> None:
    made = deploy(runtime)
    key = made.done.bundle_key
    assert (made.released, made.review) == (False, ReviewPolicy.FOUR_EYES)
    with pytest.raises(NotFound):
        operations.start_instance(runtime, "lost-card", {}, actor=ANN, now=NOW)
    operations.submit_bundle(runtime, key, summary="Cards are blocked.", actor=ANN, now=NOW)
    with pytest.raises(Forbidden, match="Four eyes"):
        approve(runtime, key, ANN)
    approve(runtime, key, BEN)
    operations.release_bundle(runtime, key, at=None, actor=BEN, now=NOW)
    assert standing(runtime, key) == "released"
    operations.start_instance(runtime, "lost-card", {}, actor=ANN, now=NOW)


def test_where_compliance_reviews_no_owner_decides(runtime: Runtime) -> None:
    key = deploy(runtime).done.bundle_key
    set_policy(runtime, "by compliance", name="lost-card")
    operations.submit_bundle(runtime, key, summary="Cards are blocked.", actor=ANN, now=NOW)
    with pytest.raises(Forbidden):
        approve(runtime, key, BEN)
    approve(runtime, key, COM)
    assert standing(runtime, key) == "approved"


def test_where_nobody_reviews_it_is_in_force_at_once(runtime: Runtime) -> None:
    set_policy(runtime, "none")
    made = deploy(runtime)
    assert made.released and standing(runtime, made.done.bundle_key) == "released"


def test_another_name_does_not_get_round_the_review(runtime: Runtime) -> None:
    """Under a name that nobody reviews, an owner deploys what another procedure holds."""
    deploy(runtime)
    deploy(runtime, files("sandbox"), name="sandbox")
    set_policy(runtime, "none", name="sandbox")
    assert deploy(runtime, files("sandbox", "other"), name="sandbox").released
    both = files("sandbox", "third") | files("lost-card", "nothing")
    assert not deploy(runtime, both, name="sandbox").released
    assert not deploy(runtime, files("lost-card", "nothing"), name="sandbox").released


def test_a_part_of_the_complaint_procedure_is_compliance_s_under_any_name(runtime: Runtime) -> None:
    set_policy(runtime, "none")
    made = deploy(runtime, files("complaint"), name="mine")
    assert (made.released, made.review) == (False, ReviewPolicy.COMPLIANCE)
    with pytest.raises(StateConflict, match="always reviewed by compliance"):
        set_policy(runtime, "none", name="mine")


def test_a_later_version_is_not_released_at_the_machine_without_a_review(runtime: Runtime) -> None:
    first = deploy(runtime).done.bundle_key
    with runtime.database.transaction() as connection:
        operations.put_in_force(connection, runtime, first, actor=Actor("cli"), now=NOW)
    second = deploy(runtime, files(task="other")).done.bundle_key
    with runtime.database.transaction() as connection, pytest.raises(StateConflict, match="review"):
        operations.put_in_force(connection, runtime, second, actor=Actor("cli"), now=NOW)


@pytest.mark.parametrize("by", [ANN, ADMIN, Actor("cli")])
def test_only_compliance_says_who_reviews(runtime: Runtime, by: Actor) -> None:
    with pytest.raises(Forbidden):
        set_policy(runtime, "none", by=by)


@pytest.mark.parametrize(
    ("name", "review", "error"),
    [("lost-card", "everybody", InvalidInput), ("no-such", "none", NotFound)],
)
def test_what_cannot_be_said(
    runtime: Runtime, name: str, review: str, error: type[RedressError]
) -> None:
    deploy(runtime)
    with pytest.raises(error):
        set_policy(runtime, review, name=name)


def test_the_list_says_of_each_what_counts_for_it(runtime: Runtime) -> None:
    deploy(runtime)
    deploy(runtime, files("sandbox"), name="sandbox")
    set_policy(runtime, "none", name="sandbox")
    with runtime.database.read() as connection:
        listed = definitions.policies_by_name(connection)
        known = {
            each.name: definitions.policy_of(connection, each.bundle_key)
            for each in definitions.list_procedures(connection)
        }
    assert listed == known
    assert listed["sandbox"] is ReviewPolicy.NONE
    assert {each for each in listed.values()} == {*ReviewPolicy}


def effective(runtime: Runtime, name: str = "lost-card") -> ReviewPolicy:
    with runtime.database.read() as connection:
        return definitions.policies_by_name(connection)[name]


def asked(runtime: Runtime) -> dict[str, definitions.PolicyAsked]:
    with runtime.database.read() as connection:
        return definitions.list_asked(connection)


def test_what_is_less_strict_takes_two_persons(runtime: Runtime) -> None:
    deploy(runtime)
    assert not say(runtime, "none", name="lost-card")
    assert not say(runtime, "none", name="lost-card")  # the same person asks twice
    assert effective(runtime) is ReviewPolicy.FOUR_EYES
    assert asked(runtime)["lost-card"].by == "com"
    assert say(runtime, "none", name="lost-card", by=LEE)
    assert effective(runtime) is ReviewPolicy.NONE and not asked(runtime)


def test_what_was_asked_for_is_refused_by_saying_something_else(runtime: Runtime) -> None:
    deploy(runtime)
    assert not say(runtime, "none", name="lost-card")
    assert say(runtime, "four eyes", name="lost-card", by=LEE)
    assert not asked(runtime)
    assert not say(runtime, "none", name="lost-card", by=LEE)  # it has to be asked for once more
    assert effective(runtime) is ReviewPolicy.FOUR_EYES


STEPS = st.lists(
    st.tuples(st.sampled_from([COM, LEE]), st.sampled_from([*ReviewPolicy])), max_size=8
)


@given(STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_alone_makes_it_less_strict(
    runtime: Runtime, steps: list[tuple[Actor, ReviewPolicy]]
) -> None:
    """Whatever two people say in whatever order: each step down has two of them behind it."""
    strictness = [*ReviewPolicy].index
    name = f"card-{runtime.keys.root_key()}"
    deploy(runtime, files(name), name=name)
    wanted: tuple[Actor, ReviewPolicy] | None = None
    for by, review in steps:
        before = effective(runtime, name)
        counts = say(runtime, review, name=name, by=by)
        stricter = strictness(review) >= strictness(before)
        second = wanted is not None and wanted[0] != by and wanted[1] is review
        assert counts == (stricter or second)
        assert effective(runtime, name) is (review if counts else before)
        wanted = None if counts else (by, review)


def test_it_is_told_and_said_over_the_api(runtime: Runtime) -> None:
    rest = Rest(runtime.database)
    body = {"review": "four eyes", "reason": "As agreed."}
    assert rest("owner", "PUT", "/api/procedures/*/review", body)[0] == 403
    rest.ok("compliance", "PUT", "/api/procedures/*/review", body)
    body = {"review": "none", "reason": "It is only tried."}
    told = rest.ok("compliance", "PUT", "/api/procedures/*/review", body)
    assert told["asked"] == [{"name": "*", "by": "compliance", **body}]
    status, done = rest.deploy({"lost-card.bpmn": files()["lost-card.bpmn"]}, name="lost-card")
    assert status == 200 and (done["released"], done["review"]) == (False, "four eyes")
    items = rest.ok("owner", "GET", "/api/procedures")["items"]
    assert {"name": "lost-card", "version": 1, "inForce": None, "review": "four eyes"} in items


def approve(runtime: Runtime, key: int, actor: Actor) -> None:
    with runtime.database.read() as connection:
        content = get_version(connection, key).content_hash
    evidence = Evidence(content, (), {"rules": {"one": True}})
    operations.approve_bundle(runtime, key, evidence, reason="Tried.", actor=actor, now=NOW)


def test_the_list_of_a_bank_without_any_procedure_is_empty(database: Database) -> None:
    with database.read() as connection:
        assert definitions.policies_by_name(connection) == {}


def test_a_procedure_that_holds_no_process_yet_is_listed_too(database: Database) -> None:
    runtime = Runtime.open(database)
    drawn = {"a.bpmn": files()["lost-card.bpmn"].replace(b'"true"', b'"false"')}
    spare = [runtime.keys.root_key() for _ in range(2)]
    with database.transaction() as connection:
        definitions.deploy(
            connection, drawn, name="drawings", actor="ann", now=NOW, next_key=spare.pop
        )
        listed = definitions.policies_by_name(connection)
    assert listed == {"drawings": ReviewPolicy.FOUR_EYES}
