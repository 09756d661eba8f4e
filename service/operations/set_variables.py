"""An administrator writes variables into a scope of a running instance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.audit import Event
from service.engine.commands import ReplaceVariables, SetVariables
from service.errors import InvalidInput
from service.execution.execute import execute
from service.execution.plan import Plan, always
from service.execution.runtime import Runtime
from service.execution.unit import Outcome, on_case
from service.identity import Actor
from service.sentence import Sentence


def set_variables(
    runtime: Runtime,
    root_key: int,
    scope: str,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    local: bool = False,
    everywhere: bool = False,
    reason: str = "",
) -> Outcome:
    """Write variables where they are known, seen from the scope ("" is the instance), or with
    `local` in that scope, or `everywhere` that they are, in called processes too.

    The history says which names were written, not what. Raises NotFound, StateConflict,
    InvalidInput.
    """
    wrong = sorted(
        name for name in variables if not name or name.startswith("_") or len(name) > 200
    )
    if wrong or not variables:
        raise InvalidInput(
            "expected variables with names that do not begin with _, got {names}",
            names=[name[:100] for name in wrong[:3]] or Sentence("none"),
        )

    details = {
        "scope": scope,
        "names": sorted(variables),
        **({"reason": reason[:500]} if reason else {}),
    }
    command = ReplaceVariables(variables) if everywhere else SetVariables(variables, scope, local)
    plan = Plan(command, Event.VARIABLES_SET, details)
    return execute(runtime, on_case(root_key, always(plan), actor=actor), now=now)
