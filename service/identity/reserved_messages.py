"""Messages that belong to one channel: whoever may send messages may not send these by the API, for
a case takes them as the word of somebody else."""

from __future__ import annotations

from collections.abc import Mapping

from service.identity.actors import Actor, check_permission
from service.identity.permissions import Permission

RESERVED_MESSAGES: Mapping[str, Permission] = {
    "complaint-withdrawn": Permission.SPEAK_AS_CUSTOMER,
    "customer-answer": Permission.SPEAK_AS_CUSTOMER,
    "offer-answer": Permission.SPEAK_AS_CUSTOMER,
    "emergency-raised": Permission.RAISE_BY_RULE,
}
"""By the name of the message. The name of any other is the sender's own business."""


def check_may_send(actor: Actor, message: str) -> None:
    """Raises Forbidden for a message that is reserved to a channel that is not the actor's."""
    needed = RESERVED_MESSAGES.get(message)
    if needed is not None:
        check_permission(actor, needed)
