"""A message from a channel becomes a complaint: validated here, registered by `service.operations`.

The mailbox: `mailbox` (IMAP), `take_mail` (once), `mail_reading` (what it says), `mail_sorting`
(what becomes of it). `MailboxWatch` reads it again and again and raises the alarm when that does
not work.
"""

from service.intake.bulk import MAPPINGS, BulkRow, read_rows
from service.intake.mail_html import safe_html
from service.intake.mail_queries import MailRow, count_mail, get_mail, list_mail
from service.intake.mailbox import parse_address
from service.intake.new_complaint import (
    CHANNELS,
    CUSTOMER_TYPES,
    FLAGS,
    LANGUAGES,
    NUMBERS,
    channel_code,
    parse_complaint,
)
from service.intake.relating import Marker
from service.intake.triage import (
    MailShown,
    attach_mail,
    dismiss_mail,
    register_from_mail,
    show_mail,
)
from service.intake.watch import DUTY, SILENT_AFTER, MailboxWatch, check_heartbeat, make_watch

__all__ = [
    "CHANNELS",
    "CUSTOMER_TYPES",
    "DUTY",
    "FLAGS",
    "LANGUAGES",
    "MAPPINGS",
    "NUMBERS",
    "SILENT_AFTER",
    "BulkRow",
    "MailRow",
    "MailShown",
    "MailboxWatch",
    "Marker",
    "attach_mail",
    "channel_code",
    "check_heartbeat",
    "count_mail",
    "dismiss_mail",
    "get_mail",
    "list_mail",
    "make_watch",
    "parse_address",
    "parse_complaint",
    "read_rows",
    "register_from_mail",
    "safe_html",
    "show_mail",
]
