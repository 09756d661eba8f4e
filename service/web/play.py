"""A draft's process played through by its owner: its real forms are answered one after the other,
time passes when it is told to, and what was done is kept as a scenario.

The page carries what was done so far; every step plays it from the start, in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
import orjson

from service import definitions, operations
from service.definitions import Mark
from service.engine import Bundle
from service.engine import changes as c
from service.errors import FormInvalid, InvalidInput, NotFound
from service.i18n.catalogue import chosen
from service.identity import Permission
from service.scenarios import Result, parse_scenario, run_scenario
from service.tasks import validate, without_hidden
from service.web import forms
from service.web.answers import answer_of
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.findings import findings_of
from service.web.picture import drawn
from service.web.workbench import may_edit
from service.web.zones import zone

MOST_STEPS = 100
MOST_BYTES = 200_000
WAITING = {c.JobCreated: "job", c.TimerSet: "timer", c.SubscriptionOpened: "message"}
"""What goes on without a person, and the verb of a scenario for it."""


@blueprint.get("/workbench/drafts/<int:key>/play/<process_id>")
@signed_in(may=Permission.READ_DRAFTS)
def play_page(key: int, process_id: str) -> Any:
    return _page(key, process_id, {"variables": None, "when": []})


@blueprint.post("/workbench/drafts/<int:key>/play/<process_id>")
@signed_in(may=Permission.READ_DRAFTS)
def play_on(key: int, process_id: str) -> Any:
    """One step further: the start, a task, or something that comes by itself; or another task is
    shown."""
    script, bundle = _script(), _bundle(key, process_id)
    verb, _, target = flask.request.form.get("step", "").partition(":")
    if len(script["when"]) >= MOST_STEPS:
        raise InvalidInput("expected at most {most} steps", most=MOST_STEPS)
    if verb == "show":
        return _page(key, process_id, script, wrong=(target, {}, {}))
    if verb not in ("start", "do"):
        script["when"].append({verb: target})
        return _page(key, process_id, script)
    form = bundle.forms.get(_form_of(bundle, process_id, target if verb == "do" else ""))
    answer = answer_of(form, flask.request.form, zone=zone()) if form else {}
    kept = without_hidden(form, answer) if form else {}
    try:
        validate(form, kept)
    except FormInvalid as error:
        errors = {each.pointer: each.message for each in error.errors}
        return _page(key, process_id, script, wrong=(target, answer, errors)), 422
    if verb == "start":
        script["variables"] = kept
    else:
        script["when"].append({"do": target, "answer": kept})
    return _page(key, process_id, script)


@blueprint.post("/workbench/drafts/<int:key>/play/<process_id>/keep")
@signed_in(may=Permission.EDIT_DRAFTS)
def keep_play(key: int, process_id: str) -> Any:
    """What was played becomes a scenario of the draft: it has to go the same way from now on."""
    script, bundle = _script(), _bundle(key, process_id)
    name = " ".join(flask.request.form.get("name", "").split())[:200]
    if not name:
        raise InvalidInput("expected a name that says what the scenario shows, got none")
    played = _played(bundle, process_id, script)
    content = {"name": name, **_given(process_id, script), "then": _then(played)}
    with parts().runtime.database.read() as connection:
        taken = definitions.names_taken(definitions.read_draft(connection, key))
    file = definitions.id_of({"en": name}, default="scenario", taken=taken)
    path = f"processes/scenarios/{file}.scenario.json"
    text = orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"
    operations.upload_draft_files(parts().runtime, key, {path: text}, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.trial", key=key))


def _script() -> dict[str, Any]:
    """What was done so far, as the page carries it. Raises InvalidInput."""
    text = flask.request.form.get("script", "")
    try:
        found = orjson.loads(text) if len(text) <= MOST_BYTES else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("when"), list):
        raise InvalidInput("expected what was played so far, got something else. Begin anew.")
    return {"variables": found.get("variables"), "when": found["when"]}


def _bundle(key: int, process_id: str) -> Bundle:
    """The files of the draft, parsed. Raises NotFound where they do not run or have no such
    process."""
    with parts().runtime.database.read() as connection:
        files = definitions.read_draft(connection, key)
    found = findings_of(files)
    if found is None or process_id not in found[1].processes:
        raise NotFound("There is no process {process_id!r} to play.", process_id=process_id[:200])
    return found[1]


def _form_of(bundle: Bundle, process_id: str, element: str) -> str:
    """The form of a task by its element's id; of the start, with none."""
    if not element:
        start = bundle.models[process_id].start_of("")
        return "" if start is None else start.form_id or ""
    found = (
        each.elements[element] for each in bundle.processes.values() if element in each.elements
    )
    return next((each.form_id or "" for each in found), "")


def _given(process_id: str, script: Mapping[str, Any]) -> dict[str, Any]:
    given = {"process": process_id, "variables": script["variables"] or {}}
    return {"given": given, "when": script["when"]}


def _played(bundle: Bundle, process_id: str, script: Mapping[str, Any]) -> Result:
    written = orjson.dumps({"name": "play", **_given(process_id, script)})
    return run_scenario(bundle, parse_scenario("play", written))


def _then(played: Result) -> dict[str, Any]:
    """What is to be seen the next time: the tasks that were come to, the letters, and its end."""
    found = {
        "path": [each.element_id for each in _entered(played) if each.kind.endswith("Task")],
        "letters": [each for each in played.letters if not each.startswith("notice to ")],
        "end": _ends(played),
    }
    return {name: value for name, value in found.items() if value or name == "path"}


def _ends(played: Result) -> list[str]:
    ends = [each.end_elements for each in played.done if isinstance(each, c.InstanceEnded)]
    return sorted(ends[-1]) if ends else []


def _entered(played: Result) -> list[c.ElementEntered]:
    return [each for each in played.done if isinstance(each, c.ElementEntered)]


def _page(
    key: int,
    process_id: str,
    script: Mapping[str, Any],
    *,
    wrong: tuple[str, Mapping[str, Any], Mapping[str, str]] = ("", {}, {}),
) -> str:
    with parts().runtime.database.read() as connection:
        draft = definitions.get_draft(connection, key)
    bundle = _bundle(key, process_id)
    begun = script["variables"] is not None
    played = _played(bundle, process_id, script) if begun else None
    errors = wrong[2]
    offered = _offered(bundle, process_id, played, wrong)
    return flask.render_template(
        "play.html",
        draft=draft,
        title=_name(bundle, process_id, ""),
        script=orjson.dumps(dict(script)).decode(),
        begun=begun,
        played=played,
        offered=offered,
        comes=_comes(bundle, played),
        ended=played is not None and any(isinstance(e, c.InstanceEnded) for e in played.done),
        errors=errors,
        labels=forms.labels_of(offered[2]) if offered else {},
        others=[
            (each.element_id, _name(bundle, each.process_id, each.element_id))
            for each in _open_tasks(played)
            if offered is not None and offered[0] != f"do:{each.element_id}"
        ],
        path=[] if played is None else _path(bundle, played),
        picture=drawn(bundle, process_id, _marks(process_id, played), language()),
        may_keep=may_edit(draft),
    )


def _offered(
    bundle: Bundle,
    process_id: str,
    played: Result | None,
    wrong: tuple[str, Mapping[str, Any], Mapping[str, str]],
) -> tuple[str, str, list[forms.Field]] | None:
    """The step that a person can take now, its name and the fields of its form."""
    if played is None:
        start = _form_of(bundle, process_id, "")
        return "start:", "", _fields(bundle, start, wrong[1], wrong[2])
    tasks = _open_tasks(played)
    task = next((each for each in tasks if each.element_id == wrong[0]), None)
    task = task or next(iter(tasks), None)
    if task is None:
        return None
    known = {name: value for name, value in task.variables.items() if value is not None}
    fields = _fields(bundle, task.form_id or "", {**known, **wrong[1]}, wrong[2])
    name = _name(bundle, task.process_id, task.element_id)
    return f"do:{task.element_id}", name, fields


def _open_tasks(played: Result | None) -> list[c.TaskCreated]:
    waiting = () if played is None else played.waiting
    return [each for each in waiting if isinstance(each, c.TaskCreated)]


def _fields(
    bundle: Bundle, form_id: str, values: Mapping[str, Any], errors: Mapping[str, str]
) -> list[forms.Field]:
    form = bundle.forms.get(form_id)
    if form is None:
        return []
    return forms.fields_of(form, forms.Look(values, errors, language(), zone()))


def _comes(bundle: Bundle, played: Result | None) -> list[tuple[str, str, str]]:
    """What can happen without a person: how, and the name of the element."""
    found = []
    for each in played.waiting if played is not None else ():
        verb = WAITING.get(type(each), "")
        if verb:
            place = getattr(each, "element_id", "")
            found.append((verb, f"{verb}:{place}", _element_name(bundle, place)))
    return found


def _element_name(bundle: Bundle, element: str) -> str:
    found = (
        _name(bundle, each.id, element)
        for each in bundle.processes.values()
        if element in each.elements
    )
    return next(found, element)


def _name(bundle: Bundle, process_id: str, element: str) -> str:
    info = bundle.processes[process_id]
    named = info.elements[element] if element else info
    return str(chosen(named.names, language(), default=named.name)) or named.id


def _path(bundle: Bundle, played: Result) -> list[str]:
    return [
        _element_name(bundle, each.element_id)
        for each in _entered(played)
        if not each.kind.endswith("Gateway")
    ]


def _marks(process_id: str, played: Result | None) -> dict[str, Mark]:
    if played is None:
        return {}
    entered = [each for each in _entered(played) if each.process_id == process_id]
    marks = {each.element_id: Mark("done") for each in entered}
    return marks | {each.element_id: Mark("active") for each in _open_tasks(played)}
