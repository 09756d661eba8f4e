"""The command palette: what this person may go to or do, found by a few letters. Cases by number,
customer or text, tasks, places, actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import flask

from service import cases, reporting
from service.db import Connection
from service.i18n.catalogue import chosen, say
from service.identity import Permission
from service.reporting import InboxFilter, InboxRow
from service.tasks import Scope
from service.web.edge import actor, blueprint, language, parts, signed_in
from service.web.headline import subject_of
from service.web.inbox_view import with_text
from service.web.navigation import Link, links_for

MOST = 6
"""So many of each kind are shown."""
LOOKED_AT = 50
"""The name of a task is looked for among so many of the nearest."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One line: where it leads, or with `post` what it does there. `beside` tells it from others of
    its name."""

    words: str
    path: str
    icon: str
    beside: str = ""
    post: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind."""

    name: str
    offers: Sequence[Offer]


ACTIONS = (
    Link("Register a complaint", "/register", Permission.REGISTER_COMPLAINTS, icon="plus"),
    Link("Claim next", "/tasks/next", Permission.SIGNED_IN, icon="play"),
    Link("Call an emergency", "/emergencies#call", Permission.DECLARE_EMERGENCIES, icon="siren"),
    Link("Saved replies", "/replies", Permission.WRITE_LETTERS, icon="message-square"),
    Link("Help", "/help", Permission.SIGNED_IN, icon="circle-question-mark"),
    Link("Notices", "/notices", Permission.SIGNED_IN, icon="bell"),
    Link("Sign out", "/sign-out", Permission.SIGNED_IN, icon="x"),
)
POSTED = frozenset({"/tasks/next", "/sign-out"})
"""What does something at once."""
OF_CASE = (
    Link("Write to the customer", "/letters/new", Permission.WRITE_LETTERS, icon="mail"),
    Link("Log a contact", "/evidence#contacts", Permission.READ_COMPLAINTS, icon="phone"),
    Link("Related complaints", "/related", Permission.READ_COMPLAINTS, icon="link"),
)
"""What can be done with the one case that was found; paths below its page."""


@blueprint.get("/palette")
@signed_in()
def palette() -> Any:
    """The lines for what was typed so far; without any, the nearest tasks and every place."""
    text = flask.request.args.get("q", "").strip()[:200]
    with parts().runtime.database.read() as connection:
        groups = [each for each in _groups(connection, text) if each.offers]
    return flask.render_template("palette.html", groups=groups, q=text)


def _groups(connection: Connection, text: str) -> Iterator[Group]:
    spoken, found = language(), _cases(connection, text)
    yield Group(say("Complaints", spoken), found)
    if len(found) == 1:
        yield Group(say("With this complaint", spoken), _with_case(found[0]))
    yield Group(say("Tasks", spoken), _tasks(connection, text))
    yield Group(
        say("Places", spoken), [_offer(each) for each in _fitting(links_for(actor()), text)]
    )
    able = [each for each in ACTIONS if actor().may(each.may)]
    yield Group(say("Actions", spoken), [_offer(each) for each in _fitting(able, text)])


def _cases(connection: Connection, text: str) -> list[Offer]:
    if not text or not actor().may(Permission.READ_COMPLAINTS):
        return []
    rows = cases.page_complaints(connection, text, size=MOST).rows
    return [
        Offer(
            subject_of(row),
            f"/complaints/{row.number}",
            "folder-open",
            " · ".join(filter(None, (row.number, row.customer_name))),
        )
        for row in rows[:MOST]
    ]


def _with_case(case: Offer) -> list[Offer]:
    return [
        Offer(say(each.label, language()), case.path + each.path, each.icon, case.beside)
        for each in OF_CASE
        if actor().may(each.may)
    ]


def _tasks(connection: Connection, text: str) -> list[Offer]:
    """Open tasks that this person may see: of the cases that fit the text, and by their name."""
    near = reporting.list_inbox(connection, actor(), scope=Scope.MINE, size=LOOKED_AT).rows
    near = [
        *near,
        *reporting.list_inbox(connection, actor(), scope=Scope.GROUPS, size=LOOKED_AT).rows,
    ]
    named = [row for row in near if _fits(_name(row), text)]
    of_cases: Sequence[InboxRow] = ()
    if text:
        only = with_text(connection, InboxFilter(), text)
        of_cases = reporting.list_inbox(
            connection, actor(), scope=Scope.ALL, only=only, size=MOST
        ).rows
    rows = {row.key: row for row in (*of_cases, *named)}
    return [
        Offer(
            _name(row),
            f"/tasks/{row.key}",
            "inbox",
            " · ".join(filter(None, (row.number, row.customer))),
        )
        for row in list(rows.values())[:MOST]
    ]


def _name(row: InboxRow) -> str:
    return str(chosen(row.properties, language(), prefix="name:", default=row.name))


def _fitting(entries: Iterable[Link], text: str) -> list[Link]:
    return [each for each in entries if _fits(say(each.label, language()), text)]


def _fits(words: str, text: str) -> bool:
    """Whether every word that was typed is in these."""
    return all(each in words.casefold() for each in text.casefold().split())


def _offer(link: Link) -> Offer:
    return Offer(say(link.label, language()), link.path, link.icon, post=link.path in POSTED)
