"""What the lines of figures are called, in English; whoever shows them says them in the reader's
language."""

from __future__ import annotations

from service.sentence import Sentence, WordList, Words

CAUSES: WordList = (
    "service attitude",
    "system or facility",
    "rules or process",
    "marketing",
    "disclosure",
    "contract terms",
    "safety of funds",
    "data safety",
    "human error",
    "other",
)
"""The root causes of the shipped review form."""
OUTCOMES: WordList = (
    "upheld",
    "partly upheld",
    "not upheld",
    "withdrawn",
    "duplicate",
    "mistaken",
)
"""How complaints of the shipped procedure end."""
UNKNOWN = Sentence("not known")
YES_NO: Words = {"yes": "yes", "no": "no"}
AGES: Words = {
    "3": "0–3 days",
    "7": "4–7 days",
    "14": "8–14 days",
    "30": "15–30 days",
    "60": "31–60 days",
    "61": "over 60 days",
}
ROUNDS: Words = {
    "0": "no outcome told",
    "1": "told once",
    "2": "told twice",
    "3": "told three times or more",
}
MARKS: Words = {
    "5": "5 of 5",
    "4": "4 of 5",
    "3": "3 of 5",
    "2": "2 of 5",
    "1": "1 of 5",
    "no answer": "asked, no answer",
    "not asked": "not asked",
}
REDRESS: Words = {"paid": "paid", "offered": "offered, not paid", "none": "no money"}
FIXED = {
    "age": AGES,
    "rounds": ROUNDS,
    "satisfaction": MARKS,
    "redress": REDRESS,
    **dict.fromkeys(
        (
            "vulnerable",
            "regulator",
            "escalated",
            "repeat",
            "emergency",
            "reopened",
            "late",
        ),
        YES_NO,
    ),
}
"""Lines that a figure always has, in this order."""
VERBATIM = frozenset({"product", "unit", "workload", "regime", "severity"})
"""Figures whose lines are names that nobody translates."""


def label_of(figure: str, line: str) -> str:
    """What a line is called."""
    if line == "":
        return UNKNOWN
    return Sentence(FIXED[figure].get(line, line)) if figure in FIXED else line
