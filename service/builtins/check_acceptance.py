"""An offer is accepted while it is open, and not after its last day where the case is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service import cases
from service.builtins.case_view import CaseView
from service.db import Connection
from service.errors import FieldError, FormInvalid
from service.sentence import Sentence

RULE = "offer"
"""The value of the property `check` that asks for it."""


def check_acceptance(
    connection: Connection, view: CaseView, root_key: int, rule: str, answer: Mapping[str, Any]
) -> None:
    """Raises FormInvalid for an answer to an offer that is not open, or an acceptance too late."""
    if rule != RULE:
        return
    found = cases.find_offer(connection, root_key)
    if found is None or found.state is not cases.OfferState.OPEN:
        raise FormInvalid(
            [FieldError("/offerAnswer", "there is no open offer that could be answered")]
        )
    if answer.get("offerAnswer") == "accepted" and view.now > found.until_at:
        last = view.profile.calendar.local_day(found.until_at)
        late = Sentence("expected an acceptance until {last}: the offer has lapsed", last=last)
        raise FormInvalid([FieldError("/offerAnswer", late)])
