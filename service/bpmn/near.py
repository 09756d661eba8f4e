"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from service.sentence import Sentence

MOST_SHOWN = 8


def nearest(name: str, known: Iterable[str], *, least: float = 0.6) -> str | None:
    """The known name that is most like this one; None where none is."""
    by_fold = {each.casefold(): each for each in known}
    found = get_close_matches(name.casefold(), by_fold, n=1, cutoff=least)
    return by_fold[found[0]] if found else None


def advice(name: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """What to do about an unknown name: take the nearest one, or one of those there are."""
    names = sorted(set(known))
    found = nearest(name, names)
    if found is not None:
        return Sentence("Did you mean {wanted!r}?", wanted=found)
    if otherwise or not names:
        return otherwise or "Correct it, or remove it."
    shown = names[:MOST_SHOWN]
    if len(names) == len(shown):
        return Sentence("Use one of {names}.", names=shown)
    more = len(names) - len(shown)
    return Sentence("Use one of {names} or {more} more.", names=shown, more=more)


def meant(source: str, functions: Iterable[str]) -> str | None:
    """For an expression that cannot be read: the function with a name of several words that was
    probably meant before one of its brackets."""
    words = source.replace("(", " ( ").split()
    spaced = [each for each in functions if " " in each]
    for at, word in enumerate(words):
        for first in range(max(0, at - 4), at - 1) if word == "(" else ():
            name = " ".join(words[first:at])
            found = nearest(name, spaced, least=0.8)
            if found is not None and found != name:
                return found
    return None
