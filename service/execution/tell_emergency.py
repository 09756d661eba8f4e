"""Who is told of an emergency: its teams are called, and its diagrams may alert a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    notices = [
        (
            entry["group"],
            {
                "level": level,
                "duties": chosen(entry["duties"], language, default=entry["duties"]["en"]),
            },
        )
        for entry in wanted
    ]
    _tell(connection, root_key, "emergency", notices, language=language, now=now)
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
    notices = [(effect.to, facts)]
    key = _tell(connection, root_key, effect.template, notices, language=language, now=now)
    tell_group(connection, effect.to, "alert", root_key=root_key, subject_key=key, now=now)


def _tell(
    connection: Connection,
    root_key: int,
    template: str,
    notices: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    language: str,
    now: datetime,
) -> int:
    """File a notice for each group, with what it is told; one that cannot be written is an
    incident. The key of the first."""
    found = cases.find_emergency(connection, root_key)
    known = {"number": found.number if found else "", "level": found.level if found else ""}
    text = letter_text(connection, root_key, template, letters.spoken(language))
    first = take_children(connection, root_key, 2 * len(notices))
    queued = [
        _write(template, text, to, {**known, **facts}, language=language, key=first + 2 * number)
        for number, (to, facts) in enumerate(notices)
    ]
    letters.queue_letters(connection, root_key, queued, now=now)
    return first


def _write(
    template: str,
    text: str | None,
    to: str,
    facts: Mapping[str, Any],
    *,
    language: str,
    key: int,
) -> Queued:
    try:
        written = letters.write_letter(
            template, language=language, recipient=to, audience="staff", facts=facts, text=text
        )
    except InvalidInput as error:
        wanted = Letter(template, language, "staff", to, template, "", {"missing": error.message})
        return Queued(key, key + 1, wanted, missing=error.message)
    return Queued(key, key + 1, written)
