"""What the application hands to everything that answers requests."""

from __future__ import annotations

from dataclasses import dataclass

import flask

from service.clock import Clock
from service.config import Settings
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


def parts() -> Parts:
    """The parts of the application that is answering."""
    return parts_of(flask.current_app)


def parts_of(app: flask.Flask) -> Parts:
    """The parts of an application."""
    found: Parts = app.extensions["redress"]
    return found
