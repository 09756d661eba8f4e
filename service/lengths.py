"""How long what a person types may be: said in one place, so that nothing typed is without a limit.

A text is taken without the white space around it, and a NUL is refused: PostgreSQL cannot keep one.
"""

from __future__ import annotations

from service.errors import FieldError, FormInvalid, InvalidInput
from service.sentence import Sentence

MOST_REASON = 500
"""Characters of a reason that the record of a case keeps."""


def find_length_problem(pointer: str, text: str, most: int) -> FieldError | None:
    """What is wrong with a text of a field, already without the white space around it; None where
    it has 1 to `most` characters."""
    if _fits(text, most):
        return None
    expected = "expected 1 to {most} characters, got {count}"
    return FieldError(pointer, Sentence(expected, most=most, count=len(text)))


def check_text(pointer: str, text: str, most: int) -> str:
    """The text of a field without the white space around it. Raises FormInvalid unless it has 1 to
    `most` characters."""
    plain = text.strip()
    problem = find_length_problem(pointer, plain, most)
    if problem is not None:
        raise FormInvalid([problem])
    return plain


def check_reason(reason: str, most: int = MOST_REASON) -> str:
    """A reason without the white space around it. Raises InvalidInput unless it has 1 to `most`
    characters."""
    why = reason.strip()
    if not _fits(why, most):
        raise InvalidInput(
            "expected a reason of 1 to {most} characters, got {count}", most=most, count=len(why)
        )
    return why


def _fits(text: str, most: int) -> bool:
    return 0 < len(text) <= most and "\x00" not in text
