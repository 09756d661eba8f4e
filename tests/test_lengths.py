"""What a person types has a limit, and is refused beyond it instead of cut."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import service
from service.errors import FormInvalid, InvalidInput
from service.lengths import MOST_REASON, check_reason, check_text

SERVICE = Path(service.__file__).parent
TYPED = "reason|comment|why|note|text|words"
CUTS = re.compile(rf"\b({TYPED})(\.strip\(\))?\[:[A-Z_0-9]+\]")
OTHERS = {"letters", "intake", "execution", "operations", "cases", "tasks", "web", "api"}
MACHINES = {
    "api/edge.py",  # shown of a number that is none
    "cases/numbers.py",
    "intake/bulk.py",
    "web/people.py",
    "web/undo.py",
    "web/insight_asked.py",  # the name of what the figures are narrowed to
    "intake/charsets.py",  # a sample of a mail, to find its encoding
    "intake/mail_queries.py",  # why the reader put a mail aside, in its own words
    "intake/take_mail.py",  # of a mail: it is kept whole as evidence
    "cases/similarity.py",  # so much of a text is compared
    "operations/review_process.py",  # said by the product itself
    "operations/take_back.py",  # checked when the plan was told to
}


@pytest.mark.parametrize("text", ["", "   ", "x" * 501, "a\x00b"])
def test_a_text_out_of_its_limits_is_refused(text: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        check_text("/reason", text, 500)
    assert refused.value.errors[0].pointer == "/reason"
    with pytest.raises(InvalidInput, match="of 1 to 500 characters"):
        check_reason(text)


@pytest.mark.parametrize("text", ["x", "x" * MOST_REASON, f"  {'x' * MOST_REASON} \n"])
def test_a_text_within_them_is_taken_whole(text: str) -> None:
    assert check_text("/reason", text, MOST_REASON) == check_reason(text) == text.strip()


def test_nothing_that_a_person_types_is_cut() -> None:
    found = {
        path
        for package in sorted(OTHERS)
        for file in sorted((SERVICE / package).glob("*.py"))
        if CUTS.search(file.read_text(encoding="utf-8"))
        and (path := file.relative_to(SERVICE).as_posix()) not in MACHINES
    }
    assert found == set()
