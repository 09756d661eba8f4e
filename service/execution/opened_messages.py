"""The message subscriptions that a step opens, and the lock that lets no message pass them by."""

from __future__ import annotations

from service import jobs
from service.db import Connection
from service.engine import Step
from service.engine import changes as c


def opened_messages(step: Step) -> list[c.SubscriptionOpened]:
    """The message subscriptions that a step opened and left open."""
    opened = [
        change
        for change in step.changes
        if type(change) is c.SubscriptionOpened and change.kind == "message"
    ]
    if not opened:
        return opened  # as most steps do
    ended = {change.id for change in step.changes if type(change) is c.SubscriptionEnded}
    return [change for change in opened if change.id not in ended]


def lock_opened(connection: Connection, step: Step) -> None:
    """To be called before the step is written: no message of these names passes by until the
    transaction ends."""
    jobs.lock_messages(
        connection, {(each.name, each.correlation_key) for each in opened_messages(step)}
    )
