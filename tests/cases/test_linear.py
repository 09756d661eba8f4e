"""What is done with strangers' text takes time in proportion to it, whatever the text is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

import pytest

from service.cases.likeness import bands_of
from service.cases.similarity import Likable, marks_of
from service.cases.tokens import index_text, phrases_of
from service.intake.mail_html import safe_html, text_of_html
from service.intake.mail_reading import fingerprint_of, read_mail

PACKAGES = ("cases", "intake", "notifications", "letters", "web", "api", "vault", "identity")
ATOMS = (
    *"0a字_-.+@<>()[]{}:;,/\\\"'`“「?!= \t\n\r",
    *("\r\n ", "a@", "a.", "0-", "1 ", "<br ", "<!--", "=?", "\n \n", "@a", "C-", "帳戶", "a b\n"),
)
SHORT, TIMES = 1_500, 4
READ_ONCE = 0.003
"""Seconds: what reads a text once, or a few times, needs less for the short one."""
CONFIRMED = 3
"""So often in a row: what is not linear is so every time, what a busy machine does is not."""
PATTERNS = {
    f"{name}.{label}": value
    for package in PACKAGES
    for each in iter_modules(import_module(f"service.{package}").__path__)
    for name in (f"{package}.{each.name}",)
    for label, value in vars(import_module(f"service.{name}")).items()
    if isinstance(value, re.Pattern)
}
TEXTS: dict[str, Callable[[str], object]] = {
    "index": index_text,
    "query": phrases_of,
    "bands": lambda text: bands_of(text, text),
    "marks": lambda text: marks_of(Likable(text, text, text, text)),
    "html": lambda text: (text_of_html(text), safe_html(text)),
    "mail": lambda text: (fingerprint_of(text.encode()), read_mail(text.encode())),
    "body": lambda text: read_mail(b"Subject: x\r\n\r\n" + text.encode()),
}


def seconds(act: Callable[[str], object], text: str) -> float:
    """Of processor time, the least of three."""

    def once() -> float:
        began = time.process_time()
        act(text)
        return time.process_time() - began

    return min(once() for _ in range(3))


def grows_too_fast(act: Callable[[str], object], atom: str) -> str:
    """A text of which four times as much takes over eight times as long; else ""."""
    for start in ("", "x", "1", "<"):
        short, long = (start + atom * (times * SHORT // len(atom)) for times in (1, TIMES))
        if all(is_out_of_proportion(act, short, long) for _ in range(CONFIRMED)):
            return f"{start!r} and then {atom!r} again and again"
    return ""


def is_out_of_proportion(act: Callable[[str], object], short: str, long: str) -> bool:
    took = seconds(act, short)
    return took > READ_ONCE and seconds(act, long) > 2 * TIMES * took


def test_the_measure_finds_what_is_not_linear() -> None:
    assert grows_too_fast(re.compile(r"[\w.+-]+@[\w.-]+").findall, "0")


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_every_expression_reads_a_text_in_proportion(name: str) -> None:
    pattern = PATTERNS[name]
    act: Callable[[str], object] = (
        pattern.findall
        if isinstance(pattern.pattern, str)
        else lambda text: pattern.findall(text.encode())
    )
    assert not [found for atom in ATOMS if (found := grows_too_fast(act, atom))]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_reader_of_text_reads_it_in_proportion(name: str) -> None:
    found = [found for atom in ATOMS if (found := grows_too_fast(TEXTS[name], atom))]
    assert not found, found
