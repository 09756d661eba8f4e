"""Letters: their texts, the facts they may say, what is wrong with them, paper, and the queue.

What a letter says is fixed in the transaction that decided it; delivery comes after, at least once,
under one Message-ID.
"""

from service.letters.pdf import html_page, letter_page, make_pdf
from service.letters.queue import (
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
from service.letters.rights import tells_rights
from service.letters.signature import UNSIGNED, Bank
from service.letters.template import (
    LANGUAGES,
    Letter,
    asks_for,
    spoken,
    unknown_facts,
    write_letter,
)
from service.letters.titles import title_of, titles_in, titles_of

__all__ = [
    "LANGUAGES",
    "UNSIGNED",
    "Bank",
    "Letter",
    "Queued",
    "asks_for",
    "find_letter",
    "get_letter",
    "html_page",
    "letter_page",
    "list_letters",
    "list_on_paper",
    "make_pdf",
    "mark_sent",
    "mark_unsent",
    "queue_letters",
    "set_delivery",
    "spoken",
    "tells_rights",
    "title_of",
    "titles_in",
    "titles_of",
    "unknown_facts",
    "write_letter",
]
