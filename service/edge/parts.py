"""What the application hands to everything that answers requests."""

from __future__ import annotations

from dataclasses import dataclass, replace

import flask

from service.clock import Clock
from service.config import Settings
from service.edge.readings import Readings
from service.execution import Runtime
from service.vault import Vault

STATIC = "/static/"
"""Under it is what is the same for everybody: no account is looked for, and it may be kept."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one application."""

    runtime: Runtime
    settings: Settings
    clock: Clock
    vault: Vault
    readings: Readings


def parts() -> Parts:
    """The parts of the application that is answering, whose database is without the cases that are
    kept from who asks."""
    found, hidden = parts_of(flask.current_app), flask.g.get("hidden")
    if not hidden:
        return found
    database = found.runtime.database.without(frozenset(hidden))
    return replace(found, runtime=replace(found.runtime, database=database))


def parts_of(app: flask.Flask) -> Parts:
    """The parts of an application."""
    found: Parts = app.extensions["redress"]
    return found
