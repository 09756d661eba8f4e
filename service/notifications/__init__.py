"""Notices to people, and the channels by which letters and notices leave."""

from service.notifications.mail import (
    LetterNotTaken,
    LetterRefused,
    Mailer,
    MailServerAway,
    open_smtp,
    parse_smtp,
)
from service.notifications.notices import (
    Notice,
    NoticeKind,
    Ways,
    choose,
    count_unread,
    drop_notices,
    list_notices,
    mark_read,
    take_back,
    tell,
    tell_all,
    wants,
)
from service.notifications.tls import tls_context

__all__ = [
    "LetterNotTaken",
    "LetterRefused",
    "MailServerAway",
    "Mailer",
    "Notice",
    "NoticeKind",
    "Ways",
    "choose",
    "count_unread",
    "drop_notices",
    "list_notices",
    "mark_read",
    "open_smtp",
    "parse_smtp",
    "take_back",
    "tell",
    "tell_all",
    "tls_context",
    "wants",
]
