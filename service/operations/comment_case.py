"""Somebody of the bank says something about a case. It is kept; its SHA-256 goes into the case's
history."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from service import audit, cases, identity
from service.audit import Event
from service.cases import Comment
from service.execution import Runtime, take_children, tell_person
from service.identity import Actor
from service.lengths import check_text

LONGEST = 5_000


def comment_case(runtime: Runtime, root_key: int, body: str, *, actor: Actor, now: datetime) -> int:
    """Keep a comment and tell those it mentions; its key. Raises FormInvalid, NotFound."""
    text = check_text("/comment", body, LONGEST)
    with runtime.database.transaction() as connection:
        key = take_children(connection, root_key)
        named = [
            each
            for each in cases.mentions_of(text)
            if identity.find_account(connection, each) is not None
        ]
        cases.insert_comment(connection, Comment(root_key, key, actor.name, text, named, now))
        details = {"sha256": sha256(text.encode()).hexdigest(), "mentions": named}
        audit.append(
            connection,
            root_key,
            Event.COMMENT_ADDED,
            actor=actor.name,
            at=now,
            details=details,
            subject_key=key,
        )
        for name in named:
            if name != actor.name:
                tell_person(
                    connection,
                    name,
                    "mention",
                    root_key=root_key,
                    subject_key=key,
                    by=actor.name,
                    now=now,
                )
    return key
