"""Passwords: argon2id, and how good a new one has to be.

A new password is measured by how many guesses it would take (zxcvbn), not by which kinds of
characters it has (NIST SP 800-63B, 3.1.1.2): common words, names, dates and keyboard rows are
guessed first, whatever decorates them.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn

from service.errors import InvalidInput, Unavailable

MIN_PASSWORD, MOST_PASSWORD = 10, 1_000
LEAST_SCORE = 3
"""Of zxcvbn's 0 to 4: more than 10^8 guesses, which is out of reach where tries are counted."""
LEAST_LETTERS = 4
"""So many letters a password has beside the names of its owner."""
_WORDS = re.compile(r"\w+")
MEASURED = 72
"""So many characters are measured: it takes longer for a longer text, which is no worse."""
_HASHER = PasswordHasher()
_HASHING, HASHING_SECONDS = threading.BoundedSemaphore(2), 10
"""Each hash takes 64 MiB and a processor."""


@cache
def _nobody() -> str:
    """What is compared where there is no password: made when it is first wanted, for it takes as
    long as all."""
    return _HASHER.hash(secrets.token_hex(16))


def check_new_password(password: str, *, about: Iterable[str] = ()) -> None:
    """Raises InvalidInput for a password that is too short or easily guessed. `about` is what is
    known of its owner, such as their name: whoever guesses tries that first."""
    check_length(password)
    known = [word for each in about for word in (each, *_WORDS.findall(each)) if word]
    score = zxcvbn(password[:MEASURED], user_inputs=["redress", *known])["score"]
    if score < LEAST_SCORE or _is_about(password, ["redress", *known]):
        raise InvalidInput(
            "expected a password that is hard to guess: several words that have nothing to do with "
            "each other, no name, date or row of keys; this one is among the first to be tried"
        )


def _is_about(password: str, known: Iterable[str]) -> bool:
    """Whether a password is little more than what is known of its owner, and numbers."""
    whole = rest = password.casefold()
    for word in sorted({each.casefold() for each in known if len(each) > 1}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != whole and sum(each.isalpha() for each in rest) < LEAST_LETTERS


def check_length(password: str) -> None:
    """Raises InvalidInput for a password that is too short, or longer than is hashed."""
    if not MIN_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise InvalidInput(
            "expected a password of {min_password} to {most} characters, got {count}",
            min_password=MIN_PASSWORD,
            most=MOST_PASSWORD,
            count=len(password),
        )


def hash_password(password: str) -> str:
    """What is kept of a password. It takes long on purpose: not inside a transaction that others
    wait for."""
    return _HASHER.hash(password)


def check_password(password_hash: str | None, password: str) -> bool:
    """Whether that is the password. It takes long on purpose, and as long where there is none: not
    inside a transaction. Few do it at once. Raises Unavailable after a long wait for a turn."""
    if not _HASHING.acquire(timeout=HASHING_SECONDS):
        raise Unavailable("Too many people are signing in at this moment; try again.")
    try:
        _HASHER.verify(password_hash or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    finally:
        _HASHING.release()
    return password_hash is not None
