"""The built-in services of the process that reviews a version. Each notes what is to be done with
the version of its own instance, never another, and does nothing itself: the write checks it as the
page of the review would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.builtins.case_view import CaseView
from service.builtins.effects import VersionEffect
from service.builtins.services import notify
from service.definitions.review_states import Verb
from service.engine.changes import JobCreated


def approve_version(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Approve it, for the variable `reason`."""
    return _note(view, job, Verb.APPROVE)


def return_version(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Give it back to its owner, for the variable `reason`."""
    return _note(view, job, Verb.RETURN)


def release_version(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Put it in force."""
    return _note(view, job, Verb.RELEASE)


def _note(view: CaseView, job: JobCreated, verb: Verb) -> dict[str, Any]:
    view.effects.append(VersionEffect(verb, str(job.variables.get("reason") or "")))
    return {}


REVIEW_SERVICES: Mapping[str, Callable[[CaseView, JobCreated], dict[str, Any]]] = {
    "redress.notify": notify,
    "redress.approve-version": approve_version,
    "redress.return-version": return_version,
    "redress.release-version": release_version,
}
