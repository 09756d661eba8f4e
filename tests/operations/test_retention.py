"""At the end of its retention a case goes whole, with its files; a hold or something unfinished
keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import service.intake  # noqa: F401 - its tables hold what customers wrote
from service import audit, cases, operations
from service.audit import Event
from service.cases.tables import complaint, erased_case, evidence, follower
from service.db import metadata
from service.errors import Forbidden, FormInvalid, NotFound, StateConflict
from service.execution import Runtime
from service.identity import SYSTEM, Actor
from service.instances.tables import process_instance
from service.intake import parse_complaint
from service.operations import erase_case, list_expired, register_complaint, set_legal_hold
from service.vault import Vault
from tests.kit.clock import NOW

CLERK = Actor("clerk", frozenset({"clerk"}))
COMPLIANCE = Actor("carol", frozenset({"compliance"}))
FACTS = {
    "customerName": "李大同",
    "channel": "phone",
    "contact": {"phone": "02-5550-3344"},
    "content": "年費未經同意扣款。",
}
UNTIL, AFTER = date(2031, 3, 2), date(2031, 3, 3)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "evidence")


def archived(runtime: Runtime, *, until: date = UNTIL) -> cases.Complaint:
    """A case that ended and is kept until a day."""
    number = register_complaint(
        runtime, parse_complaint(FACTS, now=NOW), actor=CLERK, now=NOW
    ).number
    with runtime.database.transaction() as connection:
        found = cases.get_complaint(connection, number)
        facts = {**found.facts, "retainUntil": until.isoformat()}
        cases.save_complaint(
            connection,
            replace(
                found, status="archived", closed_at=NOW, archived_at=NOW, due_at=None, facts=facts
            ),
        )
        ended = {"state": "completed", "engine_state": None, "ended_at": NOW}
        where = process_instance.c.root_key == found.root_key
        connection.execute(sa.update(process_instance).where(where).values(**ended))
        return cases.get_complaint(connection, number)


def expired(runtime: Runtime, today: date = AFTER) -> list[operations.Expired]:
    with runtime.database.read() as connection:
        return list_expired(connection, today=today)


def rows_of(runtime: Runtime, root_key: int) -> dict[str, int]:
    """How many rows of each table still name the case."""
    found = {}
    with runtime.database.read() as connection:
        for table in metadata.sorted_tables:
            if "root_key" in table.c:
                query = (
                    sa.select(sa.func.count())
                    .select_from(table)
                    .where(table.c.root_key == root_key)
                )
                found[table.name] = connection.execute(query).scalar_one()
    return {name: count for name, count in found.items() if count}


def test_a_case_is_erased_the_day_after_with_all_that_names_it(
    runtime: Runtime, vault: Vault
) -> None:
    case, other = archived(runtime), archived(runtime)
    own, shared = vault.keep_bytes(b"a statement"), vault.keep_bytes(b"a form that both sent")
    with runtime.database.transaction() as connection:
        for root_key, kept, number in (
            (case.root_key, own, 1),
            (case.root_key, shared, 2),
            (other.root_key, shared, 1),
        ):
            row = {
                "root_key": root_key,
                "key": root_key + 900 + number,
                "kind": "document",
                "source": "customer",
                "name": "s.txt",
                "media_type": "text/plain",
                "size": kept.size,
                "sha256": kept.sha256,
                "state": "kept",
                "added_at": NOW,
                "added_by": "clerk",
            }
            connection.execute(sa.insert(evidence), row)
    operations.comment_case(runtime, case.root_key, "A comment", actor=CLERK, now=NOW)
    assert expired(runtime, UNTIL) == []
    both = expired(runtime)
    assert [each.number for each in both] == [case.number, other.number]
    with runtime.database.read() as connection:
        tip = audit.find_tip(connection, case.root_key)
    assert erase_case(runtime, vault, both[0], today=AFTER, actor=SYSTEM, now=NOW)
    assert rows_of(runtime, case.root_key) == {"erased_case": 1}
    assert rows_of(runtime, other.root_key)["complaint"] == 1
    assert (vault.path(own.sha256).exists(), vault.path(shared.sha256).exists()) == (False, True)
    with runtime.database.read() as connection:
        stone = connection.execute(sa.select(erased_case)).mappings().one()
        assert (stone["number"], stone["history_rows"], stone["history_hash"]) == (
            case.number,
            tip.seq,
            tip.hash,
        )
        assert cases.search_roots(connection, "年費", limit=10) == [other.root_key]
        with pytest.raises(NotFound):
            cases.get_complaint(connection, case.number)
    assert not erase_case(runtime, vault, both[0], today=AFTER, actor=SYSTEM, now=NOW)


def test_a_legal_hold_keeps_a_case_until_it_is_lifted(runtime: Runtime, vault: Vault) -> None:
    case = archived(runtime)
    [found] = expired(runtime)
    set_legal_hold(
        runtime, case.number, held=True, reason="A court asks", actor=COMPLIANCE, now=NOW
    )
    assert expired(runtime) == []
    assert not erase_case(runtime, vault, found, today=AFTER, actor=SYSTEM, now=NOW)
    with pytest.raises(StateConflict, match="already"):
        set_legal_hold(runtime, case.number, held=True, reason="Again", actor=COMPLIANCE, now=NOW)
    set_legal_hold(
        runtime, case.number, held=False, reason="The court is done", actor=COMPLIANCE, now=NOW
    )
    assert expired(runtime) == [found]
    with runtime.database.read() as connection:
        rows = audit.list_history(connection, case.root_key)[-2:]
        last = [(row.event, row.actor, row.details["reason"]) for row in rows]
        assert audit.verify(connection, case.root_key) is None
    assert last == [
        (Event.HOLD_SET, "carol", "A court asks"),
        (Event.HOLD_LIFTED, "carol", "The court is done"),
    ]


def test_a_hold_wants_a_reason_and_a_role(runtime: Runtime) -> None:
    case = archived(runtime)
    with pytest.raises(Forbidden):
        set_legal_hold(runtime, case.number, held=True, reason="x", actor=CLERK, now=NOW)
    with pytest.raises(FormInvalid):
        set_legal_hold(runtime, case.number, held=True, reason=" ", actor=COMPLIANCE, now=NOW)


def test_what_it_began_keeps_it_while_it_runs_and_goes_with_it(
    runtime: Runtime, vault: Vault
) -> None:
    case = archived(runtime)
    began = register_complaint(
        runtime, parse_complaint(FACTS, now=NOW), actor=CLERK, now=NOW
    ).root_key
    with runtime.database.transaction() as connection:
        row = {
            "root_key": began,
            "case_key": case.root_key,
            "process_id": "keep-promise",
            "started_at": NOW,
        }
        connection.execute(sa.insert(follower), row)
        connection.execute(sa.delete(complaint).where(complaint.c.root_key == began))
    assert expired(runtime) == []
    with runtime.database.transaction() as connection:
        where = process_instance.c.root_key == began
        ended = {"state": "completed", "engine_state": None, "ended_at": NOW}
        connection.execute(sa.update(process_instance).where(where).values(**ended))
    [found] = expired(runtime)
    assert erase_case(runtime, vault, found, today=AFTER, actor=SYSTEM, now=NOW + timedelta(days=1))
    assert rows_of(runtime, began) == {}
