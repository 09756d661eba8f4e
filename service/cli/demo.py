"""`redress serve --demo` on its way up: accounts, the shipped procedure, and a few complaints of
our own invention or the promise of a whole bank, which `redress demo fill` keeps."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from service import cases, definitions, demo, identity
from service.config import Settings
from service.db import Database, take, was_taken
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import SYSTEM, Actor, Role
from service.intake import parse_complaint
from service.operations import COMPLAINT_PROCESS, needs_review, put_in_force, register_complaint

SAMPLES: tuple[dict[str, Any], ...] = (
    {
        "customerName": "林美玲",
        "contact": {"phone": "02-5550-0101", "email": "meiling@customer.invalid"},
        "channel": "phone",
        "product": "信用卡",
        "amount": "1280",
        "currency": "TWD",
        "language": "zh-Hant",
        "content": "同一筆消費被重複扣款兩次，致電客服後三週仍未收到回覆。",
    },
    {
        "customerName": "Owen Hartley",
        "contact": {"email": "owen@customer.invalid"},
        "channel": "email",
        "product": "Mortgage",
        "amount": "86000",
        "currency": "TWD",
        "language": "en",
        "content": (
            "The early repayment fee was explained as 1 %, the statement shows 3 %. I ask "
            "for the difference."
        ),
    },
    {
        "contact": {"address": "10 Harbour Road"},
        "channel": "letter",
        "language": "en",
        "content": (
            "Unsigned letter: the queue at the Harbour Road branch takes an hour every Monday."
        ),
    },
)


MARK = "demo"
"""The counter of how often a demo was started with a database."""


def refuse_demo(database: Database) -> None:
    """Raises StateConflict for a database that a demo was started with: its accounts have one
    password, and everybody who saw the demo knows it."""
    with database.read() as connection:
        found = was_taken(connection, MARK)
    if found:
        raise StateConflict(
            "expected a database of your own, this one was made by redress serve --demo, with its "
            "accounts and their password: start with --demo, or with another database"
        )


def prepare(
    database: Database,
    settings: Settings,
    *,
    now: datetime,
    say: Callable[[str], None],
    living: bool = False,
) -> None:
    """Make the demo's accounts, deploy and release what is shipped, and register samples: what is
    not there yet. With `living` an empty database is promised a whole bank instead of samples, for
    which all this has been since its first day."""
    runtime = Runtime.of(database, settings)
    with database.read() as connection:
        _, total = cases.list_complaints(connection, limit=1)
        first = now - demo.AGE if living and total == 0 else now
    password = settings.demo_password or secrets.token_urlsafe(9)
    identity.check_length(password)
    password_hash = identity.hash_password(password)
    with database.transaction() as connection:
        take(connection, MARK)
        for each in demo.VISITORS:
            if identity.find_account(connection, each.name) is None:
                identity.create_account(
                    connection,
                    each.name,
                    None,
                    [each.role.value],
                    now=first,
                    display_name=each.shown if living else "",
                )
            identity.set_password(connection, each.name, password_hash)
    say(f"Demo accounts: {' '.join(each.name for each in demo.VISITORS)}")
    say(f"Password of all of them: {password}")
    release_shipped(runtime, now=first)
    if total == 0 and living:
        with database.transaction() as connection:
            demo.begin(connection, demo.total())
    elif total == 0:
        for sample in SAMPLES:
            register_complaint(runtime, parse_complaint(sample, now=now), actor=SYSTEM, now=now)


def release_shipped(runtime: Runtime, *, now: datetime) -> None:
    """Deploy the shipped definitions and release them, unless the version in force is somebody's
    own: the workbench then offers to put both together."""
    fresh = [runtime.keys.root_key() for _ in range(60)]
    with runtime.database.transaction() as connection:
        current = definitions.find_released(connection, COMPLAINT_PROCESS)
        if current is not None and not definitions.is_shipped(
            connection, current.bundle_key, by=SYSTEM.name
        ):
            return
        deployed = definitions.deploy(
            connection,
            definitions.shipped_files(),
            name="procedure",
            actor=SYSTEM.name,
            now=now,
            next_key=lambda: fresh.pop(),
        )
        if deployed.new:
            actor = Actor(SYSTEM.name, frozenset({Role.ADMIN}))
            reason = (
                ""
                if not needs_review(connection, deployed.bundle_key)
                else "the procedure that the demo ships"
            )
            put_in_force(
                connection, runtime, deployed.bundle_key, actor=actor, now=now, reason=reason
            )
