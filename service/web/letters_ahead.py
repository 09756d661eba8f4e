"""Below a form, the letter that the customer gets once it is sent, as it reads with what was
typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from service import operations
from service.errors import FormInvalid, RedressError
from service.i18n.catalogue import say
from service.web.answers import answer_of
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.task_view import load_sheet
from service.web.zones import zone


@blueprint.post("/tasks/<int:key>/letters")
@signed_in()
def letters_ahead(key: int) -> Any:
    """The letters, or what is still missing for them. Nothing is kept."""
    view = load_sheet(key)
    if view.form is None or not view.open:
        return "", 204
    answer = answer_of(view.form, flask.request.form, zone=zone()) | _confirmed(view.form)
    found, why = [], ""
    try:
        found = operations.foresee_letters(parts().runtime, key, answer, actor=actor(), now=now())
    except FormInvalid:
        why = say("The letter appears here while you type.", language())
    except RedressError as error:
        why = say(error.message, language())
    return flask.render_template("letters_ahead.html", letters=found, why=why)


def _confirmed(form: Mapping[str, Any]) -> dict[str, Any]:
    """What can only be ticked before the form is sent is no reason to show nothing until then."""
    properties: Mapping[str, Any] = form["schema"].get("properties", {})
    return {name: each["const"] for name, each in properties.items() if "const" in each}
