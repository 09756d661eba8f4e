"""Under which regimes a complaint comes at registration, by the table of its procedure; and under
which a person puts it later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.builtins import CaseView, functions_of
from service.engine import Bundle
from service.errors import RedressError
from service.execution import Runtime
from service.policy import Choice, Ground, choose, wanted_of

REGIME = "regime"
"""The decision of a bundle that is asked."""


def choose_regime(
    bundle: Bundle, variables: Mapping[str, Any], runtime: Runtime, now: datetime
) -> Choice:
    """The regimes of a new complaint. A procedure without a table leaves it to the installation; a
    table that fails governs by the strictest, and the complaint is registered all the same."""
    enabled = runtime.choices
    model = bundle.decisions.get(REGIME)
    if model is None or len(enabled) == 1:
        return Choice((runtime.profile.id,), Ground.DEFAULT)
    view = CaseView(None, runtime.profile, now, enabled=enabled)
    try:
        inputs = model.read_inputs({**variables, "home": runtime.profile.document["country"]})
        found = model.evaluate(
            REGIME, inputs, now=now, functions=functions_of(view), trace=False
        ).value
    except RedressError:
        found = None
    return choose(wanted_of(found), enabled)
