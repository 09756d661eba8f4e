"""What the navigation shows to whom. A link is a name, a path, the roles that see it and the key that goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flask

from service.identity import Actor, Role
from service.web.edge import READERS, blueprint


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation; without roles everybody sees it. `key` is pressed after `g`."""

    label: str
    path: str
    roles: tuple[str, ...] = ()
    key: str = ""


LEADS = (Role.APPROVER, Role.EXECUTIVE, Role.OWNER, Role.ADMIN)
LINKS = (
    Link("Tasks", "/tasks", key="t"),
    Link("Complaints", "/complaints", READERS, key="c"),
    Link("Register", "/register", (Role.CLERK, Role.HANDLER, Role.ADMIN), key="r"),
    Link("Mailbox", "/mailbox", (Role.CLERK, Role.HANDLER, Role.ADMIN), key="m"),
    Link("Letters to post", "/letters", (Role.CLERK, Role.HANDLER, Role.ADMIN), key="l"),
    Link("My team", "/team", LEADS, key="e"),
    Link("Procedure", "/procedure", READERS, key="p"),
    Link("Clauses", "/clauses", (Role.COMPLIANCE, Role.OWNER, Role.ADMIN)),
    Link("Execution plan", "/plan", (Role.COMPLIANCE, Role.OWNER, Role.EXECUTIVE, Role.ADMIN)),
    Link("Review desk", "/reviews", (Role.COMPLIANCE, Role.OWNER, Role.ADMIN), key="v"),
    Link("Workbench", "/workbench", (Role.OWNER, Role.COMPLIANCE, Role.ADMIN), key="w"),
    Link("Incidents", "/incidents", (Role.ADMIN, Role.OWNER), key="i"),
)


def links_for(actor: Actor) -> Sequence[Link]:
    """The links this person sees, in order."""
    return [link for link in LINKS if not link.roles or actor.has(*link.roles)]


@blueprint.app_context_processor
def _context() -> dict[str, object]:
    account = flask.g.get("account")
    path = flask.request.path
    return {
        "links": links_for(account.actor) if account is not None else (),
        "here": lambda link: path == link.path or path.startswith(link.path + "/"),
        "may_search": account is not None and account.actor.has(*READERS),
    }
