"""The cards of a task, what its form starts with, and the people that its fields choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from service import cases, operations, tasks
from service.cases import Complaint
from service.db import Connection
from service.engine import Bundle
from service.execution import case_view
from service.i18n.catalogue import chosen, say
from service.instances import Instance
from service.reporting.briefing import Card, Desk, make_cards, read_answers
from service.reporting.briefing_values import Reader, prefill_sources, prefilled
from service.reporting.waits import Wait, list_waits, list_waits_of
from service.tasks import UserTask
from service.web.edge import actor, language, local_day, now, parts, times
from service.web.persons import shown_names

People = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a person finds when they open a task."""

    cards: tuple[Card, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    people: People = field(default_factory=dict)


REASON = "extensionReason"
"""The field of a form that asks for a reason of the law's list."""


@dataclass(frozen=True, slots=True)
class Waited:
    """What is waited for, in words, and until when."""

    kind: str
    what: str
    until: datetime | None


def prepare(
    connection: Connection, task: UserTask, bundle: Bundle, complaint: Complaint | None
) -> Prepared:
    """The cards; for an open task also what the form starts with and its pickers."""
    form = bundle.forms.get(task.form_id or "")
    names = operations.briefing_of(bundle, task.process_id, task.element_id)
    sources = prefill_sources(form) if form is not None else set()
    answers = read_answers(connection, task.root_key, names, sources)
    about = complaint or cases.case_of_follower(connection, task.root_key)
    currency = about.currency if about is not None else parts().runtime.profile.currency
    reader = Reader(times(), currency, shown_names())
    runtime = parts().runtime
    desk = Desk(
        connection,
        runtime.profile_of(about),
        bundle,
        task,
        about,
        answers,
        reader,
        actor(),
        now(),
        runtime.bank,
    )
    cards = tuple(make_cards(desk, names))
    if form is None or task.state is not tasks.TaskState.OPEN:
        return Prepared(cards)
    facts = {"content": about.content} if about is not None else {}
    started = dict(prefilled(form, {each.element_id: each for each in answers}, facts))
    reasons = extension_reasons(connection, form, about)
    return Prepared(cards, started, {**choices_of(connection, form), **reasons})


def waits_on(connection: Connection, roots: Iterable[int]) -> dict[int, list[Waited]]:
    """What each of these cases waits for, in the reader's language."""
    bundles = parts().runtime.bundles
    found = list_waits(connection, roots, lambda key: bundles.get(connection, key))
    return {root: _told(waits) for root, waits in found.items()}


def waits_of(connection: Connection, instance: Instance, bundle: Bundle) -> list[Waited]:
    """What a case waits for while it is running, in the reader's language."""
    if instance.state != "active":
        return []
    root_key = instance.root_key
    return _told(list_waits_of(connection, {root_key: bundle})[root_key])


def _told(waits: Iterable[Wait]) -> list[Waited]:
    return [Waited(wait.kind.value, _said(wait.names), wait.until) for wait in waits]


def _said(names: Mapping[str, str]) -> str:
    """In the reader's language, else in English, else in any."""
    plain = names.get("en") or next(iter(names.values()), "")
    return str(chosen(names, language(), default=plain))


def choices_of(connection: Connection, form: Mapping[str, Any]) -> People:
    """The people of every picker: name, roles, how many open complaints, whether away."""
    return {name: people_with(connection, roles) for name, roles in tasks.person_fields(form)}


def people_with(connection: Connection, roles: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """The account and the line of a picker of everybody with any of the roles; of all people where
    none is named."""
    found = operations.list_choices(connection, roles, today=local_day())
    return tuple((each.name, _shown(each)) for each in found)


def extension_reasons(
    connection: Connection, form: Mapping[str, Any], about: Complaint | None
) -> People:
    """The reasons for which the law of the case lets its time limit be extended now, where the
    form asks for one."""
    if about is None or REASON not in form["schema"].get("properties", {}):
        return {}
    clocks = partial(cases.list_deadlines, connection, about.root_key)
    view = case_view(parts().runtime, about, now(), clocks)
    return {
        REASON: tuple(
            (each.code, chosen(each.words, language(), default=each.reason))
            for _, each in view.extensions("final response")
        )
    }


def _shown(each: operations.Choice) -> str:
    spoken = language()
    roles = ", ".join(say(role, spoken) for role in each.roles)
    held = say("{n} open", spoken).format(n=each.load)
    away = " · " + say("absent", spoken) if each.absent else ""
    name = each.shown if each.shown == each.name else f"{each.shown} ({each.name})"
    return f"{name} · {roles} · {held}{away}"
