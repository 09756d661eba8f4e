"""The case as services and functions see it during a step."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from service import cases
from service.db import Connection
from service.operations.host import CaseView
from service.operations.runtime import Runtime


def view_of(connection: Connection, runtime: Runtime, root_key: int, now: datetime) -> CaseView:
    """The view of a case; its clocks are read when they are asked for, while the connection is open."""
    complaint = cases.find_complaint(connection, root_key)
    clocks = partial(cases.list_deadlines, connection, root_key)
    emergency = cases.find_emergency(connection, root_key) if complaint is None else None
    return CaseView(complaint, runtime.profile, now, clocks, emergency=emergency, connection=connection)
