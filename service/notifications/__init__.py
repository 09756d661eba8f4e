"""Letters and messages: written from templates, filed with the case, delivered through the outbox.

What a letter says is fixed in the transaction that decided it; delivery comes after, at least once,
under one Message-ID.
"""

from service.notifications.letters import LANGUAGES, Letter, spoken, unknown_facts, write_letter
from service.notifications.mail import Mailer
from service.notifications.notices import (
    Notice,
    NoticeKind,
    Ways,
    choose,
    count_unread,
    list_notices,
    mark_read,
    tell,
    tell_all,
    wants,
)
from service.notifications.paper import html_page, letter_page, make_pdf
from service.notifications.queue import (
    Queued,
    find_letter,
    get_letter,
    list_letters,
    list_on_paper,
    mark_sent,
    mark_unsent,
    queue_letters,
    set_delivery,
)

__all__ = [
    "LANGUAGES",
    "Letter",
    "Mailer",
    "Notice",
    "NoticeKind",
    "Queued",
    "Ways",
    "choose",
    "count_unread",
    "find_letter",
    "get_letter",
    "html_page",
    "letter_page",
    "list_letters",
    "list_notices",
    "list_on_paper",
    "make_pdf",
    "mark_read",
    "mark_sent",
    "mark_unsent",
    "queue_letters",
    "set_delivery",
    "spoken",
    "tell",
    "tell_all",
    "unknown_facts",
    "wants",
    "write_letter",
]
