"""Who of many may know of a case is asked in one go, and is what asking for each would say."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import cases, identity
from service.bench.recording import new_complaint
from service.cases import CaseReader, Restriction, RestrictionKind, is_hidden_from, who_may_know
from service.cases.tables import case_link, complaint, follower
from service.db import Connection, Database, Prepared
from service.execution import Runtime
from service.identity import SYSTEM
from service.operations import register_complaint
from tests.kit.clock import NOW

NAMES = ("amy", "Ben", "cat", "Dora", "eve", "Finn")


@pytest.fixture
def roots(runtime: Runtime) -> list[int]:
    with runtime.database.transaction() as connection:
        for name in NAMES:
            identity.create_account(connection, name, None, [], now=NOW)
    return [
        register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW).root_key
        for _ in range(4)
    ]


def build(connection: Connection, roots: list[int], chance: random.Random) -> None:
    """Lines of superiors, persons complained about, lists and links, as chance has it."""
    for below, name in enumerate(NAMES):
        above = chance.choice(["", *NAMES[below + 1 :]])
        identity.set_superior(connection, name, above)
    for table in (case_link, follower):
        connection.execute(sa.delete(table))
    for root in roots:
        about = chance.choice([None, None, *NAMES])
        known = sa.update(complaint).where(complaint.c.root_key == root)
        connection.execute(known.values(about=about and about.casefold()))
        cases.drop_restriction(connection, root)
        if chance.random() < 0.4:
            kind = RestrictionKind.FRAUD
            cases.put_restriction(connection, Restriction(root, kind, "why", NOW, "amy"))
            for name in chance.sample(NAMES, 3):
                until = chance.choice([None, NOW - timedelta(1), NOW, NOW + timedelta(1)])
                reader = CaseReader(root, name, "why", NOW, "amy", until)
                cases.put_reader(connection, reader)
    _tie(connection, roots, chance)


def _tie(connection: Connection, roots: list[int], chance: random.Random) -> None:
    one, other, third, last = chance.sample(roots, 4)
    kind = chance.choice(["duplicate of", "has duplicate", "related"])
    row = {"root_key": one, "other_key": other, "kind": kind, "reason": "", "decided_by": "amy"}
    connection.execute(sa.insert(case_link), {**row, "decided_at": NOW})
    row = {"root_key": third, "case_key": last, "process_id": "p", "started_at": NOW}
    connection.execute(sa.insert(follower), row)


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_asking_for_each_says(database: Database, roots: list[int], seed: int) -> None:
    with database.transaction() as connection:
        build(connection, roots, random.Random(seed))
        for root in roots:
            alone = [n for n in NAMES if not is_hidden_from(connection, n, root, now=NOW)]
            assert who_may_know(connection, NAMES, root, now=NOW) == alone
            assert who_may_know(connection, reversed(NAMES), root, now=NOW) == alone[::-1]


def test_it_is_one_question_for_however_many(
    database: Database, roots: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    read = Prepared.all

    def counting(self: object, *given: object) -> object:
        asked.append(self)
        return read(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Prepared, "all", counting)
    with database.transaction() as connection:
        build(connection, roots, random.Random(3))
        asked.clear()
        who_may_know(connection, [f"person-{n}" for n in range(500)], roots[0], now=NOW)
    assert len(asked) == 1
