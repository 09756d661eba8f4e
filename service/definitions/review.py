"""Reading and writing reviews. Every change of state is a guarded UPDATE and a row of what
happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.db import Connection
from service.definitions.drafts import list_drafters
from service.definitions.review_states import DECIDED, USED, ReviewState
from service.definitions.review_tables import bundle_comment, bundle_review, bundle_step, bundle_tag
from service.definitions.tables import bundle, bundle_file
from service.errors import NotFound, StateConflict


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a bundle with its review. `in_use` is the state of the bundle itself: deployed,
    released, …; once it was released, `state` is the same."""

    key: int
    name: str
    version: int
    content_hash: str
    in_use: str
    created_at: datetime
    created_by: str
    state: ReviewState
    summary: str
    release_at: datetime | None
    root_key: int | None
    """The process instance of the review, which may be over."""
    base_key: int | None
    """What it was compared with, when it was last submitted or decided on."""
    authors: tuple[str, ...] | None
    """Who wrote what is new, by that comparison; None before it was submitted."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said of an element; open until somebody resolved it."""

    key: int
    file: str
    element_id: str
    text: str
    author: str
    at: datetime
    answer: str | None
    resolved_by: str | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class BundleStep:
    """One thing that happened to a version."""

    seq: int
    event: str
    actor: str
    at: datetime
    details: Mapping[str, Any]


_VERSIONS = sa.select(
    bundle.c.key,
    bundle.c.name,
    bundle.c.version,
    bundle.c.content_hash,
    bundle.c.state.label("in_use"),
    bundle.c.created_at,
    bundle.c.created_by,
    bundle_review.c.state,
    bundle_review.c.summary,
    bundle_review.c.release_at,
    bundle_review.c.root_key,
    bundle_review.c.base_key,
    bundle_review.c.authors,
).outerjoin(bundle_review, bundle_review.c.bundle_key == bundle.c.key)


def list_versions(
    connection: Connection, *, before: int | None = None, limit: int = 100
) -> list[Version]:
    """The newest versions first, from just before a key."""
    query = _VERSIONS if before is None else _VERSIONS.where(bundle.c.key < before)
    rows = connection.execute(query.order_by(bundle.c.key.desc()).limit(limit)).mappings()
    return [_version(dict(row)) for row in rows]


def list_used(connection: Connection, name: str, *, limit: int = 100) -> list[Version]:
    """The versions of a name that are or were in force, the newest first."""
    query = _VERSIONS.where(bundle.c.name == name, bundle.c.state.in_(USED))
    rows = connection.execute(query.order_by(bundle.c.version.desc()).limit(limit)).mappings()
    return [_version(dict(row)) for row in rows]


def get_version(connection: Connection, bundle_key: int) -> Version:
    """Raises NotFound."""
    row = connection.execute(_VERSIONS.where(bundle.c.key == bundle_key)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no bundle {bundle_key}.", bundle_key=bundle_key)
    return _version(dict(row))


def _version(row: Mapping[str, Any]) -> Version:
    state = ReviewState(
        row["in_use"] if row["in_use"] in USED else row["state"] or ReviewState.DRAFT
    )
    authors = None if row["authors"] is None else tuple(row["authors"])
    return Version(**{**row, "state": state, "summary": row["summary"] or "", "authors": authors})


def find_reviewed(connection: Connection, root_key: int) -> Version | None:
    """The version whose review runs as this process instance."""
    row = (
        connection.execute(_VERSIONS.where(bundle_review.c.root_key == root_key))
        .mappings()
        .one_or_none()
    )
    return None if row is None else _version(dict(row))


def put_instance(connection: Connection, bundle_key: int, root_key: int | None) -> None:
    """Say which process instance the review of a version is from now on."""
    which = bundle_review.c.bundle_key == bundle_key
    connection.execute(sa.update(bundle_review).where(which).values(root_key=root_key))


def find_base(connection: Connection, version: Version) -> int | None:
    """The version that one is compared with. While it is decided on, that is the one in force; once
    it has been, the one that was in force then, whatever came after."""
    if version.authors is not None and version.state in DECIDED:
        return version.base_key
    return find_in_force(connection, version)


def find_in_force(connection: Connection, version: Version) -> int | None:
    """The version of the same name that is in force beside this one, or was before it."""
    own = sa.select(bundle.c.released_at).where(bundle.c.key == version.key)
    released_at = connection.execute(own).scalar_one()
    query = sa.select(bundle.c.key).where(
        bundle.c.name == version.name,
        bundle.c.key != version.key,
        bundle.c.released_at.is_not(None),
    )
    if released_at is not None:
        together = (bundle.c.released_at == released_at) & (bundle.c.version < version.version)
        query = query.where((bundle.c.released_at < released_at) | together)
    query = query.order_by(bundle.c.released_at.desc(), bundle.c.version.desc()).limit(1)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else int(found)


def list_authors(connection: Connection, version: Version) -> frozenset[str]:
    """Who wrote any part that was not in force already: whoever first stored that content, who
    stored the version, and everybody who saved a file of the draft that either came out of."""
    if version.authors is not None and version.state in DECIDED:
        return frozenset(version.authors)
    return _find_authors(connection, version)


def freeze(connection: Connection, version: Version) -> dict[str, Any]:
    """What the record of the review says from now on: columns and values."""
    return {
        "base_key": find_in_force(connection, version),
        "authors": sorted(_find_authors(connection, version)),
    }


def _find_authors(connection: Connection, version: Version) -> frozenset[str]:
    mine = sa.select(bundle_file.c.path, bundle_file.c.content_hash).where(
        bundle_file.c.bundle_key == version.key
    )
    known = sa.select(bundle_file.c.path, bundle_file.c.content_hash).where(
        bundle_file.c.bundle_key == (find_in_force(connection, version) or 0)
    )
    fresh = {tuple(row) for row in connection.execute(mine)} - {
        tuple(row) for row in connection.execute(known)
    }
    firsts = _first_stored(connection, version.key)
    authors = {version.created_by}
    drafted: set[tuple[int, str]] = set()
    for path, _ in fresh:
        first, by = firsts[path]
        authors.add(by)
        drafted |= {(first, path), (version.key, path)}
    return frozenset(authors | list_drafters(connection, drafted))


def _first_stored(connection: Connection, bundle_key: int) -> dict[str, tuple[int, str]]:
    """For each file of a version the first version that had it with this very content, and who
    stored that one."""
    mine, same = bundle_file.alias("mine"), bundle_file.alias("same")
    place = sa.func.row_number().over(
        partition_by=mine.c.path, order_by=(bundle.c.created_at, bundle.c.version)
    )
    every = (
        sa.select(mine.c.path, bundle.c.key, bundle.c.created_by, place.label("place"))
        .join(same, (same.c.path == mine.c.path) & (same.c.content_hash == mine.c.content_hash))
        .join(bundle, bundle.c.key == same.c.bundle_key)
        .where(mine.c.bundle_key == bundle_key)
        .subquery("every_one")
    )
    query = sa.select(every.c.path, every.c.key, every.c.created_by).where(every.c.place == 1)
    return {row.path: (row.key, str(row.created_by)) for row in connection.execute(query)}


def move_review(
    connection: Connection,
    version: Version,
    following: ReviewState,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Change the state, if it still is what was read. Raises StateConflict."""
    if version.state is ReviewState.DRAFT:
        row = {"bundle_key": version.key, "state": following.value, "summary": "", **(values or {})}
        connection.execute(sa.insert(bundle_review), row)
        return
    done = connection.execute(
        sa.update(bundle_review)
        .where(
            bundle_review.c.bundle_key == version.key, bundle_review.c.state == version.state.value
        )
        .values(state=following.value, **(values or {}))
    )
    if done.rowcount != 1:
        raise StateConflict("Somebody else changed the review at this moment. Open it again.")


def plan_release(
    connection: Connection, bundle_key: int, *, at: datetime | None, actor: str
) -> None:
    """When an approved version is to be released."""
    where = (
        bundle_review.c.bundle_key == bundle_key,
        bundle_review.c.state == ReviewState.APPROVED.value,
    )
    done = connection.execute(
        sa.update(bundle_review).where(*where).values(release_at=at, released_for=actor)
    )
    if done.rowcount != 1:
        raise StateConflict("Only an approved version can be released.")


def list_due_releases(connection: Connection, now: datetime) -> list[tuple[int, str]]:
    """Approved versions whose day has come, with who released them."""
    query = sa.select(bundle_review.c.bundle_key, bundle_review.c.released_for).where(
        bundle_review.c.state == ReviewState.APPROVED.value, bundle_review.c.release_at <= now
    )
    return [(int(row.bundle_key), str(row.released_for)) for row in connection.execute(query)]


def add_step(
    connection: Connection,
    bundle_key: int,
    event: str,
    *,
    actor: str,
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    """Append to what happened. Two at once: the second fails on the primary key."""
    last = sa.select(sa.func.coalesce(sa.func.max(bundle_step.c.seq), 0)).where(
        bundle_step.c.bundle_key == bundle_key
    )
    seq = int(connection.execute(last).scalar_one()) + 1
    row = {
        "bundle_key": bundle_key,
        "seq": seq,
        "event": event,
        "actor": actor,
        "at": now,
        "details": dict(details),
    }
    connection.execute(sa.insert(bundle_step), row)


def list_steps(connection: Connection, bundle_key: int) -> list[BundleStep]:
    query = sa.select(
        bundle_step.c.seq,
        bundle_step.c.event,
        bundle_step.c.actor,
        bundle_step.c.at,
        bundle_step.c.details,
    ).where(bundle_step.c.bundle_key == bundle_key)
    return [
        BundleStep(**row)
        for row in connection.execute(query.order_by(bundle_step.c.seq)).mappings()
    ]


def insert_comment(
    connection: Connection, key: int, bundle_key: int, values: Mapping[str, Any]
) -> None:
    connection.execute(sa.insert(bundle_comment), {"key": key, "bundle_key": bundle_key, **values})


def resolve_comment(
    connection: Connection, bundle_key: int, key: int, *, answer: str, by: str, now: datetime
) -> None:
    """Raises StateConflict when it is not there or was resolved already."""
    done = connection.execute(
        sa.update(bundle_comment)
        .where(
            bundle_comment.c.key == key,
            bundle_comment.c.bundle_key == bundle_key,
            bundle_comment.c.resolved_at.is_(None),
        )
        .values(answer=answer, resolved_by=by, resolved_at=now)
    )
    if done.rowcount != 1:
        raise StateConflict("This comment is not there, or was resolved already.")


def list_comments(connection: Connection, bundle_key: int) -> list[Comment]:
    names = Comment.__dataclass_fields__
    query = sa.select(*(bundle_comment.c[name] for name in names)).where(
        bundle_comment.c.bundle_key == bundle_key
    )
    return [
        Comment(**row)
        for row in connection.execute(query.order_by(bundle_comment.c.key)).mappings()
    ]


def tag_version(
    connection: Connection, version: Version, tag: str, *, actor: str, now: datetime
) -> None:
    """Name a version. Raises StateConflict when the name is taken: a tag never moves."""
    where = (bundle_tag.c.name == version.name, bundle_tag.c.tag == tag)
    taken = connection.execute(
        sa.select(bundle_tag.c.bundle_key).where(*where)
    ).scalar_one_or_none()
    if taken is not None:
        raise StateConflict(
            "The tag {tag!r} names another version already, and tags never move.", tag=tag
        )
    row = {
        "name": version.name,
        "tag": tag,
        "bundle_key": version.key,
        "tagged_by": actor,
        "tagged_at": now,
    }
    connection.execute(sa.insert(bundle_tag), row)


def list_tags(connection: Connection, bundle_key: int) -> list[str]:
    query = (
        sa.select(bundle_tag.c.tag)
        .where(bundle_tag.c.bundle_key == bundle_key)
        .order_by(bundle_tag.c.tag)
    )
    return list(connection.execute(query).scalars())
