"""Colleagues who are named in a comment: found by a few letters while it is typed, and called by
their names where it is read."""

from __future__ import annotations

import re
from typing import Any

import flask
from markupsafe import Markup, escape

from service import identity
from service.cases import MENTION
from service.web.edge import blueprint, parts, signed_in
from service.web.persons import person

MOST = 8
LONGEST = 60


@blueprint.get("/mentions")
@signed_in()
def mentions() -> Any:
    """People of the bank by the beginning of an account, or by a part of a name."""
    text = flask.request.args.get("q", "")[:LONGEST].strip()
    with parts().runtime.database.read() as connection:
        people = identity.find_people(connection, text, limit=MOST)
    return flask.render_template("mentions.html", people=people)


@blueprint.app_template_filter("mentioned")
def mentioned(body: str) -> Markup:
    """A comment with whom it mentions by name; the account stands in its title."""

    def named(found: re.Match[str]) -> str:
        account = found[1]
        shown = person(account)
        if shown == account:
            return found[0]
        return Markup('<b class="mention" title="{}">@{}</b>').format(account, shown)

    # nothing that is escaped looks like a mention: names have neither & nor ;
    return Markup(MENTION.sub(named, str(escape(body))))  # noqa: S704
