"""An instance of a process by itself: where it stands, what was said, what happened, its letters.

It is shown to who started it, to whoever has or had a task of it, to those who may start another of
its kind, and to those who follow the course of any case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import flask
import orjson

from service import audit, letters, operations, reporting, tasks
from service.db import MAX_CHILD, Connection, root_of
from service.engine import Bundle
from service.errors import NotFound
from service.execution import get_instance
from service.i18n.catalogue import chosen
from service.identity import Permission
from service.letters import letter_page, make_pdf
from service.reporting import PlainCase
from service.web import forms
from service.web.briefing import waits_of
from service.web.edge import actor, blueprint, language, parts, signed_in
from service.web.optional_steps import optional_steps
from service.web.persons import person
from service.web.picture import picture_of
from service.web.story import story_of
from service.web.zones import zone


@blueprint.get("/cases/<int:key>")
@signed_in()
def plain_case(key: int) -> Any:
    runtime = parts().runtime
    with runtime.database.read() as connection:
        case = visible_plain_case(connection, key)
        bundle = runtime.bundles.get(connection, case.bundle_key)
        instance = get_instance(connection, key)
        return flask.render_template(
            "plain_case.html",
            case=case,
            title=_called(bundle, case.process_id),
            facts=_facts(reporting.find_variables(connection, runtime, key), bundle),
            waits=waits_of(connection, instance, bundle),
            choices=optional_steps(instance, bundle),
            tasks=tasks.list_case_tasks(connection, key),
            can_see=lambda task: tasks.can_see(task, actor()),
            story=story_of(audit.list_steps(connection, key), bundle, language()),
            letters=letters.list_letters(connection, key),
            picture=picture_of(
                bundle,
                case.process_id,
                steps=audit.list_moves(connection, key, until=MAX_CHILD),
                state=instance.engine_state,
                language=language(),
            ),
            may_course=actor().may(Permission.SEE_COURSE),
        )


@blueprint.get("/cases/letters/<int:key>.pdf")
@signed_in()
def plain_letter_pdf(key: int) -> Any:
    with parts().runtime.database.read() as connection:
        row = letters.get_letter(connection, key)
        case = visible_plain_case(connection, root_of(key))
    if not row["body"]:
        raise NotFound("There is no letter {key}.", key=key)
    content = make_pdf(letter_page(row, bank=parts().settings.bank_name, address="", zone=zone()))
    name = f"{case.root_key}-{row['template']}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return flask.Response(content, mimetype="application/pdf", headers=headers)


def visible_plain_case(connection: Connection, key: int) -> PlainCase:
    """An instance that this person may see. Raises NotFound."""
    case = reporting.find_plain_case(connection, key)
    if case is None or not _may_see(connection, case):
        raise NotFound("There is no process instance {root_key}.", root_key=key)
    return case


def _may_see(connection: Connection, case: PlainCase) -> bool:
    who = actor()
    if who.may(Permission.SEE_COURSE) or who.name == case.started_by:
        return True
    started = operations.list_to_start(connection, parts().runtime, who)
    if case.process_id in {each.process.process_id for each in started}:
        return True
    return any(
        tasks.can_see(each, who) for each in tasks.list_case_tasks(connection, case.root_key)
    )


def _called(bundle: Bundle, process_id: str) -> str:
    info = bundle.processes[process_id]
    return str(chosen(info.names, language(), default=info.name)) or process_id


def _facts(variables: Sequence[reporting.Variable], bundle: Bundle) -> list[tuple[str, Any]]:
    """What is known, by the labels that the forms ask with; what no form asks for is left out."""
    fields = _fields(bundle)
    known: dict[str, Any] = {}
    for each in variables:
        if each.name in fields and each.name not in known:
            known[each.name] = orjson.loads(each.value)
    return [
        (fields[name].label, _shown(fields[name], value))
        for name, value in known.items()
        if value is not None
    ]


def _fields(bundle: Bundle) -> Mapping[str, forms.Field]:
    look = forms.Look({}, {}, language(), zone())
    return {
        field.name: field for form in bundle.forms.values() for field in forms.fields_of(form, look)
    }


def _shown(field: forms.Field, value: Any) -> Any:
    """A value by the name of its option, where it is one."""
    named = dict(field.options)
    if field.widget in (tasks.PERSON, tasks.ACTOR):
        return person(str(value))
    if isinstance(value, list):
        return [named.get(str(each), each) for each in value]
    key = str(value).lower() if isinstance(value, bool) else str(value)
    return named.get(key, value)
