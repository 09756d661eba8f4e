"""What of every table is sealed, and what is not, with the reason.

A part that only grows is sealed as far as it has grown: those rows must be there for ever, as they
were. A part that moves with its case (or account) is sealed as it stands, and must stand so until
the record of the case goes on. Everything else is derived from these, passes, or is nobody's
business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a table that belong to a subject: by which column, in which order they grow.
    `without` are columns that change while nothing is recorded; `grows`: rows are only added.
    `only` names the columns that count, where most do not; `closed`: no row is ever added to what
    there is of a subject; `dated` says when a row was made, which is never before a seal that it is
    not in."""

    table: str
    key: str
    order: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    grows: bool = False
    closed: bool = False
    dated: str = ""


def _grows(table: str, order: str, *, dated: str = "", without: tuple[str, ...] = ()) -> Part:
    return Part(table, "root_key", (order,), without, grows=True, dated=dated)


def _stands(table: str, *order: str, without: tuple[str, ...] = ()) -> Part:
    return Part(table, "root_key", order, without)


_FIXED = (
    "number",
    "customer_name",
    "contact_phone",
    "contact_email",
    "contact_address",
    "withheld",
    "channel",
    "content",
    "language",
    "amount",
    "currency",
    "received_at",
    "registered_at",
    "registered_by",
    "external_id",
)  # fmt: skip - words
_OFFERED = ("root_key", "seq", "amount", "currency", "made_at", "made_by", "until_at")
CASE = (
    _grows("history", "seq", dated="at"),
    _grows("case_comment", "key", dated="written_at"),
    _grows("contact_entry", "key", dated="recorded_at"),
    _grows("customer_word", "key"),
    _grows("evidence", "key", dated="added_at"),
    _grows("ledger_entry", "seq"),
    Part("offer", "root_key", ("seq",), only=_OFFERED, grows=True, dated="made_at"),
    _grows("emergency_log", "seq", dated="at"),
    _grows(
        "letter",
        "key",
        dated="written_at",
        without=("delivery", "delivery_at", "delivery_by", "token"),
    ),
    Part("complaint", "root_key", only=_FIXED, grows=True),
    _stands("deadline", "clock"),
    _stands("user_task", "key"),
    _stands("compensation"),
    _stands("offer", "seq"),
    _stands("case_link", "other_key"),
    _stands("emergency", without=("complaints", "last_event_at")),
    _stands("restriction"),
    _stands("case_reader", "account"),
    _stands("process_instance", without=("version", "next_child", "has_incident", "holds_key")),
    _stands("portal_access"),
    _stands("follower"),
    Part("complaint", "root_key", without=("customer_key",)),
)
ACCOUNT = (
    Part("account", "name"),
    Part("account_role", "account_name", ("role",)),
    Part("staff", "account_name"),
    Part("absence", "account_name", ("first_day",)),
    Part("api_token", "account_name", ("token_hash",)),
    Part("grant_request", "account_name", ("key",)),
    Part("second_factor", "account_name", without=("last_step", "used")),
)
HOUSE = (
    Part("house_history", "subject", ("seq",), grows=True, dated="at"),
    Part("erased_case", "number", grows=True, dated="erased_at"),
    Part("emergency_complaint", "complaint_key", grows=True, dated="linked_at"),
    Part(
        "bundle",
        "key",
        without=("state", "released_at", "released_by"),
        grows=True,
        dated="created_at",
    ),
    Part("bundle_file", "bundle_key", ("path",), grows=True, closed=True),
    Part("process_definition", "bundle_key", ("key",), grows=True, closed=True),
    Part("decision_definition", "bundle_key", ("key",), grows=True, closed=True),
    Part("form_definition", "bundle_key", ("key",), grows=True, closed=True),
    Part("bundle_step", "bundle_key", ("seq",), grows=True, dated="at"),
    Part(
        "bundle_comment",
        "key",
        without=("answer", "resolved_by", "resolved_at"),
        grows=True,
        dated="at",
    ),
    Part("definition_file", "content_hash", grows=True),
    Part("migration_step", "plan_key", ("seq",), grows=True, dated="at"),
    Part("task_group", "name", grows=True, dated="made_at"),
)
NOTHING: Mapping[str, str] = {
    "alembic_version": "the schema's own number",
    "account_link": "codes of a day: what became of one is in the record of its account",
    "attempt": "counts of tries, over within minutes",
    "bundle_review": "the state that its steps led to, and they are sealed",
    "bundle_tag": "a name for a version; what it names is sealed",
    "case_mark": "computed from the complaint, to find its like",
    "case_marked": "that this was computed",
    "case_read": "grows by the hour on its own; who exported a case is in what left the house",
    "case_text": "the index of words, written anew by redress reindex",
    "causation": "counts how far one thing has led to another, for hours",
    "complaint_fact": "follows from what is sealed, written anew by redress facts rebuild",
    "counter": "the next number: a number twice is refused, a gap is reported by itself",
    "draft": "work that nobody is bound by; what comes of it is a version, and sealed",
    "draft_file": "the same",
    "duty": "which process does a chore at this moment",
    "idempotency_key": "the answer to a request that is sent again",
    "incident": "what has to be repaired; that it happened is in the history",
    "job": "work that waits; its completion is in the history",
    "likeness": "computed from the complaint's text",
    "mail_message": "what came by mail: the message itself is evidence, by its SHA-256",
    "mail_uid": "how far the mailbox was read",
    "message": "a message that waits for a case; its arrival is in the history",
    "message_delivery": "which process took it",
    "message_start": "which case a message has started",
    "migration_case": "the state that its case is in, and that is sealed",
    "migration_plan": "the state that its steps led to, and they are sealed",
    "notice": "what somebody is told in the page",
    "notice_choice": "what somebody wants to be told",
    "outbox": "mail on its way; the letter is sealed",
    "portal_code": "a code of minutes; that it was given is in the history",
    "portal_visit": "a browser of two hours",
    "saved_filter": "a view of a list",
    "saved_reply": "words to begin a letter with; the letter is sealed",
    "session": "a browser of twelve hours",
    "start_subscription": "when a process starts next, computed from its definition",
    "subscription": "computed from the engine's state, and that is sealed",
    "task_candidate": "computed from the task, and that is sealed",
    "task_draft": "typed and not sent",
    "task_snooze": "when a task that was put off comes back; that it was is in the history",
    "timer": "computed from the engine's state, and that is sealed",
}
"""The tables that are not sealed, and why they hold nothing that counts."""
