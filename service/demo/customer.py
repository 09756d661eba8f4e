"""What the customer of a story does: complains, answers, withdraws; on the portal or otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from service import cases, operations
from service.cases import NewComplaint
from service.db import Connection
from service.demo.files import draw
from service.demo.stories import Reply, Story, read_phrases
from service.execution import Runtime
from service.identity import Actor, Role
from service.intake import parse_complaint, portal, portal_access
from service.operations import Registered
from service.vault import Vault

CLERKS = ("clerk", "kao.xinyi", "clark.daniel")
MARK = "demo:"
"""What the outer id of a story's complaint begins with."""


def find_number(connection: Connection, story: str) -> str | None:
    """The number of a story's complaint, once it is there."""
    return cases.find_external(connection, MARK + story)


def clerk_of(story: Story) -> Actor:
    """Who takes the story in, on the telephone or at the counter."""
    place = int.from_bytes(sha256(story.id.encode()).digest()[:4]) % len(CLERKS)
    return Actor(CLERKS[place], frozenset({Role.CLERK.value}))


def complain(runtime: Runtime, vault: Vault, story: Story, *, secret: str, now: datetime) -> int:
    """Register the story's complaint; its root key. One that is there stays as it is."""
    with runtime.database.read() as connection:
        number = find_number(connection, story.id)
        if number is not None:
            return cases.get_complaint(connection, number).root_key
    new = replace(_complaint(story, now), external_id=MARK + story.id)
    files = [
        draw(vault, each.name, kind=each.kind, source="portal", text=story.text)
        for each in story.files
    ]
    if story.on_portal:
        once = sha256(f"demo {story.id}".encode()).hexdigest()
        return portal.complain(runtime, new, files, secret=secret, once=once, now=now).root_key
    actor = clerk_of(story)

    def file_with_it(connection: Connection, done: Registered) -> None:
        operations.write_evidence(connection, done.root_key, files, actor=actor.name, now=now)

    return operations.register_complaint(
        runtime, new, actor=actor, now=now, in_transaction=file_with_it
    ).root_key


def _complaint(story: Story, now: datetime) -> NewComplaint:
    number = (
        int.from_bytes(sha256((story.customerName or story.id).encode()).digest()[4:6]) % 9_000
        + 1_000
    )
    ways = {
        "email": f"customer-{number}@customer.invalid",
        "phone": f"02-5550-{number}",
        "address": f"{number % 200} Harbour Road"
        if story.language == "en"
        else f"臺北市中山路 {number % 200} 號",
    }
    given = {
        "customerName": story.customerName,
        "contact": {name: ways[name] for name in _ways_of(story)},
        "channel": story.channel,
        "content": story.text,
        "product": story.product,
        "language": story.language,
        "currency": "TWD",
        "receivedAt": now.isoformat(),
        **({} if story.amount is None else {"amount": str(story.amount)}),
        **story.flags,
    }
    return parse_complaint(given, now=now)


def _ways_of(story: Story) -> tuple[str, ...]:
    known: dict[str, tuple[str, ...]] = {
        "": ("email",) if story.on_portal or story.channel == "email" else ("phone", "email"),
        "email": ("email",),
        "phone": ("phone",),
        "both": ("phone", "address"),
        "address": ("address",),
        "none": (),
    }
    return known[story.contact]


def answer_outcome(
    runtime: Runtime, number: str, story: Story, turn: int, *, now: datetime
) -> None:
    """The customer says on the portal what they think of the outcome of a round."""
    said = story.decision(turn).customer
    portal.answer_questions(
        runtime,
        number,
        satisfaction=said.mark,
        settled=said.settled,
        comment=said.says,
        now=now,
    )


def answer_offer(runtime: Runtime, number: str, story: Story, turn: int, *, now: datetime) -> None:
    """The customer accepts on the portal what a round offers; one who is not content declines."""
    said = story.decision(turn).customer
    why = said.says or read_phrases()[story.spoken]["declined"]
    comment = "" if said.settled else why
    portal.answer_offer(runtime, number, accepted=said.settled, comment=comment, now=now)


def answer_question(
    runtime: Runtime, vault: Vault, root_key: int, reply: Reply, *, now: datetime
) -> None:
    """The customer answers what the bank has asked, with a file where the story has one."""
    files = (
        [draw(vault, reply.file, kind="statement", source="portal", text=reply.text)]
        if reply.file
        else []
    )
    portal.add_information(runtime, root_key, reply.text, files, now=now, answers=True)


def withdraw(runtime: Runtime, number: str, story: Story, *, now: datetime) -> None:
    """The customer withdraws on the telephone."""
    operations.record_withdrawal(
        runtime, number, story.withdraw, means="phone", actor=clerk_of(story), now=now
    )


def make_secret(seed: str, story: Story) -> str:
    """The secret by which the story's customer enters the portal."""
    return portal_access.secret_from(seed, f"demo {story.id}")
