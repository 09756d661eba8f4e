"""The pages: sign in, tasks, a task with its form, complaints, a case, registration, the procedure, incidents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

import flask

from service import audit, cases, definitions, identity, jobs, notifications, operations, tasks
from service.db import Connection
from service.engine import Bundle, ProcessInfo
from service.errors import Forbidden, FormInvalid, NotFound, Unavailable
from service.identity import Role
from service.intake import CHANNELS, parse_complaint
from service.web import forms
from service.web.picture import picture_of
from service.web.story import story_of
from service.web.words import LANGUAGES, say, say_error

View = Callable[..., Any]
COOKIE = "redress_session"
STATIC = "/static/"
PAGE_SIZE = 50
READERS = (Role.CLERK, Role.HANDLER, Role.APPROVER, Role.EXECUTIVE, Role.OWNER, Role.COMPLIANCE, Role.ADMIN)
_HERE = Path(__file__).parent
blueprint = flask.Blueprint(
    "web", __name__, template_folder=str(_HERE / "templates"), static_folder=str(_HERE / "static"),
    static_url_path="/static",
)  # fmt: skip


def check_ready(connection: Connection) -> None:
    """Raises Unavailable unless a complaint could be registered now."""
    if definitions.find_released(connection, "complaint") is None:
        raise Unavailable("No complaint procedure is released.")


def error_page(status: int, detail: str) -> Any:
    """An error as a page; a visitor who has to sign in is sent there."""
    if status == 401:
        return flask.redirect(flask.url_for("web.sign_in", next=flask.request.full_path.rstrip("?")))
    return flask.render_template("error.html", status=status, detail=detail), status


def _parts() -> Any:
    return flask.current_app.extensions["redress"]


def _language() -> str:
    asked = flask.request.cookies.get("language")
    if asked in LANGUAGES:
        return asked
    account: identity.Account | None = flask.g.get("account")
    if account is not None and account.language in LANGUAGES:
        return account.language
    return flask.request.accept_languages.best_match(["zh-Hant", "zh-TW", "zh", "en"], "en").replace("zh-TW", "zh-Hant")


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    language = _language()
    language = language if language in LANGUAGES else ("zh-Hant" if language.startswith("zh") else "en")
    zone = ZoneInfo(_parts().settings.timezone)
    now: datetime = _parts().clock.now()
    return {
        "_": lambda text: say(text, language),
        "say_error": lambda message: say_error(message, language),
        "lang": language,
        "languages": LANGUAGES,
        "account": flask.g.get("account"),
        "bank": _parts().settings.bank_name,
        "moment": lambda at: "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}",
        "light": lambda due: _light(due, now),
        "named": lambda properties, name: properties.get(f"name:{language}") or name,
    }


def _light(due: datetime | None, now: datetime) -> str:
    if due is None or due.year == 9999:
        return "none"
    if due <= now:
        return "late"
    return "soon" if due - now < timedelta(hours=24) else "fine"


def signed_in(*roles: str) -> Callable[[View], View]:
    """Only for people who are signed in and, where roles are given, have one of them."""

    def around(view: View) -> View:
        @wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            account: identity.Account | None = flask.g.account
            if account is None:
                return error_page(401, "")
            if roles and not account.actor.has(*roles):
                raise Forbidden(
                    f"This page needs one of the roles {', '.join(roles)}; you have {', '.join(account.roles)}."
                )
            return view(*args, **kwargs)

        return inner

    return around


@blueprint.get("/")
def home() -> Any:
    return flask.redirect(flask.url_for("web.task_list"))


@blueprint.get("/sign-in")
def sign_in() -> Any:
    return flask.render_template("sign_in.html", wrong=False, next=flask.request.args.get("next", ""))


@blueprint.post("/sign-in")
def sign_in_send() -> Any:
    parts, form = _parts(), flask.request.form
    now = parts.clock.now()
    with parts.runtime.database.transaction() as connection:
        found = identity.verify_password(connection, form.get("name", "")[:100], form.get("password", "")[:1000])
        token = identity.open_session(connection, found.name, now=now) if found is not None else None
    if token is None:
        return flask.render_template("sign_in.html", wrong=True, next=form.get("next", "")), 403
    target = form.get("next", "")
    inside = target.startswith("/") and not target.startswith(("//", "/\\"))
    response = flask.redirect(target if inside else flask.url_for("web.task_list"))
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=flask.request.is_secure)
    return response


@blueprint.post("/sign-out")
def sign_out() -> Any:
    token = flask.request.cookies.get(COOKIE)
    if token:
        with _parts().runtime.database.transaction() as connection:
            identity.close_session(connection, token)
    response = flask.redirect(flask.url_for("web.sign_in"))
    response.delete_cookie(COOKIE)
    return response


@blueprint.post("/language")
def set_language() -> Any:
    chosen = flask.request.form.get("language", "")
    back = flask.request.form.get("back", "/")
    response = flask.redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    if chosen in LANGUAGES:
        response.set_cookie("language", chosen, samesite="Lax", httponly=True, max_age=31_536_000)
    return response


@blueprint.get("/tasks")
@signed_in()
def task_list() -> Any:
    shown = flask.request.args.get("show", "groups")
    scope = tasks.Scope(shown) if shown in list(tasks.Scope) else tasks.Scope.GROUPS
    page = _page()
    with _parts().runtime.database.read() as connection:
        actor = flask.g.account.actor
        counts = tasks.count_tasks(connection, actor)
        found, total = tasks.list_tasks(connection, actor, scope=scope, page=tasks.Page(page * PAGE_SIZE, PAGE_SIZE))
    return flask.render_template(
        "tasks.html", tasks=found, total=total, scope=scope, counts=counts, page=page, size=PAGE_SIZE
    )


@blueprint.get("/tasks/<int:key>")
@signed_in()
def task_page(key: int) -> Any:
    return _show_task(key, values={}, errors={}, status=200)


@blueprint.post("/tasks/<int:key>/claim")
@signed_in()
def claim(key: int) -> Any:
    operations.claim_task(_parts().runtime, key, actor=flask.g.account.actor, now=_parts().clock.now())
    return flask.redirect(flask.url_for("web.task_page", key=key))


@blueprint.post("/tasks/<int:key>/release")
@signed_in()
def release(key: int) -> Any:
    operations.release_task(_parts().runtime, key, actor=flask.g.account.actor, now=_parts().clock.now())
    return flask.redirect(flask.url_for("web.task_page", key=key))


@blueprint.post("/tasks/<int:key>/complete")
@signed_in()
def complete(key: int) -> Any:
    parts, actor, sent = _parts(), flask.g.account.actor, flask.request.form
    _, form, _ = _task(key)
    answer = forms.answer_of(form, sent, {name: sent.getlist(name) for name in sent}) if form else {}
    revision = int(sent["revision"]) if sent.get("revision", "").isdecimal() else None
    try:
        done = operations.complete_task(
            parts.runtime, key, answer, actor=actor, now=parts.clock.now(), revision=revision
        )
    except FormInvalid as error:
        return _show_task(key, values=answer, errors={e.pointer: e.message for e in error.errors}, status=422)
    with parts.runtime.database.read() as connection:
        for new in done.new_tasks:
            following = tasks.get_task(connection, new)
            if following.state is tasks.TaskState.OPEN and tasks.is_candidate(following, actor):
                return flask.redirect(flask.url_for("web.task_page", key=new))
    return flask.redirect(flask.url_for("web.task_list"))


def _task(key: int) -> tuple[tasks.UserTask, Mapping[str, Any] | None, cases.Complaint | None]:
    with _parts().runtime.database.read() as connection:
        task = tasks.get_task(connection, key)
        if not tasks.can_see(task, flask.g.account.actor):
            raise NotFound(f"There is no user task {key}.")
        bundle = _parts().runtime.bundles.get(connection, task.bundle_key)
        complaint = cases.find_complaint(connection, task.root_key)
    return task, bundle.forms.get(task.form_id or ""), complaint


def _show_task(key: int, *, values: Mapping[str, Any], errors: Mapping[str, str], status: int) -> Any:
    task, form, complaint = _task(key)
    language = _words()["lang"]
    with _parts().runtime.database.read() as connection:
        clocks = cases.list_deadlines(connection, task.root_key)
    shown = {**task.variables, **(task.answer or {}), **values}
    fields = forms.fields_of(form, values=shown, errors=errors, language=language) if form else []
    actor = flask.g.account.actor
    return (
        flask.render_template(
            "task.html",
            task=task,
            title=forms.title_of(form, language) if form else "",
            fields=fields,
            labels={each.name: each.label for each in fields},
            errors=errors,
            complaint=complaint,
            deadlines=clocks,
            mine=task.assignee == actor.name,
            offered=task.assignee is None and tasks.is_candidate(task, actor),
            may_read_case=actor.has(*READERS),
        ),
        status,
    )


@blueprint.get("/complaints")
@signed_in(*READERS)
def complaint_list() -> Any:
    page, text = _page(), flask.request.args.get("q", "")[:200]
    status = flask.request.args.get("status", "")
    with _parts().runtime.database.read() as connection:
        rows, total = cases.list_complaints(
            connection, text=text, status=status, offset=page * PAGE_SIZE, limit=PAGE_SIZE
        )
    return flask.render_template(
        "complaints.html", rows=rows, total=total, page=page, size=PAGE_SIZE, q=text, status=status
    )


@blueprint.get("/complaints/<number>")
@signed_in()
def case_page(number: str) -> Any:
    parts, actor, language = _parts(), flask.g.account.actor, _words()["lang"]
    with parts.runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        all_tasks = tasks.list_case_tasks(connection, complaint.root_key)
        if not actor.has(*READERS) and not any(tasks.can_see(task, actor) for task in all_tasks):
            raise NotFound(f"There is no complaint {number}.")
        history = audit.list_history(connection, complaint.root_key)
        instance = operations.get_instance(connection, complaint.root_key)
        bundle = parts.runtime.bundles.get(connection, instance.bundle_key)
        letters = notifications.list_letters(connection, complaint.root_key)
        clocks = cases.list_deadlines(connection, complaint.root_key)
    sheets = _main_first(bundle)
    wanted = flask.request.args.get("sheet", operations.COMPLAINT_PROCESS)
    sheet = wanted if wanted in bundle.processes else operations.COMPLAINT_PROCESS
    return flask.render_template(
        "case.html",
        complaint=complaint,
        open_tasks=[task for task in all_tasks if task.state is tasks.TaskState.OPEN],
        story=story_of(history, bundle, language),
        letters=letters,
        deadlines=clocks,
        sheets=sheets,
        sheet=sheet,
        picture=picture_of(bundle, sheet, history=history, state=instance.engine_state, language=language),
    )


@blueprint.get("/register")
@signed_in(Role.CLERK, Role.HANDLER, Role.ADMIN)
def register_page() -> Any:
    return flask.render_template("register.html", values={}, errors={}, channels=CHANNELS, once=token_hex(16))


@blueprint.post("/register")
@signed_in(Role.CLERK, Role.HANDLER, Role.ADMIN)
def register() -> Any:
    parts, sent, now = _parts(), flask.request.form, _parts().clock.now()
    contact = {name: sent[name] for name in ("phone", "email", "address") if sent.get(name, "").strip()}
    data: dict[str, Any] = {
        name: sent[name].strip()
        for name in ("customerName", "channel", "content", "product", "amount", "currency", "language")
        if sent.get(name, "").strip()
    }
    try:
        new = parse_complaint({**data, "contact": contact}, now=now, currency=parts.runtime.profile.currency)
        done = operations.register_complaint(
            parts.runtime, new, actor=flask.g.account.actor, now=now, idempotency_key=sent.get("once", "")[:64] or None
        )
    except FormInvalid as error:
        errors = {each.pointer: each.message for each in error.errors}
        page = flask.render_template("register.html", values=sent, errors=errors, channels=CHANNELS, once=token_hex(16))
        return page, 422
    return flask.redirect(flask.url_for("web.registered", number=done.number))


@blueprint.get("/registered/<number>")
@signed_in(*READERS)
def registered(number: str) -> Any:
    with _parts().runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        letters = notifications.list_letters(connection, complaint.root_key)
    return flask.render_template("registered.html", complaint=complaint, letters=letters)


@blueprint.get("/procedure")
@signed_in(*READERS)
def procedure() -> Any:
    parts, language = _parts(), _words()["lang"]
    with parts.runtime.database.read() as connection:
        check_ready(connection)
        released = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
        bundle = parts.runtime.bundles.get(connection, released.bundle_key if released else 0)
    wanted = flask.request.args.get("sheet", operations.COMPLAINT_PROCESS)
    sheet = wanted if wanted in bundle.processes else operations.COMPLAINT_PROCESS
    return flask.render_template(
        "procedure.html",
        released=released,
        sheets=_main_first(bundle),
        sheet=sheet,
        elements=[e for e in bundle.processes[sheet].elements.values() if e.name],
        picture=picture_of(bundle, sheet, history=[], state=None, language=language),
    )


@blueprint.get("/incidents")
@signed_in(Role.ADMIN, Role.OWNER)
def incidents() -> Any:
    with _parts().runtime.database.read() as connection:
        rows = jobs.list_incidents(connection)
    return flask.render_template("incidents.html", rows=rows)


def _main_first(bundle: Bundle) -> list[ProcessInfo]:
    """The sheets: the main one, then the others by their names."""
    main = operations.COMPLAINT_PROCESS
    return sorted(bundle.processes.values(), key=lambda sheet: (sheet.id != main, sheet.name))


def _page() -> int:
    text = flask.request.args.get("page", "0")
    return int(text) if text.isdecimal() and len(text) < 7 else 0
