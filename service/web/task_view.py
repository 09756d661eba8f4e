"""A task with everything its page shows: the form with what was typed, and the case beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service import audit, cases, letters, operations, tasks
from service.builtins import list_part
from service.db import Connection
from service.definitions import Version
from service.definitions import review as reviews
from service.engine import Bundle
from service.errors import NotFound
from service.i18n.catalogue import chosen
from service.identity import Permission
from service.reporting.briefing import Card
from service.reporting.clock_states import ClockView, view_clocks
from service.reporting.plain_cases import PlainCase, find_plain_case
from service.reporting.urgency import Urgency, urgency_of
from service.reporting.version_titles import find_own_name, title_of
from service.web import forms
from service.web.briefing import Prepared, prepare
from service.web.edge import actor, language, now, parts
from service.web.story import Sentence, story_of
from service.web.zones import tell_of, tell_of_key, zone

RECENT = 6
SHOWN = 20
SHOWN_DONE = 3
"""Of comments and files the last ones are beside a task; the pages of the case have all."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The case beside a task."""

    complaint: cases.Complaint | None
    deadlines: Sequence[ClockView] = ()
    story: Sequence[Sentence] = ()
    related: Sequence[cases.Complaint] = ()
    evidence: Sequence[cases.Evidence] = ()
    comments: Sequence[cases.Comment] = ()
    review: Version | None = None
    title: str = ""
    authors: Sequence[str] = ()
    """The version that the task is about, where it is one of a review, and who wrote parts of
    it."""
    urgency: Urgency | None = None
    plain: PlainCase | None = None
    """The instance, where it is of a process by itself."""


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as this person sees it."""

    task: tasks.UserTask
    form: Mapping[str, Any] | None
    draft: tasks.Draft | None
    beside: Beside
    values: Mapping[str, Any] = field(default_factory=dict)
    suspended_at: datetime | None = None
    prepared: Prepared = field(default_factory=Prepared)
    snooze: tasks.Snooze | None = None
    barred: str = ""
    """What this person did in the case that keeps them from doing this too (four eyes)."""
    above: str = ""
    """The level of authority that it takes, where this person's own is lower."""
    writes: bool = False
    """Whether completing it may write to the customer."""

    @property
    def cards(self) -> Sequence[Card]:
        return self.prepared.cards

    @property
    def mine(self) -> bool:
        return self.task.assignee == actor().name

    @property
    def open(self) -> bool:
        return self.task.state is tasks.TaskState.OPEN

    @property
    def offered(self) -> bool:
        return (
            self.open
            and self.task.assignee is None
            and tasks.is_candidate(self.task, actor())
            and not (self.barred or self.above)
        )

    def typed(self, values: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """What the form shows: what the process knows, what was answered, what was typed last."""
        latest = values if values is not None else (self.draft.answer if self.draft else {})
        known = {name: value for name, value in self.task.variables.items() if value is not None}
        return {**self.prepared.values, **known, **(self.task.answer or {}), **latest}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A task and its form, without the case beside it: what a form that is sent has need of."""

    task: tasks.UserTask
    form: Mapping[str, Any] | None

    @property
    def open(self) -> bool:
        return self.task.state is tasks.TaskState.OPEN


def load_sheet(key: int) -> Sheet:
    """A task this person may see, with its form. Raises NotFound."""
    with parts().runtime.database.read() as connection:
        task, bundle = _visible(connection, key)
        tell_of_key(connection, task.root_key)
        return Sheet(task, bundle.forms.get(task.form_id or ""))


def _visible(connection: Connection, key: int) -> tuple[tasks.UserTask, Bundle]:
    """A task this person may see, and the version it is pinned to. Raises NotFound."""
    task = tasks.get_task(connection, key)
    if not tasks.can_see(task, actor()):
        raise NotFound("There is no user task {key}.", key=key)
    return task, parts().runtime.bundles.get(connection, task.bundle_key)


def load_task(key: int) -> TaskView:
    """A task this person may see. Raises NotFound."""
    with parts().runtime.database.read() as connection:
        task, bundle = _visible(connection, key)
        draft = tasks.find_draft(connection, key, actor().name)
        beside = _beside(connection, task.root_key, bundle)
        barred = _barred(connection, task, bundle)
        above = _above(connection, task)
        since = (
            operations.suspended_since(connection, task.root_key)
            if task.state is tasks.TaskState.OPEN
            else None
        )
        return TaskView(
            task,
            bundle.forms.get(task.form_id or ""),
            draft,
            beside,
            suspended_at=since,
            snooze=tasks.find_snooze(connection, task.root_key, key, at=now()),
            barred=barred,
            above=above,
            writes=operations.writes_letters(bundle, task.process_id, task.element_id),
            prepared=prepare(connection, task, bundle, beside.complaint),
        )


def _barred(connection: Any, task: tasks.UserTask, bundle: Bundle) -> str:
    """The names of the tasks that this person did and the diagram keeps apart from this one."""
    if task.state is not tasks.TaskState.OPEN:
        return ""
    part = _part(connection, task)
    if part:
        return ", ".join(part)
    done = [
        element
        for element in task.excluded
        if actor().name in tasks.list_performers(connection, task.root_key, [element])
    ]
    names = {
        each.id: each for process in bundle.processes.values() for each in process.elements.values()
    }
    return ", ".join(
        chosen(names[each].names, language(), default=names[each].name)
        for each in done
        if each in names
    )


def _above(connection: Any, task: tasks.UserTask) -> str:
    """The level of authority that an open task takes, where this person's own is lower."""
    open_ = task.state is tasks.TaskState.OPEN
    above = open_ and tasks.is_above(connection, task, actor().name)
    return (tasks.needed_level(task) or "") if above else ""


def _part(connection: Any, task: tasks.UserTask) -> list[str]:
    """What this person did in the case that the task checks."""
    case = cases.case_of_follower(connection, task.root_key)
    if case is None or actor().name not in list_part(connection, task):
        return []
    done = tasks.list_case_tasks(connection, case.root_key)
    mine = [each for each in done if each.completed_by == actor().name]
    return [
        chosen(each.properties, language(), prefix="name:", default=each.name)
        for each in mine[:SHOWN_DONE]
    ]


def _beside(connection: Any, root_key: int, bundle: Bundle) -> Beside:
    complaint = cases.find_complaint(connection, root_key)
    if complaint is None:
        tell_of_key(connection, root_key)
        return _review_beside(connection, root_key)
    tell_of(complaint)
    reader = actor().may(Permission.READ_COMPLAINTS)
    return Beside(
        complaint,
        view_clocks(
            cases.list_deadlines(connection, root_key),
            letters.list_letters(connection, root_key),
            bundle,
            now=now(),
        ),
        story_of(
            audit.list_steps(connection, root_key, limit=RECENT),
            bundle,
            language(),
            cases.list_words(connection, root_key, limit=RECENT),
        ),
        cases.list_related(connection, complaint) if reader else (),
        cases.list_evidence(connection, root_key, limit=SHOWN),
        cases.list_comments(connection, root_key, limit=SHOWN),
        urgency=urgency_of(complaint, bundle, language()),
    )


def _review_beside(connection: Any, root_key: int) -> Beside:
    version = reviews.find_reviewed(connection, root_key)
    if version is None:
        return Beside(None, plain=find_plain_case(connection, root_key))
    return Beside(
        None,
        review=version,
        title=title_of(version, find_own_name(connection)),
        authors=sorted(reviews.list_authors(connection, version)),
    )


def fields_of(
    view: TaskView, values: Mapping[str, Any], errors: Mapping[str, str]
) -> list[forms.Field]:
    """The controls of the task's form."""
    if view.form is None:
        return []
    look = forms.Look(
        values,
        errors,
        language(),
        zone(),
        people=view.prepared.people,
        actor=actor().name if view.open else "",
    )
    return forms.fields_of(view.form, look)
