"""How far the bank of a demo is made, on every page while it is; and the doors by which a visitor
goes in as one of its customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask

from service import cases, demo
from service.demo import Progress
from service.intake import portal_access
from service.sentence import Words
from service.web.edge import blueprint, now, parts

DOORS: Words = {
    "n15": "The bank has asked a question",
    "n31": "The outcome is known: is it settled?",
    "n16": "The same in Chinese: a question waits",
}
"""By story: what its customer finds on the portal."""


@dataclass(frozen=True, slots=True)
class Door:
    """A customer whom a visitor can be: the address holds the secret behind its `#`."""

    customer: str
    what: str
    address: str


@blueprint.get("/demo/progress")
def demo_progress() -> Any:
    """The line that says how far it is; nothing once it is over."""
    progress = _find_progress()
    if progress is None:
        return "", 204
    return flask.render_template("demo_progress.html", progress=progress)


@blueprint.app_context_processor
def _context() -> dict[str, Any]:
    return {"demo_progress": _find_progress}


_OVER: set[str] = set()
"""The databases that need not be asked any more."""


def _find_progress() -> Progress | None:
    """How far it is; None when it is over, and where there is no demo."""
    if not parts().settings.demo:
        return None
    database = parts().runtime.database
    name = database.url.render_as_string()
    if name in _OVER:
        return None
    with database.read() as connection:
        found = demo.find_progress(connection)
    if found is None or found.is_over:
        _OVER.add(name)
        return None
    return found


def demo_doors() -> list[Door]:
    """The customers whose cases are there; none where this is no demo."""
    if not parts().settings.demo:
        return []
    found = []
    with parts().runtime.database.read() as connection:
        numbers = {each: demo.find_number(connection, each) for each in DOORS}
        known = {
            story: cases.get_complaint(connection, number)
            for story, number in numbers.items()
            if number is not None
        }
    for story, complaint in known.items():
        if complaint.status == "open":
            address = portal_access.mail_link(
                parts().runtime.database,
                parts().settings.secret_key,
                "",
                complaint.root_key,
                now(),
            )
            found.append(Door(complaint.customer_name or "", DOORS[story], address or "/portal"))
    return found
