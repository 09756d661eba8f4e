"""Help: what the product's own words mean and how the daily things are done; and what a person does
first on their first day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flask

from service.i18n.catalogue import say
from service.i18n.help_texts import help_in
from service.identity import Actor, Permission
from service.sentence import Sentence
from service.web.edge import actor, blueprint, inside, language, signed_in

SEEN = "first_day"
"""The cookie that says that the card was read."""
A_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do first, where, and for whom."""

    words: str
    path: str
    may: Permission


STEPS: Sequence[Step] = (
    Step(
        Sentence("Add the people of the bank, with their roles; a colleague grants what you ask."),
        "/accounts",
        Permission.MANAGE_ACCOUNTS,
    ),
    Step(
        Sentence("Register a complaint while its customer talks; the number is read back to them."),
        "/register",
        Permission.REGISTER_COMPLAINTS,
    ),
    Step(
        Sentence("Sort the mails that nobody could place by themselves."),
        "/mailbox",
        Permission.READ_MAILBOX,
    ),
    Step(
        Sentence(
            "Decide what a handler proposes: sum, finding and draft reply stand above the form."
        ),
        "/tasks?show=groups",
        Permission.ASSIGN_TASKS,
    ),
    Step(
        Sentence("See who has how much, and give work to somebody else."),
        "/team",
        Permission.SEE_TEAM,
    ),
    Step(
        Sentence("Read the procedure: what you see is what runs."),
        "/procedure",
        Permission.READ_DIAGRAMS,
    ),
    Step(
        Sentence("Change a copy of the procedure; checks and proofs say what is wrong beforehand."),
        "/workbench",
        Permission.EDIT_DRAFTS,
    ),
    Step(
        Sentence("Review what others want to change, in words, before and after."),
        "/reviews",
        Permission.DECIDE_VERSIONS,
    ),
    Step(Sentence("See what stands still and why."), "/incidents", Permission.READ_INCIDENTS),
    Step(
        Sentence("Call an emergency when you hear of a danger, or stand one down."),
        "/emergencies",
        Permission.DECLARE_EMERGENCIES,
    ),
    Step(
        Sentence("Claim a task of your group, do it, and see what comes next."),
        "/tasks?show=groups",
        Permission.SIGNED_IN,
    ),
    Step(
        Sentence("Press Ctrl K, and type a name, a number or what you want to do."),
        "/help#keys",
        Permission.SIGNED_IN,
    ),
)
MOST = 5


@blueprint.get("/help")
@signed_in()
def help_page() -> Any:
    return flask.render_template(
        "help.html", topics=help_in(language()), steps=first_steps(actor())
    )


@blueprint.post("/first-day")
@signed_in()
def first_day_done() -> Any:
    """The card is not shown again in this browser."""
    answer = flask.redirect(inside(flask.request.form.get("back", "/today")))
    answer.set_cookie(SEEN, "done", max_age=A_YEAR, httponly=True, samesite="Lax")
    return answer


def first_steps(who: Actor) -> Sequence[tuple[str, str]]:
    """What this person does first: words and path. Those of their own roles come before those of
    all."""
    able = [step for step in STEPS if who.may(step.may)]
    own, of_all = able[:-2], able[-2:]
    return [(say(step.words, language()), step.path) for step in (*own[: MOST - 2], *of_all)]


def first_day(cookies: Mapping[str, str], who: Actor) -> Sequence[tuple[str, str]]:
    """The steps of the card; none once it was read."""
    return () if cookies.get(SEEN) else first_steps(who)
