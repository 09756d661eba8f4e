"""A version on its way through review: states, four eyes, comments, evidence, release from a date,
tags."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import identity
from service.builtins import Evidence
from service.db import Database
from service.definitions import (
    ReviewPolicy,
    ReviewState,
    deploy,
    find_released,
    read_files,
    shipped_files,
)
from service.definitions.drafts import get_draft, open_draft, save_draft_file
from service.definitions.review import get_version, list_comments, list_steps, list_tags
from service.definitions.review_states import TRANSITIONS, USED, Verb
from service.definitions.review_tables import bundle_review
from service.definitions.tables import bundle
from service.engine import check_bundle, load_bundle
from service.errors import Forbidden, InvalidInput, StateConflict
from service.execution import Runtime
from service.identity import Actor, Role
from service.identity.tables import account
from service.operations import (
    approve_bundle,
    comment_bundle,
    deploy_draft,
    prove_bundle,
    release_bundle,
    release_due_bundles,
    resolve_comment,
    retire_bundle,
    return_bundle,
    submit_bundle,
    tag_bundle,
)
from service.policy import load_profile
from service.scenarios import Findings, find_all
from tests.kit.clock import NOW
from tests.kit.installation import agree_review, release_files
from tests.kit.small import FILES, SMALL

OLGA = Actor("olga", frozenset({Role.OWNER}))
CARL = Actor("carl", frozenset({Role.COMPLIANCE}))
BOTH = Actor("olga", frozenset({Role.OWNER, Role.COMPLIANCE}))
CHANGED = {"processes/small.bpmn": SMALL.replace("PT1H", "PT2H").encode()}


@pytest.fixture
def small(database: Database) -> Runtime:
    agree_review(database, ReviewPolicy.COMPLIANCE)
    return release_files(database, FILES)


def stored(runtime: Runtime, files=CHANGED, by: str = "olga") -> int:
    fresh = [runtime.keys.root_key() for _ in range(40)]
    with runtime.database.transaction() as connection:
        done = deploy(connection, files, name="procedure", actor=by, now=NOW, next_key=fresh.pop)
    return done.bundle_key


def evidence(runtime: Runtime, key: int, *refusals: str) -> Evidence:
    with runtime.database.read() as connection:
        return Evidence(
            get_version(connection, key).content_hash, refusals, {"rules": {"one": True}}
        )


def state(runtime: Runtime, key: int) -> ReviewState:
    with runtime.database.read() as connection:
        return get_version(connection, key).state


def approved(runtime: Runtime) -> int:
    key = stored(runtime)
    submit_bundle(runtime, key, summary="Two hours instead of one", actor=OLGA, now=NOW)
    approve_bundle(runtime, key, evidence(runtime, key), reason="As agreed", actor=CARL, now=NOW)
    return key


def test_from_draft_to_release_with_everything_in_the_history(small: Runtime) -> None:
    key = stored(small)
    assert state(small, key) is ReviewState.DRAFT
    submit_bundle(small, key, summary="Two hours instead of one", actor=OLGA, now=NOW)
    return_bundle(small, key, reason="Say why", actor=CARL, now=NOW)
    submit_bundle(small, key, summary="Two hours, as the law says", actor=OLGA, now=NOW)
    comment = comment_bundle(
        small,
        key,
        file="processes/small.bpmn",
        element_id="late",
        text="Why two?",
        actor=CARL,
        now=NOW,
    )
    with pytest.raises(StateConflict, match="1 comments are not resolved"):
        approve_bundle(small, key, evidence(small, key), reason="ok", actor=CARL, now=NOW)
    resolve_comment(small, key, comment, answer="The law says two.", actor=OLGA, now=NOW)
    with pytest.raises(StateConflict, match="resolved already"):
        resolve_comment(small, key, comment, answer="again", actor=OLGA, now=NOW)
    approve_bundle(small, key, evidence(small, key), reason="As agreed", actor=CARL, now=NOW)
    assert release_bundle(small, key, at=None, actor=CARL, now=NOW)
    with small.database.read() as connection:
        released = find_released(connection, "small")
        steps = list_steps(connection, key)
        (kept,) = list_comments(connection, key)
        version = get_version(connection, key)
    assert released is not None
    assert released.bundle_key == key
    assert (version.state, version.in_use) == (ReviewState.RELEASED, "released")
    assert (kept.answer, kept.resolved_by) == ("The law says two.", "olga")
    assert [step.event for step in steps] == [
        "bundle:review:submitted",
        "bundle:review:returned",
        "bundle:review:submitted",
        "bundle:comment:added",
        "bundle:comment:resolved",
        "bundle:review:approved",
        "bundle:review:released",
    ]
    assert steps[5].details["evidence"] == {"rules": {"one": True}}
    assert steps[5].details["contentHash"] == version.content_hash


def test_whoever_wrote_a_part_does_not_decide(small: Runtime) -> None:
    key = stored(small)
    submit_bundle(small, key, summary="x", actor=OLGA, now=NOW)
    for decide in (
        lambda: approve_bundle(small, key, evidence(small, key), reason="ok", actor=BOTH, now=NOW),
        lambda: return_bundle(small, key, reason="no", actor=BOTH, now=NOW),
    ):
        with pytest.raises(Forbidden, match="Four eyes: olga wrote a part"):
            decide()
    # another person stores a version that keeps olga's part: she still is an author of it
    other = stored(
        small,
        {**CHANGED, "forms/a.form.json": b'{"id": "a", "schema": {"type": "object"}}'},
        by="tom",
    )
    submit_bundle(small, other, summary="x", actor=OLGA, now=NOW)
    with pytest.raises(Forbidden, match="Four eyes"):
        approve_bundle(small, other, evidence(small, other), reason="ok", actor=BOTH, now=NOW)
    approve_bundle(small, other, evidence(small, other), reason="ok", actor=CARL, now=NOW)


def test_only_compliance_decides_and_only_with_a_reason(small: Runtime) -> None:
    key = stored(small)
    with pytest.raises(Forbidden, match="role owner"):
        submit_bundle(small, key, summary="x", actor=CARL, now=NOW)
    with pytest.raises(InvalidInput):
        submit_bundle(small, key, summary=" ", actor=OLGA, now=NOW)
    submit_bundle(small, key, summary="x", actor=OLGA, now=NOW)
    with pytest.raises(Forbidden, match="role compliance"):
        approve_bundle(small, key, evidence(small, key), reason="ok", actor=OLGA, now=NOW)
    with pytest.raises(InvalidInput):
        approve_bundle(small, key, evidence(small, key), reason="", actor=CARL, now=NOW)
    with pytest.raises(StateConflict, match="2 scenarios fail"):
        approve_bundle(
            small, key, evidence(small, key, "2 scenarios fail"), reason="ok", actor=CARL, now=NOW
        )
    with pytest.raises(StateConflict, match="another content"):
        approve_bundle(small, key, Evidence("other", (), {}), reason="ok", actor=CARL, now=NOW)
    assert state(small, key) is ReviewState.IN_REVIEW


@pytest.mark.parametrize("start", ReviewState)
@pytest.mark.parametrize("verb", Verb)
def test_what_the_table_does_not_have_is_refused(
    small: Runtime, start: ReviewState, verb: Verb
) -> None:
    key = stored(small)
    if start is not ReviewState.DRAFT:
        submit_bundle(small, key, summary="x", actor=OLGA, now=NOW)
        with small.database.transaction() as connection:
            if start in USED:
                connection.execute(
                    sa.update(bundle).where(bundle.c.key == key).values(state=start.value)
                )
            else:
                connection.execute(sa.update(bundle_review).values(state=start.value))
    act = {
        Verb.SUBMIT: lambda: submit_bundle(small, key, summary="x", actor=OLGA, now=NOW),
        Verb.RETURN: lambda: return_bundle(small, key, reason="x", actor=CARL, now=NOW),
        Verb.APPROVE: lambda: approve_bundle(
            small, key, evidence(small, key), reason="x", actor=CARL, now=NOW
        ),
        Verb.RELEASE: lambda: release_bundle(small, key, at=None, actor=CARL, now=NOW),
        Verb.RETIRE: lambda: retire_bundle(small, key, reason="x", actor=CARL, now=NOW),
    }[verb]
    following = TRANSITIONS.get((start, verb))
    if following is None:
        with pytest.raises(StateConflict, match=f"The version is {start.value}"):
            act()
        assert state(small, key) is start
    else:
        act()
        assert state(small, key) is following


def account_of(runtime: Runtime, name: str, *roles: Role, active: bool = True) -> None:
    with runtime.database.transaction() as connection:
        identity.create_account(connection, name, None, roles, now=NOW)
        connection.execute(sa.update(account).where(account.c.name == name).values(active=active))


@pytest.mark.parametrize(
    ("role", "active"), [(Role.COMPLIANCE, False), (Role.CLERK, True), (None, True)]
)
def test_nothing_is_released_for_who_may_not_any_more(
    small: Runtime, role: Role | None, active: bool
) -> None:
    key, day = approved(small), NOW + timedelta(days=3)
    assert not release_bundle(small, key, at=day, actor=CARL, now=NOW)
    if role is not None:
        account_of(small, "carl", role, active=active)
    assert release_due_bundles(small, now=day) == 0
    assert state(small, key) is ReviewState.APPROVED
    with small.database.read() as connection:
        assert list_steps(connection, key)[-1].event == "bundle:release:lapsed"
        assert get_version(connection, key).release_at is None
    assert release_bundle(
        small, key, at=None, actor=Actor("cora", frozenset({Role.COMPLIANCE})), now=day
    )


def test_it_is_released_when_its_day_comes(small: Runtime) -> None:
    key, day = approved(small), NOW + timedelta(days=3)
    with pytest.raises(InvalidInput, match="a time to come"):
        release_bundle(small, key, at=NOW - timedelta(days=1), actor=CARL, now=NOW)
    account_of(small, "carl", Role.COMPLIANCE)
    assert not release_bundle(small, key, at=day, actor=CARL, now=NOW)
    assert release_due_bundles(small, now=day - timedelta(minutes=1)) == 0
    assert state(small, key) is ReviewState.APPROVED
    assert release_due_bundles(small, now=day) == 1
    assert release_due_bundles(small, now=day) == 0
    with small.database.read() as connection:
        released = find_released(connection, "small")
    assert released is not None
    assert released.bundle_key == key


def test_a_tag_never_moves(small: Runtime) -> None:
    first = approved(small)
    tag_bundle(small, first, "2026-spring", actor=CARL, now=NOW)
    second = stored(small, FILES)
    with pytest.raises(StateConflict, match="never move"):
        tag_bundle(small, second, "2026-spring", actor=CARL, now=NOW)
    with small.database.read() as connection:
        assert list_tags(connection, first) == ["2026-spring"]


def test_a_state_that_is_none_is_refused_by_the_database(small: Runtime) -> None:
    approved(small)
    with pytest.raises(sa.exc.IntegrityError), small.database.transaction() as connection:
        connection.execute(sa.update(bundle_review).values(state="liked"))


def _find(files: dict[str, bytes]) -> Findings:
    proofs = prove_bundle(files, profile=load_profile("TW-FCPA"), now=NOW)
    return find_all(load_bundle(files), files, checked=check_bundle(files), proofs=proofs)


def test_the_shipped_procedure_has_nothing_that_refuses_it(small: Runtime) -> None:
    key = stored(small, shipped_files())
    with small.database.read() as connection:
        files = read_files(connection, key)
        version = get_version(connection, key)
    found = _find(files)
    kept = found.evidence(version.content_hash)
    assert kept.refusals == ()
    assert all(kept.details["rules"].values())
    assert all(kept.details["scenarios"].values())
    broken = {
        path: text.replace(b'value="propose-solution"', b'value=""') for path, text in files.items()
    }
    refused = _find(broken).evidence("x")
    assert "rule-broken" in refused.refusals[0]


def test_a_draft_of_who_may_not_submit_it_stays_open_and_makes_no_version(small: Runtime) -> None:
    key, ada = small.keys.root_key(), Actor("ada", frozenset({Role.ADMIN}))
    with small.database.transaction() as connection:
        base = find_released(connection, "small")
        assert base is not None
        start = {"name": "procedure", "title": "Two hours", "base_bundle_key": base.bundle_key}
        open_draft(connection, key=key, actor="ada", now=NOW, **start)
        for path, content in CHANGED.items():
            save_draft_file(connection, key, path, content, revision=1, actor="ada", now=NOW)
    before = count_bundles(small)
    with pytest.raises(Forbidden):
        deploy_draft(small, key, actor=ada, now=NOW)
    assert count_bundles(small) == before
    with small.database.read() as connection:
        assert get_draft(connection, key).state == "open"
    made = deploy_draft(small, key, actor=OLGA, now=NOW)
    assert state(small, made) is ReviewState.IN_REVIEW
    assert count_bundles(small) == before + 1


def count_bundles(runtime: Runtime) -> int:
    with runtime.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(bundle)).scalar_one())
