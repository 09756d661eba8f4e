"""Drafts: change a copy of a version's files, each save a revision that nobody overwrites unseen.

Who saves says which revision was changed; when another one is there, nothing is written. Each save
is a revision of its own. Long after, those that one person made in close order are thinned out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.db import Connection
from service.definitions.draft_tables import draft, draft_file
from service.definitions.shipped import DEFINITION_SUFFIXES
from service.definitions.store import read_files
from service.errors import InvalidInput, NotFound, StateConflict, TooLarge

MAX_FILE_BYTES = 2_000_000
MAX_FILES = 200
KEPT_WHOLE = timedelta(hours=1)
"""How long every revision is kept."""
SITTING = timedelta(minutes=10)
"""Of what one person saved within this time, the last is kept for good."""
THIN_EVERY = 20
"""Revisions of a file after which it is looked whether some can go."""
_PATH = re.compile(
    r"(processes|processes/(rules|scenarios|drills|letters)|forms)/\w[\w .,()&+-]{0,120}"
)


class DraftChanged(StateConflict):
    """Somebody else has changed this file."""

    code = "draft-changed"


@dataclass(frozen=True, slots=True)
class Draft:
    """A change of a bundle under way."""

    key: int
    name: str
    title: str
    base_bundle_key: int | None
    state: str
    made_bundle_key: int | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file as it was saved last; `size` is None when it was removed."""

    path: str
    revision: int
    size: int | None
    saved_at: datetime
    saved_by: str


_LAST = (
    sa.select(draft_file.c.path, sa.func.max(draft_file.c.revision).label("revision"))
    .where(draft_file.c.draft_key == sa.bindparam("b_key"))
    .group_by(draft_file.c.path)
    .subquery()
)
_CURRENT = (
    sa.select(draft_file)
    .join(_LAST, (_LAST.c.path == draft_file.c.path) & (_LAST.c.revision == draft_file.c.revision))
    .where(draft_file.c.draft_key == sa.bindparam("b_key"))
    .order_by(draft_file.c.path)
)


def open_draft(
    connection: Connection,
    *,
    key: int,
    name: str,
    title: str,
    base_bundle_key: int | None,
    actor: str,
    now: datetime,
) -> Draft:
    """Start a draft with the files of a version. Raises NotFound, or InvalidInput for a title that
    says nothing."""
    if not title.strip() or len(title) > 200:
        raise InvalidInput(
            "expected a title of 1 to 200 characters, got {count}", count=len(title.strip())
        )
    files = {} if base_bundle_key is None else read_files(connection, base_bundle_key)
    row = Draft(key, name, title.strip(), base_bundle_key, "open", None, now, actor)
    connection.execute(
        sa.insert(draft), {name: getattr(row, name) for name in Draft.__dataclass_fields__}
    )
    rows = [
        {
            "draft_key": key,
            "path": path,
            "revision": 1,
            "content": content,
            "saved_at": now,
            "saved_by": "",
        }
        for path, content in files.items()
    ]
    if rows:
        connection.execute(sa.insert(draft_file), rows)
    return row


def get_draft(connection: Connection, key: int) -> Draft:
    """A draft. Raises NotFound."""
    row = connection.execute(sa.select(draft).where(draft.c.key == key)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no draft {key}.", key=key)
    return Draft(**row)


def list_drafts(
    connection: Connection, *, before: int | None = None, limit: int = 200
) -> list[Draft]:
    """Drafts, the newest first, from just before a key."""
    query = sa.select(draft) if before is None else sa.select(draft).where(draft.c.key < before)
    query = query.order_by(draft.c.key.desc()).limit(limit)
    return [Draft(**row) for row in connection.execute(query).mappings()]


def list_draft_files(connection: Connection, key: int) -> list[DraftFile]:
    """What is in a draft now, removed files too, by path."""
    return [_file(row) for row in connection.execute(_CURRENT, {"b_key": key})]


def read_draft(connection: Connection, key: int) -> dict[str, bytes]:
    """Path → content of a draft as it is now."""
    return {
        row.path: row.content
        for row in connection.execute(_CURRENT, {"b_key": key})
        if row.content is not None
    }


def read_draft_file(
    connection: Connection, key: int, path: str, *, revision: int | None = None
) -> tuple[DraftFile, bytes]:
    """A file of a draft with its content, the newest or a certain revision. Raises NotFound."""
    query = sa.select(draft_file).where(draft_file.c.draft_key == key, draft_file.c.path == path)
    if revision is not None:
        query = query.where(draft_file.c.revision == revision)
    row = connection.execute(query.order_by(draft_file.c.revision.desc()).limit(1)).one_or_none()
    if row is None or row.content is None:
        raise NotFound("There is no file {path!r} in this draft.", path=path)
    return _file(row), bytes(row.content)


def list_revisions(connection: Connection, key: int, path: str) -> list[DraftFile]:
    """Every revision of a file that is kept, the newest first."""
    query = sa.select(draft_file).where(draft_file.c.draft_key == key, draft_file.c.path == path)
    return [_file(row) for row in connection.execute(query.order_by(draft_file.c.revision.desc()))]


def save_draft_file(
    connection: Connection,
    key: int,
    path: str,
    content: bytes | None,
    *,
    revision: int,
    actor: str,
    now: datetime,
) -> DraftFile:
    """Save a file that was changed from `revision` (0: a new file); without content it is removed.

    Raises DraftChanged when another revision is there, StateConflict when the draft is no longer
    open, InvalidInput for a path that is none of a definition, TooLarge.
    """
    found = get_draft(connection, key)
    if found.state != "open":
        raise StateConflict(
            "The draft “{title}” is {found_state}; it can no longer be changed.",
            title=found.title,
            found_state=found.state,
        )
    check_path(path)
    if content is not None and len(content) > MAX_FILE_BYTES:
        raise TooLarge(
            "expected at most {most} bytes in {path}, got {count}",
            most=MAX_FILE_BYTES,
            path=path,
            count=len(content),
        )
    last = _last(connection, key, path)
    if (0 if last is None else last.revision) != revision:
        raise _changed(path, last)
    if revision % THIN_EVERY == 0:
        _thin(connection, key, path, before=now - KEPT_WHOLE)
    row = {"content": content, "saved_at": now, "saved_by": actor}
    _insert(connection, {"draft_key": key, "path": path, "revision": revision + 1, **row}, path)
    return DraftFile(path, revision + 1, None if content is None else len(content), now, actor)


def list_drafters(connection: Connection, files: Collection[tuple[int, str]]) -> set[str]:
    """Everybody who saved one of these files, each a version and a path, in the draft that the
    version was made of."""
    query = (
        sa.select(draft.c.made_bundle_key, draft_file.c.path, draft_file.c.saved_by)
        .join(draft, draft.c.key == draft_file.c.draft_key)
        .where(
            draft.c.made_bundle_key.in_({bundle_key for bundle_key, _ in files}),
            draft_file.c.saved_by != "",
        )
        .distinct()
    )
    return {
        str(row.saved_by)
        for row in connection.execute(query)
        if (row.made_bundle_key, row.path) in files
    }


def end_draft(
    connection: Connection, key: int, state: str, *, made_bundle_key: int | None = None
) -> None:
    """Close an open draft as `deployed` or `discarded`. Raises NotFound, StateConflict."""
    found = get_draft(connection, key)
    done = connection.execute(
        sa.update(draft)
        .where(draft.c.key == key, draft.c.state == "open")
        .values(state=state, made_bundle_key=made_bundle_key)
    )
    if done.rowcount != 1:
        raise StateConflict(
            "The draft “{title}” is {found_state} already.",
            title=found.title,
            found_state=found.state,
        )


def reopen_draft(connection: Connection, made_bundle_key: int) -> None:
    """The version that a draft made was returned: the draft goes on."""
    _set_state(connection, made_bundle_key, "deployed", "open")


def close_draft(connection: Connection, made_bundle_key: int) -> None:
    """The version that a draft made was submitted as it is: the draft is that version."""
    _set_state(connection, made_bundle_key, "open", "deployed")


def _set_state(connection: Connection, made_bundle_key: int, before: str, after: str) -> None:
    which = (draft.c.made_bundle_key == made_bundle_key) & (draft.c.state == before)
    connection.execute(sa.update(draft).where(which).values(state=after))


def changed_paths(files: Mapping[str, bytes], base: Mapping[str, bytes]) -> dict[str, str]:
    """Path → `added`, `removed` or `changed` against the version it started from."""
    marks = {path: "removed" for path in base if path not in files}
    for path, content in files.items():
        if path not in base:
            marks[path] = "added"
        elif base[path] != content:
            marks[path] = "changed"
    return marks


def check_path(path: str) -> None:
    """Raises InvalidInput unless a definition file may be called so."""
    if not _PATH.fullmatch(path) or ".." in path or not path.endswith(DEFINITION_SUFFIXES):
        endings = ", ".join(DEFINITION_SUFFIXES)
        raise InvalidInput(
            "expected processes/NAME or forms/NAME ending in {endings}, got {path!r}",
            endings=endings,
            path=path[:100],
        )


def _thin(connection: Connection, key: int, path: str, *, before: datetime) -> None:
    """Of the revisions that one person made in close order, keep the last; the first of all is what
    the draft began with."""
    mine = (draft_file.c.draft_key == key, draft_file.c.path == path)
    columns = (draft_file.c.revision, draft_file.c.saved_at, draft_file.c.saved_by)
    query = sa.select(*columns).where(*mine, draft_file.c.saved_at < before)
    old = connection.execute(query.order_by(draft_file.c.revision.desc())).all()
    kept: Any = None
    gone = []
    for each in old[:-1]:
        same = kept is not None and kept.saved_by == each.saved_by
        if kept is not None and same and kept.saved_at - each.saved_at < SITTING:
            gone.append(each.revision)
        else:
            kept = each
    if gone:
        connection.execute(sa.delete(draft_file).where(*mine, draft_file.c.revision.in_(gone)))


def _last(connection: Connection, key: int, path: str) -> DraftFile | None:
    query = sa.select(draft_file).where(draft_file.c.draft_key == key, draft_file.c.path == path)
    row = connection.execute(query.order_by(draft_file.c.revision.desc()).limit(1)).one_or_none()
    return None if row is None else _file(row)


def _insert(connection: Connection, row: Mapping[str, object], path: str) -> None:
    try:
        connection.execute(sa.insert(draft_file), row)
    except sa.exc.IntegrityError as error:
        raise DraftChanged(
            "{path} was changed by somebody else at this moment. Open it again.", path=path
        ) from error


def _changed(path: str, last: DraftFile | None) -> DraftChanged:
    if last is None:
        return DraftChanged(
            "{path} is not in this draft any more. Open the draft again.", path=path
        )
    who = last.saved_by or "somebody"
    return DraftChanged(
        "{path} was changed by {who} at {saved_at:%Y-%m-%d %H:%M:%S} UTC (revision {revision}).",
        path=path,
        who=who,
        saved_at=last.saved_at,
        revision=last.revision,
    )


def _file(row: sa.Row[tuple[object, ...]]) -> DraftFile:
    size = None if row.content is None else len(row.content)
    return DraftFile(row.path, row.revision, size, row.saved_at, row.saved_by)
