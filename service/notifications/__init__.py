"""Letters and messages: written from templates, filed with the case, delivered through the outbox.

What a letter says is fixed in the transaction that decided it; delivery comes after, at least once, under one
Message-ID.
"""

from service.notifications.letters import LANGUAGES, Letter, Queued, list_letters, queue_letters, write_letter
from service.notifications.mail import Mailer

__all__ = ["LANGUAGES", "Letter", "Mailer", "Queued", "list_letters", "queue_letters", "write_letter"]
