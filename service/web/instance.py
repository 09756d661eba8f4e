"""The course of a running case, for who looks after it: where it stands, what stopped, its
variables.

With a reason it is suspended, resumed, moved by hand, corrected, tried again or cancelled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import flask

from service import jobs, operations, reporting
from service.engine import ActiveElement, Bundle, inspect
from service.engine.commands import Activate, Modify, Move, Which
from service.errors import InvalidInput, RedressError
from service.execution import get_instance
from service.i18n.catalogue import chosen
from service.identity import Permission
from service.lengths import check_reason
from service.reporting import LONGEST_SHOWN, Variable
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.mapping import names_of
from service.web.zones import tell_of_key

_INSIDE = ("subProcess", "callActivity")
"""What stands there stands in something inside."""
_NO_TARGETS = ("startEvent", "boundaryEvent")
_MAY = {
    "suspend": Permission.SUSPEND_INSTANCES,
    "resume": Permission.SUSPEND_INSTANCES,
    "move": Permission.MODIFY_INSTANCES,
    "correct": Permission.CHANGE_INSTANCES,
    "retry": Permission.RESOLVE_INCIDENTS,
    "cancel": Permission.CANCEL_INSTANCES,
}
"""What each thing to do needs."""
LONGEST_VALUE = 100_000
EVERYWHERE = "*"
"""For the scope of a variable that is the same wherever it is known: called processes have their
own of each."""


@blueprint.get("/instances/<int:key>")
@signed_in(may=Permission.SEE_COURSE)
def course_page(key: int) -> Any:
    return _show(key, "")


@blueprint.post("/instances/<int:key>/<any(suspend,resume,move,correct,retry,cancel):verb>")
@signed_in(may=Permission.SEE_COURSE)
def course_action(key: int, verb: str) -> Any:
    sent = flask.request.form
    try:
        check_reason(sent.get("reason", ""))
        _ACTIONS[verb](key, sent)
    except RedressError as error:
        return _show(key, error.message), 409
    return flask.redirect(flask.url_for("web.course_page", key=key))


def _show(key: int, problem: str) -> str:
    runtime = parts().runtime
    with runtime.database.read() as connection:
        instance = get_instance(connection, key)
        tell_of_key(connection, key)
        bundle = runtime.bundles.get(connection, instance.bundle_key)
        variables = reporting.find_variables(connection, runtime, key)
        incidents = jobs.list_incidents_of(connection, key)
        version = operations.version_name(connection, instance.bundle_key)
    active = inspect(bundle, instance.engine_state).active if instance.engine_state else ()
    names = names_of((bundle,), language())
    scopes = {each.id: names.get(each.element_id, each.element_id) for each in active}
    return flask.render_template(
        "course.html",
        instance=instance,
        version=version,
        problem=problem,
        names=names,
        scopes=scopes,
        stands=[each for each in active if each.kind not in _INSIDE],
        sheets=_sheets(bundle),
        targets=lambda element: _targets(bundle, element),
        variables=_grouped(variables),
        incidents=incidents,
        longest=LONGEST_SHOWN,
        whole=("", EVERYWHERE),
        allowed={verb: actor().may(needed) for verb, needed in _MAY.items()},
        running=instance.state == "active",
    )


def _grouped(variables: list[Variable]) -> list[Variable]:
    """One for a variable that is the same everywhere, else one for each scope; by their names."""
    by_name: dict[str, list[Variable]] = {}
    for each in variables:
        by_name.setdefault(each.name, []).append(each)
    found = []
    for name, same in sorted(by_name.items()):
        alike = len({each.value for each in same}) == 1
        found += [Variable(same[0].root_key, EVERYWHERE, name, same[0].value)] if alike else same
    return found


def _sheets(bundle: Bundle) -> dict[str, str]:
    return {
        each.id: chosen(each.names, language(), default=each.name or each.id)
        for each in bundle.processes.values()
    }


def _targets(bundle: Bundle, element: ActiveElement) -> list[tuple[str, str]]:
    """Where a token of that sheet can be put: ids and names."""
    found = bundle.processes[element.process_id].elements.values()
    return [
        (each.id, chosen(each.names, language(), default=each.name) or each.id)
        for each in found
        if each.kind not in _NO_TARGETS and each.id != element.element_id
    ]


def _given() -> dict[str, Any]:
    return {"reason": flask.request.form.get("reason", "").strip(), "actor": actor(), "now": now()}


def _suspend(key: int, sent: Mapping[str, str]) -> None:
    operations.suspend_instance(parts().runtime, key, **_given())


def _resume(key: int, sent: Mapping[str, str]) -> None:
    operations.resume_instance(parts().runtime, key, **_given())


def _move(key: int, sent: Mapping[str, str]) -> None:
    source, target = sent.get("token", ""), sent.get("to", "")
    if not source or not target:
        raise InvalidInput("expected where the case stands and where it is to go on")
    command = Modify(move=(Move(Which(source), Activate(target), "inferred"),))
    operations.modify_instance(parts().runtime, key, command, **_given())


def _correct(key: int, sent: Mapping[str, str]) -> None:
    text = sent.get("value", "")
    try:
        value = json.loads(text, parse_constant=_refuse) if len(text) <= LONGEST_VALUE else None
    except (ValueError, RecursionError):
        value = None
    if value is None and text.strip() != "null":
        raise InvalidInput(
            'expected a value as JSON, such as "a text", 12.5, true, null or ["a", "b"]'
        )
    scope, name = sent.get("scope", ""), sent.get("name", "")
    everywhere = scope == EVERYWHERE
    operations.set_variables(
        parts().runtime,
        key,
        "" if everywhere else scope,
        {name: value},
        local=not everywhere,
        everywhere=everywhere,
        **_given(),
    )


def _refuse(constant: str) -> None:
    """NaN and infinities are no JSON."""
    raise ValueError(constant)


def _retry(key: int, sent: Mapping[str, str]) -> None:
    text = sent.get("incident", "")
    operations.resolve_incident(
        parts().runtime, int(text) if text.isdecimal() and len(text) < 19 else 0, **_given()
    )


def _cancel(key: int, sent: Mapping[str, str]) -> None:
    operations.cancel_instance(parts().runtime, key, **_given())


_ACTIONS: Mapping[str, Callable[[int, Mapping[str, str]], None]] = {
    "suspend": _suspend,
    "resume": _resume,
    "move": _move,
    "correct": _correct,
    "retry": _retry,
    "cancel": _cancel,
}
