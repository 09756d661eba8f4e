"""The case as services and functions see it during a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from service import cases
from service.builtins import CaseView, Reviewed
from service.db import Connection
from service.definitions.review import find_reviewed
from service.execution.runtime import Runtime
from service.instances import Instance, InstanceKind
from service.policy import Deadline


def case_view(
    runtime: Runtime,
    complaint: cases.Complaint | None,
    now: datetime,
    read_clocks: Callable[[], Iterable[Deadline]] = tuple,
    *,
    connection: Connection | None = None,
) -> CaseView:
    """The view of a complaint under its own regime."""
    return CaseView(
        complaint,
        runtime.profile_of(complaint),
        now,
        read_clocks,
        connection=connection,
        bank=runtime.bank,
        enabled=runtime.choices,
    )


def view_of(
    connection: Connection, runtime: Runtime, instance: Instance, now: datetime
) -> CaseView:
    """The view of a case; its clocks are read when they are asked for, while the connection is
    open."""
    root_key = instance.root_key
    complaint = (
        cases.find_complaint(connection, root_key)
        if instance.kind == InstanceKind.COMPLAINT
        else None
    )
    clocks = partial(cases.list_deadlines, connection, root_key)
    emergency, review = find_emergency(connection, instance), find_review(connection, instance)
    view = case_view(runtime, complaint, now, clocks, connection=connection)
    view.emergency, view.review = emergency, review
    return view


def find_emergency(connection: Connection, instance: Instance) -> cases.Emergency | None:
    """The emergency that the instance handles, if it is of that kind."""
    if instance.kind != InstanceKind.EMERGENCY:
        return None
    return cases.find_emergency(connection, instance.root_key)


def find_review(connection: Connection, instance: Instance) -> Reviewed | None:
    """The version that the instance reviews, if it is of that kind."""
    if instance.kind != InstanceKind.REVIEW:
        return None
    version = find_reviewed(connection, instance.root_key)
    return None if version is None else Reviewed(version.key)
