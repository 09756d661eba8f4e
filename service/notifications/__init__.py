"""Notices to people, and the channels by which letters and notices leave."""

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

__all__ = [
    "Mailer",
    "Notice",
    "NoticeKind",
    "Ways",
    "choose",
    "count_unread",
    "list_notices",
    "mark_read",
    "tell",
    "tell_all",
    "wants",
]
