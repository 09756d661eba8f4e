"""A change that compliance gave back: what was said of it, where the draft goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.db import Connection
from service.definitions import Comment, Draft
from service.definitions import review as rows
from service.definitions.review_states import PAST, ReviewState, Verb


@dataclass(frozen=True, slots=True)
class Returned:
    """The version that was returned, who returned it, when and why, and what was said of its
    elements and is not answered."""

    bundle_key: int
    by: str
    at: datetime
    reason: str
    comments: tuple[Comment, ...]


def find_returned(connection: Connection, draft: Draft) -> Returned | None:
    """None for a draft that was never returned, or is no longer being changed."""
    if draft.state != "open" or draft.made_bundle_key is None:
        return None
    version = rows.get_version(connection, draft.made_bundle_key)
    if version.state is not ReviewState.RETURNED:
        return None
    steps = rows.list_steps(connection, version.key)
    last = next(each for each in reversed(steps) if each.event == PAST[Verb.RETURN])
    said = tuple(
        each for each in rows.list_comments(connection, version.key) if each.resolved_at is None
    )
    return Returned(version.key, last.actor, last.at, str(last.details.get("reason", "")), said)


def said_of(returned: Returned | None, path: str) -> list[dict[str, Any]]:
    """The comments on one file, as an editor shows them beside what the check finds."""
    return [
        {
            "code": "comment",
            "file": path,
            "line": 0,
            "element": each.element_id,
            "message": f"{each.author}: {each.text}",
            "fix": "",
            "severity": "comment",
            "path": [],
        }
        for each in (() if returned is None else returned.comments)
        if each.file == path
    ]
