"""What the navigation shows to whom. A link is a name, a path, the roles that see it and the key
that goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flask

from service.identity import GRANTS, Actor, Permission, Role
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
    Link("Emergencies", "/emergencies", READERS, key="x"),
    Link("People", "/people", (Role.APPROVER, Role.EXECUTIVE, Role.ADMIN)),
    Link("Procedure", "/procedure", READERS, key="p"),
    Link("Clauses", "/clauses", (Role.COMPLIANCE, Role.OWNER, Role.ADMIN)),
    Link("Execution plan", "/plan", (Role.COMPLIANCE, Role.OWNER, Role.EXECUTIVE, Role.ADMIN)),
    Link("Review desk", "/reviews", (Role.COMPLIANCE, Role.OWNER, Role.ADMIN), key="v"),
    Link("Migrations", "/migrations", GRANTS[Permission.MIGRATE_INSTANCES]),
    Link("Workbench", "/workbench", (Role.OWNER, Role.COMPLIANCE, Role.ADMIN), key="w"),
    Link("Incidents", "/incidents", (Role.ADMIN, Role.OWNER), key="i"),
)


MOST = 5
"""Links in the row; the others are in a menu."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The links in the row, and those in the menu."""

    first: Sequence[Link] = ()
    more: Sequence[Link] = ()

    def __bool__(self) -> bool:
        return bool(self.first)


def shown_to(actor: Actor) -> Shown:
    """What the header shows to this person."""
    found = links_for(actor)
    return Shown(found) if len(found) <= MOST else Shown(found[:MOST], found[MOST:])


def links_for(actor: Actor) -> Sequence[Link]:
    """The links this person sees, in order."""
    return [link for link in LINKS if not link.roles or actor.has(*link.roles)]


@blueprint.app_context_processor
def _context() -> dict[str, object]:
    account = flask.g.get("account")
    shown = shown_to(account.actor) if account is not None else Shown()
    return {
        "links": shown,
        "here": _is_here,
        "in_menu": any(_is_here(link) for link in shown.more),
        "may_search": account is not None and account.actor.has(*READERS),
    }


def _is_here(link: Link) -> bool:
    path = flask.request.path
    return path == link.path or path.startswith(link.path + "/")
