"""The message subscriptions that a step opens."""

from __future__ import annotations

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
