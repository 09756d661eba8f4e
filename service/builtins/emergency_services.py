"""The built-in services of an emergency's own process (`redress.emergency-…`). Each notes effects
and does nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.builtins.case_view import CaseView
from service.builtins.effects import EndEmergencyEffect, LevelEffect, LogEffect, TeamEffect
from service.builtins.services import notify
from service.engine.changes import JobCreated
from service.policy import is_quiet, reports_of


def team(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Call the teams that the level wants."""
    view.effects.append(TeamEffect(str(job.variables.get("level"))))
    return {}


def level(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Set the level; `reports` are those that it wants from now on."""
    wanted = str(job.variables.get("level"))
    reports = reports_of(view.profile, wanted, "declaration", view.now)
    view.effects.append(LevelEffect(wanted))
    return {"reports": reports}


def log(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Write the variable `action` into the action log."""
    view.effects.append(LogEffect("action", str(job.variables.get("action") or "")))
    return {}


def quiet(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """The test of a stand-down: `quiet` says whether nothing new has happened for as long as the
    level wants."""
    found = view.emergency
    calm = found is not None and is_quiet(
        view.profile,
        str(job.variables.get("level")),
        last_event_at=found.last_event_at,
        now=view.now,
    )
    view.effects.append(
        LogEffect("stand-down", "quiet long enough" if calm else "not quiet long enough")
    )
    return {"quiet": calm}


def close(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """The emergency is over; header `outcome` says how."""
    view.effects.append(EndEmergencyEffect(job.headers.get("outcome", "stood down")))
    return {}


EMERGENCY_SERVICES: Mapping[str, Callable[[CaseView, JobCreated], dict[str, Any]]] = {
    "redress.notify": notify,
    "redress.emergency-team": team,
    "redress.emergency-level": level,
    "redress.emergency-log": log,
    "redress.emergency-quiet": quiet,
    "redress.emergency-close": close,
}
