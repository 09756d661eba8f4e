"""An administrator writes variables into a scope of a running instance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from service.audit import Event
from service.engine import inspect
from service.engine.commands import ReplaceVariables, SetVariables
from service.errors import InvalidInput
from service.execution import Case, Outcome, Plan, Runtime, execute, on_case
from service.identity import Actor, Permission, check_permission
from service.lengths import check_reason
from service.sentence import Sentence

LONGEST = 2_000
"""So many characters of a value, as JSON, are kept; of a longer one its length and SHA-256."""


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
    reason: str,
) -> Outcome:
    """Write variables where they are known, seen from the scope ("" is the instance), or with
    `local` in that scope, or `everywhere` that they are, in called processes too.

    The history says why, and of each name what it was and what it is. For those who may change
    instances. Raises Forbidden, NotFound, StateConflict, InvalidInput without a reason.
    """
    check_permission(actor, Permission.CHANGE_INSTANCES)
    why = check_reason(reason)
    wrong = sorted(
        name for name in variables if not name or name.startswith("_") or len(name) > 200
    )
    if wrong or not variables:
        raise InvalidInput(
            "expected variables with names that do not begin with _, got {names}",
            names=[name[:100] for name in wrong[:3]] or Sentence("none"),
        )

    def decide(case: Case) -> Plan:
        before = _before(case, variables)
        details = {
            "scope": scope,
            "names": sorted(variables),
            "reason": why,
            "values": {
                name: {"from": before.get(name, {}), "to": shortened(value)}
                for name, value in sorted(variables.items())
            },
        }
        command = (
            ReplaceVariables(variables) if everywhere else SetVariables(variables, scope, local)
        )
        return Plan(command, Event.VARIABLES_SET, details)

    return execute(runtime, on_case(root_key, decide, actor=actor), now=now)


def _before(case: Case, variables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the variables are now, by name and by scope ("" is the instance)."""
    if case.instance.engine_state is None:
        return {}
    bundle = case.runtime.bundles.get(case.connection, case.instance.bundle_key)
    known = inspect(bundle, case.instance.engine_state).variables
    return {
        name: {scope: shortened(values[name]) for scope, values in known.items() if name in values}
        for name in variables
    }


def shortened(value: Any) -> Any:
    """A value as the history keeps it."""
    text = orjson.dumps(value, default=str)
    if len(text) <= LONGEST:
        return orjson.loads(text)
    return {"bytes": len(text), "sha256": sha256(text).hexdigest()}
