"""Somebody tries the demo out as one of its accounts, without a password."""

from __future__ import annotations

from datetime import datetime

from service import identity
from service.errors import Forbidden
from service.execution.runtime import Runtime
from service.identity import Role


def enter_demo(runtime: Runtime, name: str, *, demo: bool, now: datetime) -> str:
    """The token of a new session of a demo account. For everybody, where `demo` says that this
    service is one (it serves its own machine only). Raises Forbidden."""
    if not demo or name not in set(Role):
        raise Forbidden("Only a demo is entered without a password. Sign in with your own.")
    with runtime.database.transaction() as connection:
        return identity.open_session(connection, name, now=now)
