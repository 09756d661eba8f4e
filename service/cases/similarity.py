"""How alike two complaints are. Pure: texts and contacts in, marks and a score with its reasons
out.

A text is the set of its pairs: two Chinese characters that follow each other, two words that do.
Alike texts share many pairs (Jaccard). So that alike texts are found without comparing all, each
has 16 marks made of its smallest hashes (MinHash, bands of four): texts that share half of their
pairs share a mark two times in three, those that share 0.7 nearly always.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from service.sentence import Sentence

BANDS, ROWS = 16, 4
MOST_TEXT = 8_000
FEWEST_PAIRS = 4
_PRIME = (1 << 61) - 1
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\uf900-\ufaff]")
_TWISTS = tuple(
    (
        int.from_bytes(blake2b(b"a%d" % n, digest_size=7).digest()) | 1,
        int.from_bytes(blake2b(b"b%d" % n, digest_size=7).digest()),
    )
    for n in range(BANDS * ROWS)
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two complaints are, from 0 to 1, and why."""

    score: float
    reasons: tuple[str, ...]
    same_customer: bool


@dataclass(frozen=True, slots=True)
class Likable:
    """What is compared of a complaint."""

    name: str | None
    phone: str | None
    email: str | None
    content: str
    incident: str | None = None


def marks_of(one: Likable) -> frozenset[str]:
    """The marks a complaint is found by."""
    return frozenset((*_contact_marks(one), *_text_marks(pairs_of(one.content))))


def compare(one: Likable, other: Likable) -> Likeness:
    """The likeness of two complaints. Contact counts most, text next; a name alone is little."""
    same_mail = _same(_mail(one.email), _mail(other.email))
    same_phone = _same(_phone(one.phone), _phone(other.phone))
    same_name = _same(_name(one.name), _name(other.name))
    text = jaccard(pairs_of(one.content), pairs_of(other.content))
    same_incident = _same(one.incident, other.incident)
    found = (
        (0.5, Sentence("same e-mail address"), same_mail),
        (0.5, Sentence("same telephone number"), same_phone and not same_mail),
        (0.2, Sentence("same name"), same_name),
        (0.3, Sentence("same incident"), same_incident),
        (0.5 * text, Sentence("text alike by {percent} %", percent=round(text * 100)), text >= 0.3),
    )
    score = min(1.0, sum(weight for weight, _, holds in found if holds))
    reasons = tuple(reason for _, reason, holds in found if holds)
    return Likeness(round(score, 3), reasons, same_mail or same_phone)


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of a text, in one spelling: full and half width, capitals, and marks do not
    matter."""
    plain = unicodedata.normalize("NFKC", text[:MOST_TEXT]).casefold()
    words = _WORD.findall(plain)
    return frozenset(f"{first} {second}" for first, second in pairwise(words))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of what both have in what either has."""
    if len(one) < FEWEST_PAIRS or len(other) < FEWEST_PAIRS:
        return 0.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _contact_marks(one: Likable) -> Iterator[str]:
    for kind, value in (("e", _mail(one.email)), ("p", _phone(one.phone)), ("n", _name(one.name))):
        if value:
            yield f"{kind}:{blake2b(value.encode(), digest_size=10).hexdigest()}"


def _text_marks(pairs: frozenset[str]) -> Iterator[str]:
    if len(pairs) < FEWEST_PAIRS:
        return
    hashes = [int.from_bytes(blake2b(pair.encode(), digest_size=7).digest()) for pair in pairs]
    smallest = [min((a * value + b) % _PRIME for value in hashes) for a, b in _TWISTS]
    for band in range(BANDS):
        rows = smallest[band * ROWS : (band + 1) * ROWS]
        digest = blake2b(
            b"".join(row.to_bytes(8) for row in rows), digest_size=8, salt=b"%d" % band
        )
        yield f"t:{digest.hexdigest()}"


def _same(one: str | None, other: str | None) -> bool:
    return bool(one) and one == other


def _mail(address: str | None) -> str:
    """One mailbox, one spelling: capitals, and what follows a plus sign, do not matter."""
    local, _, domain = (address or "").strip().casefold().partition("@")
    return f"{local.partition('+')[0]}@{domain}" if domain else ""


def _phone(number: str | None) -> str:
    """The last nine digits: country codes and the zero before an area code are written or not."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", number or ""))
    return digits[-9:] if len(digits) >= 7 else ""


def _name(name: str | None) -> str:
    plain = unicodedata.normalize("NFKC", name or "").casefold()
    return " ".join(sorted(re.findall(r"\w+", plain)))
