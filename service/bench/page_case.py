"""What a measurement of pages needs in each database: people with sessions, and one case that has
something of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from service import cases, definitions, identity, operations, tasks
from service.cases import NewComplaint, NewEvidence
from service.execution import Runtime
from service.identity import SYSTEM, Actor
from service.intake import portal_access
from service.intake.portal_access import Visit
from service.intake.relating import FIRST
from service.notifications.tables import notice
from service.operations import NewContact
from service.tasks.tables import user_task
from service.vault import Kept, Verdict

HANDLER = Actor("person-7", frozenset({"clerk", "handler"}))
ADMIN = Actor("bench-admin", frozenset({"admin", "compliance"}))
OWNER = Actor("bench-owner", frozenset({"owner"}))
CHANGED = "forms/assess-facts.form.json"
PEOPLE = (HANDLER, ADMIN, OWNER)
RARE = "glockenspiel"
"""A word that one case has."""
NOTICES = 60
MARKED = 5_000
"""So many complaints have the marks that alike ones are found by."""


@dataclass(frozen=True, slots=True)
class Known:
    """Words that paths name in braces, and the cookies of those who visit."""

    words: Mapping[str, str]
    cookies: Mapping[str, str]


def prepare_case(runtime: Runtime, *, now: datetime) -> Known:
    """Register the case, let things happen to it, and sign everybody in."""
    new = NewComplaint(
        "林美玲",
        "02-5550-0101",
        "meiling@customer.invalid",
        None,
        "phone",
        f"同一筆消費被重複扣款兩次,致電客服後三週仍未收到回覆。 {RARE}",
        now,
        product="信用卡",
        amount=Decimal(1280),
    )
    done = operations.register_complaint(runtime, new, actor=SYSTEM, now=now)
    with runtime.database.transaction() as connection:
        for person in PEOPLE:
            identity.create_account(connection, person.name, None, sorted(person.groups), now=now)
        sessions = [identity.open_session(connection, person.name, now=now) for person in PEOPLE]
        portal_access.give_access(connection, done.root_key, "bench", actor=SYSTEM, now=now)
        visit = portal_access.open_visit(connection, Visit(done.root_key), now=now)
        task = tasks.list_open_tasks(connection, done.root_key)[0]
        _tell(connection, done.root_key, task.key, now)
        middle = connection.execute(_MIDDLE, {"b_now": now + timedelta(days=28)}).one_or_none()
    operations.claim_task(runtime, task.key, actor=HANDLER, now=now)
    _write(runtime, done.root_key, now)
    words = {
        **_prepare_rest(runtime, done.number, now),
        "root": str(done.root_key),
        "number": done.number,
        "task": str(task.key),
        "rare": RARE,
        "phone": "0255500101",
        "middle": f"{middle.due_at:%Y%m%dT%H%M%S.%f}~{middle.key}" if middle else "",
    }
    cookies = dict(zip(("handler", "admin", "owner"), sessions, strict=True))
    return Known(
        words,
        {who: f"redress_session={token}" for who, token in cookies.items()}
        | {"customer": f"redress_portal={visit}"},
    )


def _prepare_rest(runtime: Runtime, number: str, now: datetime) -> dict[str, str]:
    """An emergency, a draft, and a migration to a version that nobody has released."""
    emergency = operations.declare_emergency(
        runtime, [number], level="III", cause="分行淹水", actor=ADMIN, now=now
    )
    draft = operations.open_draft(runtime, "bench", actor=OWNER, now=now)
    files = definitions.shipped_files()
    files[CHANGED] += b"\n"
    keys = [runtime.keys.root_key() for _ in range(200)]
    with runtime.database.transaction() as connection:
        version = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
        next_one = definitions.deploy(
            connection, files, name="procedure", actor=OWNER.name, now=now, next_key=keys.pop
        )
    assert version is not None, "it is what the case runs by"
    migration = operations.draw_up_migration(
        runtime,
        title="bench",
        from_bundle=version.bundle_key,
        to_bundle=next_one.bundle_key,
        actor=OWNER,
        now=now,
    )
    return {
        "emergency": emergency.number,
        "draft": str(draft),
        "version": str(version.bundle_key),
        "migration": str(migration),
    }


_MIDDLE = (
    sa.select(user_task.c.due_at, user_task.c.key)
    .where(
        user_task.c.state == "open",
        user_task.c.due_at >= sa.bindparam("b_now", type_=user_task.c.due_at.type),
    )
    .order_by(user_task.c.due_at, user_task.c.key)
    .limit(1)
)


def _tell(connection: sa.Connection, root_key: int, key: int, now: datetime) -> None:
    rows = [
        {
            "root_key": root_key,
            "account": HANDLER.name,
            "mark": f"near:{key}:{number}",
            "kind": "near",
            "subject_key": key,
            "at": now - timedelta(hours=number),
            "read_at": now,
            "details": {"by": ""},
        }
        for number in range(NOTICES)
    ]
    connection.execute(sa.insert(notice), rows)


def _write(runtime: Runtime, root_key: int, now: datetime) -> None:
    files = [
        NewEvidence(
            "document", "desk", f"帳單 {number}.pdf", Kept("0" * 64, 1), Verdict("application/pdf")
        )
        for number in range(5)
    ]
    operations.add_evidence(runtime, root_key, files, actor=HANDLER, now=now)
    for number in range(5):
        operations.comment_case(
            runtime, root_key, f"客戶來電,已說明進度 {number}", actor=HANDLER, now=now
        )
    contact = NewContact(now, HANDLER.name, "林美玲", "phone", "reached", "說明處理進度")
    operations.log_contact(runtime, root_key, contact, actor=HANDLER, now=now)
    with runtime.database.transaction() as connection:
        cases.mark_new(connection, since=FIRST, now=now, limit=MARKED)
