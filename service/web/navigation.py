"""What the navigation shows to whom. A link is a name, a path, the permission that shows it and the
key that goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flask

from service.identity import Actor, Permission
from service.web.edge import blueprint


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation, for those who have its permission. `key` is pressed after
    `g`; `icon` names a symbol of `static/icons.svg`."""

    label: str
    path: str
    may: Permission
    key: str = ""
    icon: str = "circle-dot"


LINKS = (
    Link("Today", "/today", Permission.SIGNED_IN, key="h", icon="sun"),
    Link("Tasks", "/tasks", Permission.SIGNED_IN, key="t", icon="inbox"),
    Link("Complaints", "/complaints", Permission.READ_COMPLAINTS, key="c", icon="folder-open"),
    Link("Register", "/register", Permission.REGISTER_COMPLAINTS, key="r", icon="plus"),
    Link("Mailbox", "/mailbox", Permission.READ_MAILBOX, key="m", icon="mail"),
    Link("Letters to post", "/letters", Permission.POST_LETTERS, key="l", icon="send"),
    Link("Insight", "/insight", Permission.SEE_INSIGHT, key="s", icon="chart-column"),
    Link("My team", "/team", Permission.SEE_TEAM, key="e", icon="users"),
    Link("Emergencies", "/emergencies", Permission.READ_COMPLAINTS, key="x", icon="siren"),
    Link("People", "/people", Permission.PLAN_STAFF, icon="user-round-search"),
    Link("Accounts", "/accounts", Permission.MANAGE_ACCOUNTS, icon="users"),
    Link("Procedure", "/procedure", Permission.READ_DIAGRAMS, key="p", icon="book-open"),
    Link("Other procedures", "/start", Permission.SIGNED_IN, key="o", icon="play"),
    Link("Clauses", "/clauses", Permission.SEE_REVIEWS, icon="list-checks"),
    Link("Execution plan", "/plan", Permission.FOLLOW_PLAN, icon="calendar"),
    Link("Time limits of the law", "/law", Permission.FOLLOW_PLAN, icon="book-open"),
    Link("Review desk", "/reviews", Permission.SEE_REVIEWS, key="v", icon="stamp"),
    Link("Migrations", "/migrations", Permission.MIGRATE_INSTANCES, icon="git-compare"),
    Link("Workbench", "/workbench", Permission.READ_DRAFTS, key="w", icon="pencil-ruler"),
    Link("Incidents", "/incidents", Permission.READ_INCIDENTS, key="i", icon="circle-alert"),
)


MOST = 7
"""Places above the line; those that are gone to now and then stand below it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The places above the line, and those below it."""

    first: Sequence[Link] = ()
    more: Sequence[Link] = ()

    @property
    def every(self) -> Sequence[Link]:
        return (*self.first, *self.more)

    def __bool__(self) -> bool:
        return bool(self.first)


def shown_to(actor: Actor) -> Shown:
    """What the header shows to this person."""
    found = links_for(actor)
    return Shown(found) if len(found) <= MOST else Shown(found[:MOST], found[MOST:])


def links_for(actor: Actor) -> Sequence[Link]:
    """The links this person sees, in order."""
    return [link for link in LINKS if actor.may(link.may)]


@blueprint.app_context_processor
def _context() -> dict[str, object]:
    account = flask.g.get("account")
    shown = shown_to(account.actor) if account is not None else Shown()
    return {
        "links": shown,
        "here": _is_here,
        "may_search": account is not None and account.actor.may(Permission.READ_COMPLAINTS),
    }


def _is_here(link: Link) -> bool:
    path = flask.request.path
    return path == link.path or path.startswith(link.path + "/")
