"""A time limit is extended only for a reason that the law of the case lists, and that holds in
it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.builtins.case_view import CaseView
from service.errors import FieldError, FormInvalid
from service.sentence import Sentence

RULE = "extension"
"""The value of the property `check` that asks for it."""
CLOCK = "final response"


def reasons_of(view: CaseView) -> dict[str, str]:
    """The reasons that may be given now, by code, in the words of the regime (English)."""
    return {each.code: each.reason for _, each in view.extensions(CLOCK)}


def check_extension(view: CaseView, rule: str, answer: Mapping[str, Any]) -> None:
    """Raises FormInvalid for an extension without a reason of the list."""
    if rule != RULE or answer.get("extend") is not True:
        return
    known, given = reasons_of(view), answer.get("extensionReason")
    if given in known:
        return
    if not known:
        problem = FieldError(
            "/extend",
            Sentence(
                "the law of this case ({regime}) allows no extension now",
                regime=", ".join(each.id for each in view.profile.together),
            ),
        )
    else:
        problem = FieldError(
            "/extensionReason",
            Sentence(
                "expected a reason that the law lists, one of {known}; got {given}",
                known=list(known),
                given=given or "—",
            ),
        )
    raise FormInvalid([problem])
