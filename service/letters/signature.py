"""How a letter begins and ends: whom it addresses, who signs it, where and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.i18n.catalogue import say
from service.i18n.languages import language_of
from service.sentence import Sentence

TITLES = (
    *("先生", "女士", "小姐", "太太", "博士", "教授", "醫師", "医生", "律師", "律师"),
    *("公司", "銀行", "银行", "基金會", "基金会", "協會", "协会", "事務所", "事务所", "商行"),
    *("企業", "企业", "集團", "集团", "中心", "學校", "学校", "客戶", "客户", "法人", "店"),
)
"""What a name in Chinese ends with that takes no 先生/女士: a title it has, or no person."""


@dataclass(frozen=True, slots=True)
class Bank:
    """Who writes the letters: the bank's name, how customers reach it, and the place its letters
    are dated from; what is empty is left out. `language` is the one it writes to itself in."""

    name: str = ""
    contact: str = ""
    place: str = ""
    language: str = "en"


LONGEST_NAME = 100
_LINK = re.compile(r"://|@|www\.|[<>{}]|[\w-]\.[a-z]{2,}\b", re.IGNORECASE | re.ASCII)
"""What stands in an address of the web or of mail, and in no name: Lin Mei-Ling, J. R. Smith Jr.,
St. John, 王小明."""
UNSIGNED = Bank()
"""For what writes no letter to customers."""


FRAME = ("salutation", "closing")
"""The facts of this module, which every letter is told."""


def frame_of(facts: Mapping[str, Any], language: str) -> dict[str, str]:
    """How a letter with these facts begins and ends; what it does not know is left out."""
    known = {name: str(facts.get(name) or "").strip() for name in _NAMED}
    return {
        "salutation": salutation_of(known["customer"], language),
        "closing": _closing_of(known, language),
    }


def name_for_letters(name: str | None, language: str) -> str:
    """How a letter calls a customer: by the name that was given, in one line; by none where it is
    more than a name. Whoever complains chooses it, and the letter goes to an address that nobody
    has verified: an advertisement or an address of the web is not sent in the bank's name."""
    plain = " ".join((name or "").split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable() or _LINK.search(plain):
        return say("Customer", language)
    return plain


def salutation_of(customer: str, language: str) -> str:
    """The line that opens a letter to a person, or to whoever else has that name."""
    if customer.endswith(TITLES):
        return say(Sentence("Dear {name},", name=customer), language)
    gap = " " if language_of(language).wide and customer[-1:].isascii() else ""
    return say(Sentence("Dear {person},", person=customer + gap), language)


_NAMED = ("customer", "number", "bank", "contact", "place", "today")


def _closing_of(known: Mapping[str, str], language: str) -> str:
    """A greeting, the bank, how to reach it, the number of the complaint, place and date."""
    lines = [
        say("Yours sincerely,", language),
        known["bank"] and say(Sentence("{bank}", bank=known["bank"]), language),
        known["contact"]
        and say(Sentence("Contact: {contact}", contact=known["contact"]), language),
        say(Sentence("Our reference: {number}", number=known["number"]), language),
        say(Sentence("{place}, {day}", place=known["place"], day=known["today"]), language)
        if known["place"]
        else known["today"],
    ]
    return "\n".join(line for line in lines if line)
