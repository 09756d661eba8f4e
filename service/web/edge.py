"""What every page shares: the blueprint, who is here, the language, the traffic light, the page
asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import flask
from markupsafe import Markup, escape

from service import definitions
from service.db import MOST_COUNTED, Connection
from service.edge import parts as parts
from service.errors import Unauthenticated, Unavailable
from service.i18n.amounts import exact_number, money, number
from service.i18n.catalogue import chosen, listed, say, say_many
from service.i18n.dates import Times, day, weekday
from service.i18n.languages import LANGUAGES, best_language, is_known, language_of
from service.identity import Account, Actor, Permission, check_permission
from service.policy import LEVELS, said
from service.web.assets import asset_url
from service.web.headline import subject_of
from service.web.zones import house_zone, zone, zone_of

View = TypeVar("View", bound=Callable[..., Any])
PAGE_SIZE = 50
THEMES = ("light", "dark")
SOON = timedelta(hours=24)
YEAR_SECONDS = 31_536_000
blueprint = flask.Blueprint(
    "web", __name__, template_folder=str(Path(__file__).parent / "templates")
)


def now() -> datetime:
    return parts().clock.now()


def times(root_key: int | None = None) -> Times:
    """How this page tells moments: of the case of `root_key`, or of what the page is about. The
    zone is named where the bank's clocks show another time."""
    told = zone() if root_key is None else zone_of(root_key)
    return Times(language(), told, ZoneInfo(parts().settings.timezone))


def local_day() -> date:
    """The day it is where the bank is."""
    return now().astimezone(house_zone()).date()


def actor() -> Actor:
    """Who asks; only within a page that is for people who are signed in."""
    account: Account = flask.g.account
    return account.actor


def check_ready(connection: Connection) -> None:
    """Raises Unavailable unless a complaint could be registered now."""
    if definitions.find_released(connection, "complaint") is None:
        raise Unavailable("No complaint procedure is released.")


def signed_in(may: Permission = Permission.SIGNED_IN) -> Callable[[View], View]:
    """Only for people who are signed in and may do this."""

    def around(view: View) -> View:
        @wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            account: Account | None = flask.g.account
            if account is None and flask.request.method != "GET":
                raise Unauthenticated("You were signed out meanwhile. Sign in and send it anew.")
            if account is None:
                return to_sign_in()
            check_permission(account.actor, may)
            return view(*args, **kwargs)

        return inner  # type: ignore[return-value]

    return around


def may(permission: str) -> bool:
    """Whether who asks has a permission, for templates. Raises ValueError for an unknown one."""
    wanted, account = Permission(permission), flask.g.get("account")
    return account is not None and account.actor.may(wanted)


def to_sign_in() -> Any:
    """Sent to sign in; afterwards back to where the visitor wanted to go. A part of a page that
    looks by itself is answered nothing, so that the page stays with what is being typed in it."""
    if flask.request.method == "GET" and "HX-Request" in flask.request.headers:
        return "", 204
    return flask.redirect(flask.url_for("web.sign_in", next=flask.request.full_path.rstrip("?")))


def inside(target: str) -> str:
    """A path of this site, "/" for anything that leads elsewhere or cannot be a header's value.
    Browsers take a backslash for a slash, and leave out tabs and line breaks (WHATWG URL, 4.4)."""
    plain = target.startswith("/") and target.isprintable() and "\\" not in target
    return target if plain and not target.startswith("//") else "/"


def language() -> str:
    """The language of this page: chosen, or the account's, or what the browser accepts."""
    asked = flask.request.cookies.get("language")
    if asked is not None and is_known(asked):
        return asked
    account: Account | None = flask.g.get("account")
    if account is not None and account.language in LANGUAGES and account.language != "en":
        return account.language
    return best_language(tag for tag, _ in flask.request.accept_languages)


def file_size(size: int) -> str:
    """Bytes as people read them: `740 B`, `16 kB`, `2.1 MB` (powers of ten)."""
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{round(size / 1_000)} kB"
    return f"{size / 1_000_000:.1f} MB"


@blueprint.app_template_filter("breakable")
def breakable(address: str) -> Markup:
    """An address that may break at its `@`, dots and slashes instead of within a word."""
    return Markup(re.sub(r"([@./])(?=.)", r"\1<wbr>", str(escape(address))))  # noqa: S704 (escaped)


def initials_of(name: str) -> str:
    """The letters of an avatar: the first of the first and last word; one character of Chinese."""
    words = name.split()
    if not words:
        return "?"
    if not words[0].isascii():
        return words[0][0]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def light_of(due: datetime | None, at: datetime) -> str:
    """The traffic light of a due date: `none`, `late`, `soon` or `fine`."""
    if due is None or due.year == 9999:
        return "none"
    if due <= at:
        return "late"
    return "soon" if due - at < SOON else "fine"


@blueprint.app_context_processor
def _context() -> dict[str, Any]:
    spoken, told, at = language(), times(), now()
    theme = flask.request.cookies.get("theme", "")
    return {
        "_": lambda text: say(text, spoken),
        "lang": spoken,
        "languages": LANGUAGES,
        "theme": theme if theme in THEMES else "auto",
        "account": flask.g.get("account"),
        "may": may,
        "bank": parts().settings.bank_name,
        "asset": asset_url,
        "most": MOST_COUNTED,
        "colon": language_of(spoken).colon,
        "sentence": language_of(spoken).sentence,
        "bracketed": language_of(spoken).bracketed,
        "moment": lambda at, root=None: (told if root is None else times(root)).moment(at),
        "day_of": lambda at, root=None: (told if root is None else times(root)).day(at),
        "instant": datetime.fromisoformat,
        "day": lambda on: day(on, spoken),
        "weekday": lambda on: weekday(on, spoken),
        "zone_note": told.zone_note,
        "in_figures": lambda value: number(value, spoken),
        "exactly": lambda value: exact_number(value, spoken),
        "listed": lambda items: listed(items, spoken),
        "_n": lambda one, many, n: say_many(one, many, n, spoken),
        "initials": initials_of,
        "escalation_levels": LEVELS,
        "file_size": file_size,
        "money": lambda amount, currency: money(amount, currency, spoken),
        "headline": subject_of,
        "clock_name": said,
        "light": lambda due: light_of(due, at),
        "chosen": lambda texts, default: chosen(texts, spoken, default=default),
        "named": lambda properties, name: chosen(properties, spoken, prefix="name:", default=name),
    }
