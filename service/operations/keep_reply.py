"""People keep replies to use again: for themselves, and those who may for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service import audit, cases
from service.audit import HouseEvent
from service.db import Connection
from service.errors import Forbidden
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission
from service.letters import saved_replies
from service.letters.compose import letter_facts
from service.letters.saved_replies import SavedReply


def keep_reply(
    runtime: Runtime,
    name: str,
    texts: Mapping[str, str],
    *,
    shared: bool,
    actor: Actor,
    now: datetime,
) -> SavedReply:
    """Keep a reply; the actor's own of that name is replaced. Raises Forbidden, FormInvalid for a
    name or a text that cannot be, StateConflict for one too many."""
    check_permission(actor, Permission.WRITE_LETTERS)
    if shared:
        check_permission(actor, Permission.SHARE_REPLIES)
    with runtime.database.transaction() as connection:
        made = saved_replies.keep_reply(connection, actor.name, name, texts, shared=shared, now=now)
        _record(connection, HouseEvent.REPLY_KEPT, made, actor, now)
    return made


def drop_reply(runtime: Runtime, reply_id: str, *, actor: Actor, now: datetime) -> None:
    """Forget a reply of the actor's own, or for those who may share them a shared one. Raises
    Forbidden, NotFound."""
    check_permission(actor, Permission.WRITE_LETTERS)
    with runtime.database.transaction() as connection:
        found = saved_replies.find_reply(connection, reply_id, actor.name)
        if found.keeper != actor.name and not actor.may(Permission.SHARE_REPLIES):
            raise Forbidden("The reply belongs to {keeper}.", keeper=found.keeper)
        saved_replies.drop_reply(connection, reply_id)
        _record(connection, HouseEvent.REPLY_DELETED, found, actor, now)


def use_reply(
    connection: Connection,
    runtime: Runtime,
    reply_id: str,
    complaint: cases.Complaint,
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """A reply filled with what is known of a case, in its language. Raises FormInvalid,
    NotFound."""
    reply = saved_replies.find_reply(connection, reply_id, actor.name)
    clocks = {entry.clock: entry for entry in cases.list_deadlines(connection, complaint.root_key)}
    facts = letter_facts(
        complaint, clocks, runtime.profile_of(complaint), {}, bank=runtime.bank, now=now
    )
    paid = cases.balance_of(connection, complaint.root_key).paid
    return saved_replies.fill_reply(reply, complaint.language, {"paid": paid, "terms": "", **facts})


def _record(
    connection: Connection, event: HouseEvent, reply: SavedReply, actor: Actor, now: datetime
) -> None:
    audit.record(
        connection,
        audit.account_subject(actor.name),
        event,
        actor=actor.name,
        at=now,
        details={"name": reply.name, "shared": reply.shared, "languages": sorted(reply.texts)},
    )
