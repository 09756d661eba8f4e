"""Complaints that an earlier release had begun to pay are paid to the end after an upgrade: in the
version in which they began, and in the newest one if they are moved there. Nothing is paid twice,
and no payment is missing from the ledger.

`before_ledger.db.xz` and `before_offers.db.xz` are databases that those releases wrote: the first
knew no ledger and paid the whole sum in each round, the second paid before the customer was told.
Each has a complaint in every step between the proposal and the customer's answer, in the first
round and in the second; their content says in which, and what was decided in each round.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import cases
from service.audit.tables import history
from service.cases import Balance
from service.cases.tables import complaint
from service.db import Database, migrate
from service.definitions import shipped_files
from service.definitions.tables import bundle
from service.engine import propose_places
from service.execution import Runtime
from service.identity import Actor
from service.operations import migrate_instance
from tests.kit.desk import Desk
from tests.kit.installation import release_files
from tests.kit.walker import Walk

FOLDER = Path(__file__).parent
OWNER = Actor("olga", frozenset({"owner"}))
PAID_TWICE = {("before_ledger", "ask-customer", 5_000, 8_000)}
"""What the first release had paid too much before the upgrade: the audit tells of it."""


@pytest.fixture(params=["before_ledger", "before_offers"])
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Database]]:
    """The release, and its database after the upgrade."""
    kept = (FOLDER / f"{request.param}.db.xz").read_bytes()
    (tmp_path / "earlier.db").write_bytes(lzma.decompress(kept))
    database = Database(f"sqlite:///{tmp_path}/earlier.db")
    migrate(database)
    yield request.param, database
    database.dispose()


def walks(runtime: Runtime) -> list[tuple[str, list[int], Walk]]:
    """The step in which each complaint waits, the sums decided, and the complaint."""
    with runtime.database.read() as connection:
        last = sa.select(history.c.root_key, sa.func.max(history.c.at)).group_by(history.c.root_key)
        times: dict[int, datetime] = {root: at for root, at in connection.execute(last)}
        rows = connection.execute(sa.select(complaint.c.root_key, complaint.c.content)).all()
    found = []
    for root, content in rows:
        step, *sums = content.removeprefix("Charged twice: ").replace("None", "").split()
        found.append((step, [int(each) for each in sums], Walk(runtime, root, times[root])))
    return found


def money(walk: Walk) -> Balance:
    with walk.runtime.database.read() as connection:
        return cases.balance_of(connection, walk.root)


def finish(walk: Walk, amount: int) -> None:
    walk.work(
        propose_solution={
            "outcome": "upheld",
            "remedies": ["compensation", "apology"],
            "reason": "Our error that we regret",
            "compensationAmount": amount,
        }
    )
    assert walk.standing().state == "completed"


def check_paid(release: str, step: str, sums: list[int], walk: Walk) -> None:
    """As much as was decided in all; more only where the earlier release had done that."""
    found, decided = money(walk), Decimal(sums[-1])
    twice = (release, step, *sums) in PAID_TWICE
    assert found.paid == (sum(sums) if twice else decided)
    assert (found.payable, found.due) == (decided, 0)
    with walk.runtime.database.read() as connection:
        told = {root for root, _ in cases.unbalanced(connection)}
    assert (walk.root in told) == twice


def test_they_are_paid_in_the_version_in_which_they_began(earlier: tuple[str, Database]) -> None:
    release, database = earlier
    found = walks(Runtime.open(database))
    assert len(found) == 11
    for step, sums, walk in found:
        assert step in walk.open()
        finish(walk, sums[-1])
        check_paid(release, step, sums, walk)


def test_they_are_paid_in_the_newest_version(earlier: tuple[str, Database]) -> None:
    release, database = earlier
    runtime = release_files(database, shipped_files())
    with database.read() as connection:
        keys = connection.execute(sa.select(bundle.c.key).order_by(bundle.c.key)).scalars().all()
        before, after = (runtime.bundles.get(connection, each) for each in (keys[0], keys[-1]))
    places = {each.element_id: each.target for each in propose_places(before, after) if each.target}
    for step, sums, walk in walks(runtime):
        moved = migrate_instance(
            runtime,
            walk.root,
            to_bundle=keys[-1],
            places=places,
            reason="The new order of payment",
            actor=OWNER,
            now=walk.now,
        )
        assert (moved.moved, moved.obstacles) == (True, ())
        finish(walk, sums[-1])
        check_paid(release, step, sums, walk)


def test_the_payer_of_a_second_round_sees_what_is_left_to_pay(
    earlier: tuple[str, Database], tmp_path: Path
) -> None:
    """The decision names the total of both rounds; the first was paid before the upgrade."""
    _, database = earlier
    runtime = Runtime.open(database)
    walk = next(
        walk
        for step, sums, walk in walks(runtime)
        if step == "pay-compensation" and sums == [5_000, 8_000]
    )
    desk = Desk.of(runtime, tmp_path).at(walk.now).sign_in("clerk")
    key = next(t.key for t in walk.standing().tasks if t.element_id == "pay-compensation")
    page = desk.see(f"/tasks/{key}")
    assert "Paid TWD 5,000" in page
    assert "To be paid TWD 3,000" in page
