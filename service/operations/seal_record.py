"""The record as it stands, leaf by leaf; and whether it still holds what a seal was made over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa

from service.audit import Leaf, Sealed, leaf_hash, proof_of
from service.db import Connection, metadata
from service.errors import NotFound
from service.operations.sealed import ACCOUNT, CASE, HOUSE, Part

CLOSED = frozenset(part.table for part in HOUSE if part.closed)
LEEWAY = timedelta(minutes=5)
"""So long a row may be on its way from when it says that it was made."""
START = [0, ""]
"""Where a record without rows ends."""


@dataclass(slots=True)
class _Growing:
    """The rows of a part of one subject, as they are read: a digest over the first `most` of them
    (all where that is None), how many there are, and how many of the others say that they were made
    before `since`."""

    most: int | None
    since: datetime | None = None
    digest: Any = field(default_factory=sha256)
    count: int = 0
    early: int = 0

    def add(self, content: bytes, made: datetime | None) -> None:
        """`made` is when the row says that it was made: one that was not sealed cannot be older
        than the seal."""
        if self.most is None or self.count < self.most:
            self.digest.update(content + b"\n")
        if made is not None and self.since is not None and self.count >= (self.most or 0):
            self.early += made < self.since
        self.count += 1


def leaves_now(connection: Connection, sealed: Sealed | None = None) -> Iterator[Leaf]:
    """What there is to be sealed now. With `sealed` the parts that grow are digested only as far as
    they had grown then, and `count` says how far they have grown since."""
    for kind, parts in (("case", CASE), ("account", ACCOUNT)):
        yield from _leaves(connection, kind, parts, sealed)
    for part in HOUSE:
        yield from _leaves(connection, part.table, (part,), sealed)


def _leaves(
    connection: Connection,
    kind: str,
    parts: tuple[Part, ...],
    sealed: Sealed | None,
) -> Iterator[Leaf]:
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for part in parts:
        for subject, name, growing in _read(connection, kind, part, sealed):
            found[subject][name] = [growing.count, growing.digest.hexdigest()]
            if growing.early:
                found[subject]["early"] = [growing.early, part.table]
    tips = _tips(connection, kind)
    for subject, document in found.items():
        yield Leaf(subject, {**document, "tip": tips.get(subject, START)})


def _read(
    connection: Connection, kind: str, part: Part, sealed: Sealed | None
) -> Iterator[tuple[str, str, _Growing]]:
    """Each subject that has rows of this part, with the digest over them."""
    table = metadata.tables[part.table]
    key, name = table.c[part.key], f"{part.table}+" if part.grows else part.table
    names = columns_of(part) if sealed is None else sealed.seal["columns"].get(name, [])
    made = table.c[part.dated] if part.dated else sa.null()
    query = sa.select(
        key.label("sealed_key"),
        made.label("made"),
        *(table.c[each] for each in names if each in table.c),
    ).order_by(key, *(table.c[each] for each in part.order))
    leaves = sealed.leaves if sealed is not None else {}
    since = None if sealed is None else datetime.fromisoformat(sealed.seal["at"]) - LEEWAY
    here, growing = None, _Growing(None)
    for row in connection.execute(query.execution_options(yield_per=1_000)):
        if row[0] != here:
            if here is not None:
                yield f"{kind}:{here}", name, growing
            here = row[0]
            known = leaves.get(f"{kind}:{here}", {}).get(name) if part.grows else None
            growing = _Growing(None if known is None else int(known[0]), since)
        growing.add(_canonical(row[2:]), row[1])
    if here is not None:
        yield f"{kind}:{here}", name, growing


def columns_of(part: Part) -> list[str]:
    """The columns of a part that are sealed, by name: a seal says which they were, for a later
    version of the product may have more."""
    return sorted(
        each.name
        for each in metadata.tables[part.table].c
        if each.name not in part.without and (not part.only or each.name in part.only)
    )


def every_column() -> dict[str, list[str]]:
    """The columns of every part, by the name that the part has in a leaf."""
    return {
        f"{part.table}+" if part.grows else part.table: columns_of(part)
        for part in (*CASE, *ACCOUNT, *HOUSE)
    }


def _canonical(values: Iterable[Any]) -> bytes:
    """A row in one form for both databases."""
    return orjson.dumps([_plain(each) for each in values], option=orjson.OPT_SORT_KEYS, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return sha256(value).hexdigest()
    return value


def _tips(connection: Connection, kind: str) -> dict[str, list[Any]]:
    """Where the record of each subject of this kind ends: number and hash of its last row."""
    if kind not in ("case", "account"):
        return {}
    name, column = ("history", "root_key") if kind == "case" else ("house_history", "subject")
    table = metadata.tables[name]
    last = sa.select(table.c[column].label("of"), sa.func.max(table.c.seq).label("seq")).group_by(
        table.c[column]
    )
    if kind == "account":
        last = last.where(table.c[column].like("account:%"))
    tip = last.subquery()
    query = sa.select(tip.c.of, tip.c.seq, table.c.hash).join(
        table, (table.c[column] == tip.c.of) & (table.c.seq == tip.c.seq)
    )
    prefix = "case:" if kind == "case" else ""
    return {f"{prefix}{row.of}": [row.seq, row.hash] for row in connection.execute(query)}


def compare(connection: Connection, sealed: Sealed) -> tuple[list[str], int]:
    """What of a seal the record does not hold any more, a line each; and how many subjects have
    gone on since. What happened after the seal is not judged by it."""
    now = {leaf.subject: leaf.document for leaf in leaves_now(connection, sealed)}
    erased = _erased(connection)
    found, moved = [], 0
    for subject, then in sealed.leaves.items():
        here = now.get(subject, {})
        ended = erased.get(subject)
        if ended is not None and (ended == then["tip"] or ended[0] > then["tip"][0]):
            continue
        goes_on = here.get("tip", START) != then["tip"]
        moved += goes_on
        found += _changed(subject, then, here, goes_on=goes_on)
    found += _unrecorded(sealed, now)
    found += [
        f"{subject}: {early[0]} rows of {early[1]} are older than the seal, and not in it"
        for subject, document in now.items()
        if (early := document.get("early"))
    ]
    found += _wrong_files(connection)
    return sorted(found), moved


def _changed(
    subject: str, then: Mapping[str, Any], here: Mapping[str, Any], *, goes_on: bool
) -> list[str]:
    """The parts of a subject that are not as they were sealed."""
    found, is_case = [], subject.startswith("case:")
    for name in sorted({*then, *here} - {"tip", "early"}):
        before, after = then.get(name, [0, None]), here.get(name, [0, None])
        table = name.rstrip("+")
        if name.endswith("+"):
            if after[0] < before[0]:
                found.append(f"{subject}: {before[0] - after[0]} rows of {table} are gone")
            elif before[1] is not None and before[1] != after[1]:
                found.append(f"{subject}: rows of {table} are not what was sealed")
            elif after[0] > before[0] and (table in CLOSED or (not goes_on and is_case)):
                found.append(f"{subject}: rows of {table} were added past the history")
        elif before != after and not goes_on:
            found.append(f"{subject}: {table} was changed past the record")
    if then["tip"][0] > here.get("tip", START)[0]:
        found.append(f"{subject}: its record ends before the seal")
    return found


def _unrecorded(sealed: Sealed, now: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Accounts and cases that nobody has ever recorded."""
    for subject, document in now.items():
        if subject in sealed.leaves or document["tip"] != START:
            continue
        if subject.startswith(("account:", "case:")):
            yield f"{subject}: is in no seal and in no record"


def prove(sealed: Sealed, subject: str) -> dict[str, Any]:
    """That a subject is in a seal: its leaf, the way from there to the root, and the seal. Raises
    NotFound."""
    subjects = sorted(sealed.leaves)
    if subject not in sealed.leaves:
        raise NotFound("{subject} is not in this seal.", subject=subject)
    contents = [Leaf(each, sealed.leaves[each]).content() for each in subjects]
    index = subjects.index(subject)
    path = proof_of([leaf_hash(each) for each in contents], index)
    return {
        "leaf": contents[index].decode(),
        "path": [[side, other.hex()] for side, other in path],
        "seal": dict(sealed.seal),
    }


def _wrong_files(connection: Connection) -> Iterator[str]:
    """Files of versions that are not what their name, a SHA-256, says."""
    table = metadata.tables["definition_file"]
    for name, content in connection.execute(sa.select(table.c.content_hash, table.c.content)):
        if sha256(content).hexdigest() != name:
            yield f"definition_file:{name}: is not what its hash says"


def _erased(connection: Connection) -> dict[str, list[Any]]:
    """Where the histories of erased cases ended, by subject."""
    table = metadata.tables["erased_case"]
    return {
        f"case:{row.root_key}": [row.history_rows, row.history_hash]
        for row in connection.execute(sa.select(table))
    }
