"""The teams of an emergency are called: a notice to each, and a line of the log."""

from __future__ import annotations

from datetime import datetime

from service import cases, notifications
from service.db import Connection
from service.identity import Actor
from service.operations.child_key import take_child


def call_team(
    connection: Connection, profile: cases.Profile, root_key: int, level: str, *, actor: Actor, now: datetime
) -> None:
    """A notice to every team that the level wants, and a line of the log."""
    policy = cases.emergency_policy(profile)
    wanted = [policy["teams"][name] for name in cases.level_policy(profile, level)["team"]]
    found = cases.find_emergency(connection, root_key)
    letters = []
    for entry in wanted:
        facts = {"number": found.number if found else "", "level": level, "duties": entry["duties"]["en"]}
        written = notifications.write_letter(
            "emergency", language="en", recipient=entry["group"], audience="staff", facts=facts
        )
        key = take_child(connection, root_key)
        letters.append(notifications.Queued(key, take_child(connection, root_key), written))
    notifications.queue_letters(connection, root_key, letters, now=now)
    text = ", ".join(entry["name"]["en"] for entry in wanted)
    cases.log_action(connection, root_key, at=now, actor=actor.name, kind="team", text=f"level {level}: {text}")
