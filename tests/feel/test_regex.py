"""Regular expressions as XPath has them: what fits, and what it costs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.feel import FeelLimitExceeded, Run, Why, charsets, compile_expression, errors
from service.feel.regex import Pattern, _machine, pattern_of

MATCHES = compile_expression("matches(t, p, f)")


def fits(pattern: str, text: str, flags: str = "") -> bool | None:
    found: bool | None = MATCHES.evaluate({"t": text, "p": pattern, "f": flags})
    return found


@pytest.mark.parametrize(
    ("pattern", "text", "flags", "wanted"),
    [
        (r"^\p{IsCJKUnifiedIdeographs}+$", "投訴", "", True),
        (r"\p{IsCJKUnifiedIdeographs}", "complaint", "", False),
        (r"^\P{IsBasicLatin}+$", "é", "", True),
        (r"^\p{IsGreek}+$", "αβγ", "", True),
        (r"^\p{IsCJKSymbolsandPunctuation}$", "。", "", True),
        (r"\p{IsNoSuchBlock}", "x", "", None),
        (r"\p{Xx}", "x", "", None),
        (r"^\i\c*$", "_name-1.2", "", True),
        (r"^\i\c*$", "1name", "", False),
        (r"^\I$", "1", "", True),
        (r"^\C$", " ", "", True),
        (r"^[a-z-[aeiou]]+$", "rhythm", "", True),
        (r"^[a-z-[aeiou]]+$", "audio", "", False),
        (r"^[a-z-[b-y-[m]]]+$", "amz", "", True),
        (r"^[a-z-[b-y-[m]]]+$", "abz", "", False),
        (r"^[^a-z-[A-Z]]+$", "123", "", True),
        (r"^[^a-z-[A-Z]]+$", "ABC", "", False),
        (r"^[\p{L}-[\p{IsBasicLatin}]]+$", "é", "", True),
        (r"^[A-Z-[OI]]$", "m", "i", True),
        (r"^[A-Z-[OI]]$", "o", "i", False),
        (r"^\p{Lu}$", "k", "i", False),
        ("k", "\u212a", "i", True),
        ("STRASSE", "strasse", "i", True),
        ("投 訴", "投訴", "x", True),
        ("a.b", "axb", "q", False),
        ("a.b", "a\nb", "", False),
        ("a.b", "a\nb", "s", True),
        ("^b$", "a\nb\nc", "m", True),
        ("^b$", "a\nb\nc", "", False),
        (r"^(.)(.)\2\1$", "abba", "", True),
        (r"^(.)\1$", "ab", "", False),
        (r"^(a)\1$", "aA", "i", True),
        (r"^\d{1500}$", "7" * 1500, "", True),
        (r"^\d{1500}$", "7" * 1499, "", False),
        ("a{2,1}", "a", "", None),
        ("[]", "a", "", None),
        ("a**", "a", "", None),
        (r"(?=a)", "a", "", None),
    ],
)
def test_what_fits(pattern: str, text: str, flags: str, wanted: bool | None) -> None:
    assert fits(pattern, text, flags) is wanted


def test_half_a_surrogate_pair_is_matched_too() -> None:
    assert fits("^a.b$", "a\ud800b") is True


def test_categories_are_those_of_unicode_data() -> None:
    import unicodedata

    sample = [*range(0, 0x34000, 97), *range(0xE0000, 0xE0200, 7), 0xF0000, 0x10FFFD, 0x10FFFF]
    for code in sample:
        kind = unicodedata.category(chr(code))
        if kind == "Cs":  # half a pair, which XML has no name for
            continue
        assert charsets.holds(charsets.category(kind) or (), chr(code)), hex(code)
        for other in charsets.CATEGORIES - {kind, kind[0]}:
            assert not charsets.holds(charsets.category(other) or (), chr(code)), (code, other)


ATOMS = st.sampled_from(
    ["a", "b", "ab", ".", "[ab]", "[^a]", r"\w", r"\s", "é", "投", "[a-z-[b]]", "^", "$"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda part: st.one_of(
        st.builds("{}{}".format, part, part),
        st.builds("(?:{}|{})".format, part, part),
        st.builds(
            "({}){}".format, part, st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{1,3}"])
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.text("abé投\n ", max_size=12), st.sampled_from(["", "i", "s", "m", "ims"]))
def test_both_matchers_find_the_same(pattern: str, text: str, flags: str) -> None:
    made = pattern_of(pattern, flags)
    assert _machine(made) is not None
    ours = Pattern(made.part, made.groups, made.back, made.flags)
    run = Run(None, None)
    first = [match[:2] for match in made.matches(text, run)]
    second = [match[:2] for match in ours._own_matches(text, run)]
    if all(start < end for start, end in (*first, *second)):
        assert first == second
    assert bool(first) is bool(second)


def cost(pattern: str, text: str) -> int:
    run = Run(None, None)
    compile_expression("matches(t, p)").evaluate_within(run, {"t": text, "p": pattern})
    return errors.MAX_STEPS - run.left


WORDS = [f"keyword{number}of{number * 7919 % 1000}" for number in range(100)]
PROSE = "The customer says that the card was charged twice in the branch at Queen's Road. "


def test_a_hundred_keywords_cost_at_most_ten_times_one() -> None:
    text = (PROSE * 1300)[:100_000]
    assert cost("|".join(WORDS), text) <= 10 * cost(WORDS[0], text)


def test_ordinary_questions_about_long_texts_are_answered() -> None:
    text = (PROSE * 100)[:8_000]
    assert fits(".*(" + "|".join(WORDS[:20]) + ").*", text) is False
    assert fits(".*(" + "|".join(WORDS[:20]) + ").*", text + WORDS[7], "i") is True
    assert fits("|".join(WORDS[:33]), text[:4_000]) is False
    assert fits("b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u", "a" * 491_520) is False


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(a+)+(a+)+\1b", "a" * 3_000),
        (r"(.*)(.*)(.*)\3\2\1x", "ab" * 400),
        ("(?:a|b)*a(?:a|b){900}c" * 4, "ab" * 400_000),
    ],
)
def test_what_would_run_for_long_is_ended_by_the_budget(pattern: str, text: str) -> None:
    with pytest.raises(FeelLimitExceeded):
        fits(pattern, text)


@pytest.mark.parametrize(
    "text",
    [
        'replace(t, "a", "$1$0")',
        'replace(t, "a", "\\\\$\\\\\\\\")',
        'split(t, "a")',
        'extract(t, "a")',
    ],
)
def test_every_match_is_paid_for(text: str) -> None:
    run, given = Run(None, None), {"t": "ab" * 10_000}
    compile_expression(text).evaluate_within(run, given)
    assert errors.MAX_STEPS - run.left > 10_000


def test_a_pattern_that_fits_nothing_splits_nothing() -> None:
    why = Why()
    assert compile_expression('split("abc", "x*")').evaluate({}, why=why) is None
    assert "empty string" in why.reasons[0].message
