"""Who is told of an emergency: its teams are called, and its diagrams may alert a group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service import cases, letters, policy
from service.builtins import LetterEffect
from service.db import Connection
from service.errors import InvalidInput
from service.execution.child_keys import take_children
from service.execution.tell_person import tell_group
from service.i18n.catalogue import chosen
from service.i18n.dates import Times
from service.identity import Actor
from service.letters import Letter, Queued
from service.letters.texts import letter_text
from service.sentence import Named, Sentence


def call_team(
    connection: Connection,
    profile: policy.Profile,
    root_key: int,
    level: str,
    *,
    language: str,
    actor: Actor,
    now: datetime,
) -> None:
    """A notice to every team that the level wants, and a line of the log. `language` is the
    bank's."""
    teams = policy.emergency_policy(profile)["teams"]
    wanted = [teams[name] for name in policy.level_policy(profile, level)["team"]]
    for entry in wanted:
        duties = chosen(entry["duties"], language, default=entry["duties"]["en"])
        facts = {"level": level, "duties": duties}
        _tell(connection, root_key, "emergency", entry["group"], facts, language=language, now=now)
    for group in sorted({entry["group"] for entry in wanted}):
        tell_group(
            connection,
            group,
            "emergency",
            root_key=root_key,
            subject_key=root_key,
            stamp=level,
            now=now,
        )
    text = Sentence(
        "level {level}: {teams}", level=level, teams=[Named(entry["name"]) for entry in wanted]
    )
    cases.log_action(connection, root_key, at=now, actor=actor.name, kind="team", text=text)


def tell_of_emergency(
    connection: Connection,
    profile: policy.Profile,
    root_key: int,
    effect: LetterEffect,
    *,
    language: str,
    now: datetime,
) -> None:
    """The notice that a diagram of the emergency orders, filed with it, and told to the people of
    the group."""
    known = {name: value for name, value in effect.variables.items() if value is not None}
    if isinstance(report := known.get("report"), dict):
        names = policy.report_names(profile, str(report.get("id")))
        to = chosen(names, language, default=report.get("to"))
        known["report"] = {**report, "to": to}
    facts = {
        "today": Times(language, profile.calendar.zone).letter_day(now),
        "variables": known,
        "severity": None,
    }
    key = _tell(connection, root_key, effect.template, effect.to, facts, language=language, now=now)
    tell_group(connection, effect.to, "alert", root_key=root_key, subject_key=key, now=now)


def _tell(
    connection: Connection,
    root_key: int,
    template: str,
    to: str,
    facts: dict[str, Any],
    *,
    language: str,
    now: datetime,
) -> int:
    """File the notice; one that cannot be written is an incident. Its key."""
    found, key = cases.find_emergency(connection, root_key), take_children(connection, root_key, 2)
    known = {
        "number": found.number if found else "",
        "level": found.level if found else "",
        **facts,
    }
    try:
        text = letter_text(connection, root_key, template, letters.spoken(language))
        written = letters.write_letter(
            template, language=language, recipient=to, audience="staff", facts=known, text=text
        )
        queued = Queued(key, key + 1, written)
    except InvalidInput as error:
        wanted = Letter(template, language, "staff", to, template, "", {"missing": error.message})
        queued = Queued(key, key + 1, wanted, missing=error.message)
    letters.queue_letters(connection, root_key, [queued], now=now)
    return key
