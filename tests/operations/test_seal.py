"""Whoever owns the database, but neither the key nor the seals, changes nothing unseen.

Each part that is sealed has rows inserted, changed (every column) and deleted, with every chain
computed anew as a careful forger would; `compare` names the subject each time.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from service import audit, cases, identity, operations, tasks
from service.audit import chain, house
from service.audit.merkle import climb, leaf_hash, proof_of, root_hash
from service.audit.tables import history, house_history
from service.bench.recording import new_complaint
from service.cli import main
from service.db import Database, metadata
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import OPERATOR, SYSTEM, Actor, Role
from service.intake import tables as intake_tables
from service.operations import NewAccount, compare, every_column, leaves_now
from service.operations.sealed import ACCOUNT, CASE, HOUSE, NOTHING, Part
from tests.kit.clock import NOW

CLERK = Actor("cleo", frozenset({Role.CLERK}))
CHECKER = Path(__file__).parents[2] / "tools" / "check_proof.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where seals go, and the key beside it."""
    made = tmp_path / "seals"
    made.mkdir()
    audit.make_key(tmp_path / "seal.key")
    return made


def seal(database: Database, folder: Path, at: datetime = NOW) -> audit.Sealed:
    private = audit.read_private(folder.parent / "seal.key")
    with database.snapshot() as connection:
        path = audit.write_seal(
            folder, leaves_now(connection), private, at=at.isoformat(), columns=every_column()
        )
    return audit.read_seal(path, audit.read_public(folder.parent / "seal.key.pub"))


@pytest.fixture
def lived(runtime: Runtime) -> Runtime:
    """A bank with a row in every table that is sealed: by what people did, then by hand."""
    for name in ("cleo", "hal"):
        new = NewAccount(name, roles=("clerk", "handler"), level="A1")
        operations.add_account(runtime, new, actor=OPERATOR, now=NOW)
    for _ in range(2):
        made = operations.register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW)
    operations.comment_case(runtime, made.root_key, "seen", actor=CLERK, now=NOW)
    with runtime.database.transaction() as connection:
        for part in (*CASE, *ACCOUNT, *HOUSE):
            _fill(connection, metadata.tables[part.table], made.root_key)
    return runtime


def _fill(connection: sa.Connection, table: sa.Table, root_key: int) -> None:
    """A row in a table that has none, and in those that it refers to."""
    if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one():
        return
    row = {each.name: _value(each, root_key) for each in table.c if not each.nullable}
    for column in table.c:
        for key in column.foreign_keys:
            _fill(connection, key.column.table, root_key)
            if column.name in row:
                row[column.name] = connection.execute(sa.select(key.column)).scalars().first()
    connection.execute(sa.insert(table), row)


NAMED = {
    ("restriction", "kind"): "fraud",
    ("emergency", "level"): "II",
    ("emergency", "status"): "open",
    ("case_link", "kind"): "related",
    ("customer_word", "kind"): "answer",
    ("evidence", "state"): "kept",
    ("ledger_entry", "entry"): "offered",
    ("ledger_entry", "kind"): "goodwill",
    ("offer", "state"): "open",
    ("grant_request", "state"): "waiting",
    ("emergency_complaint", "complaint_key"): 77 << 16,
    ("bundle_review", "state"): "draft",
    ("migration_plan", "state"): "drawn up",
}


def _value(column: sa.Column[Any], root_key: int) -> Any:
    if (column.table.name, column.name) in NAMED:
        return NAMED[column.table.name, column.name]
    if column.name == "root_key":
        return root_key
    match column.type:
        case sa.Boolean():
            return False
        case sa.Date():
            return NOW.date()
        case sa.Integer() | sa.Numeric():
            return 1
        case sa.LargeBinary():
            return b"x"
        case sa.JSON():
            return []
        case sa.String():
            return "x"
    return NOW - timedelta(days=1)


def _other(value: Any, column: sa.Column[Any]) -> Any:
    """Another value of the same kind."""
    match value:
        case None:
            return _value(column, 1 << 16)
        case bool():
            return not value
        case int() | Decimal():
            return value + 1
        case datetime():
            return value - timedelta(days=1)
        case bytes():
            return value + b"x"
        case str():
            return value[:-1] + ("a" if value[-1:] != "a" else "b") if value else "x"
        case dict():
            return {**value, "forged": 1}
        case list():
            return [*value, "forged"]
    return value + timedelta(days=1)


def forge_chains(connection: sa.Connection) -> None:
    """Every chain computed anew, as a forger leaves them."""
    for table, column, digest, start in (
        (history, "root_key", chain.digest, 0),
        (house_history, "subject", house._digest, 0),
    ):
        rows = connection.execute(sa.select(table).order_by(table.c[column], table.c.seq))
        before: dict[Any, tuple[int, str]] = {}
        for row in [dict(each) for each in rows.mappings()]:
            seq, previous = before.get(row[column], (start, audit.GENESIS))
            where = (table.c[column] == row[column]) & (table.c.seq == row["seq"])
            forged = {**row, "seq": seq + 1, "previous_hash": previous}
            forged["hash"] = digest(forged)
            connection.execute(sa.update(table).where(where).values(forged))
            before[row[column]] = (seq + 1, forged["hash"])


Forgery = Callable[[sa.Connection], None]


def forgeries(connection: sa.Connection, part: Part) -> Iterator[tuple[str, Forgery]]:
    """The ways to tamper with a part, each with what it does."""
    table = metadata.tables[part.table]
    rows = connection.execute(sa.select(table)).mappings().all()
    row = dict(rows[-1])
    keys = [each.name for each in table.primary_key]
    one = sa.and_(*(table.c[each] == row[each] for each in keys))
    yield "delete", lambda connection: connection.execute(sa.delete(table).where(one))
    yield "insert", lambda connection: connection.execute(sa.insert(table), _copied(table, row))
    sealed = [
        each.name
        for each in table.c
        if each.name not in (*part.without, *keys) and (not part.only or each.name in part.only)
    ]
    for name in sealed:
        value = _other(row[name], table.c[name])
        change = sa.update(table).where(one).values({name: value})
        yield f"change {name}", lambda connection, change=change: connection.execute(change)


def _copied(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row once more, under another key, as if it had been there long."""
    keys = list(table.primary_key)
    name = keys[-1].name
    copied = {**row, name: _other(row[name], keys[-1])}
    if isinstance(row[name], int):
        copied[name] = row[name] + 1_000
    for each in table.c:
        unique = each.unique or any(
            each.name in index.columns and index.unique for index in table.indexes
        )
        if unique and each.name != name and row[each.name] is not None:
            copied[each.name] = _other(row[each.name], each)
        if isinstance(copied[each.name], datetime):
            copied[each.name] -= timedelta(days=30)
    return copied


class Undone(Exception):
    """The forgery is taken back."""


HARMLESS = {("definition_file", "insert")} | {
    (table, f"change {name}")
    for table in ("history", "house_history")
    for name in ("hash", "previous_hash")
}
"""A file that no version names says nothing; a hash is computed anew, and is what it was."""


@pytest.mark.parametrize("parts", (CASE, ACCOUNT, HOUSE), ids=("case", "account", "house"))
def test_every_forgery_is_found_and_named(
    lived: Runtime, folder: Path, parts: tuple[Part, ...]
) -> None:
    sealed = seal(lived.database, folder)
    with lived.database.snapshot() as connection:
        assert compare(connection, sealed) == ([], 0)
        ways = [(part, *way) for part in parts for way in forgeries(connection, part)]
    found, unseen = set(), []
    for part, what, forge in ways:
        try:
            with lived.database.transaction() as connection:
                forge(connection)
                if part.table in ("history", "house_history"):
                    forge_chains(connection)
                findings, _ = compare(connection, sealed)
                found |= {part.table} if findings else set()
                if not findings and (part.table, what) not in HARMLESS:
                    unseen.append((part.table, what))
                raise Undone
        except (Undone, sa.exc.IntegrityError):
            continue  # what the database itself refuses cannot be forged
    assert unseen == []
    assert found == {part.table for part in parts}


def test_a_whole_case_that_is_gone_is_missed(lived: Runtime, folder: Path) -> None:
    sealed = seal(lived.database, folder)
    with lived.database.read() as connection:
        root_key = min(audit.list_cases(connection))
    with lived.database.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            if "root_key" in table.c:
                connection.execute(sa.delete(table).where(table.c.root_key == root_key))
        forge_chains(connection)
    with lived.database.snapshot() as connection:
        findings, _ = compare(connection, sealed)
    assert f"case:{root_key}: its record ends before the seal" in findings


def test_life_goes_on_without_a_finding(lived: Runtime, folder: Path) -> None:
    sealed, later = seal(lived.database, folder), NOW + timedelta(days=1)
    new = operations.register_complaint(lived, new_complaint(later), actor=SYSTEM, now=later)
    with lived.database.read() as connection:
        old = min(audit.list_cases(connection))
        task = tasks.list_open_tasks(connection, old)[0]
    operations.claim_task(lived, task.key, actor=CLERK, now=later)
    operations.comment_case(lived, old, "more", actor=CLERK, now=later)
    operations.add_account(lived, NewAccount("new", roles=("clerk",)), actor=OPERATOR, now=later)
    with lived.database.read() as connection:
        standing = identity.get_standing(connection, "hal")
    operations.change_account(
        lived,
        "hal",
        identity.Standing(("clerk",), "A0", standing.email, True),
        actor=OPERATOR,
        now=later,
    )  # fmt: skip - one call
    with lived.database.snapshot() as connection:
        assert compare(connection, sealed) == ([], 2)
        assert new.root_key in set(audit.list_cases(connection))
    second = seal(lived.database, folder, later)
    assert second.seal["number"] == 2


def test_every_table_is_sealed_or_has_a_reason() -> None:
    assert intake_tables.portal_access.name in metadata.tables
    sealed = {part.table for part in (*CASE, *ACCOUNT, *HOUSE)}
    tables = {table.name for table in metadata.sorted_tables}
    assert not sealed & set(NOTHING)
    assert tables <= sealed | set(NOTHING), tables - sealed - set(NOTHING)


def test_a_seal_that_was_touched_is_none(lived: Runtime, folder: Path) -> None:
    seal(lived.database, folder)
    seal(lived.database, folder)
    public = audit.read_public(folder.parent / "seal.key.pub")
    first, second = audit.list_seals(folder)
    for path, old, new in (
        (second, b'"leaves":', b'"leaves": '),
        (second.with_suffix(".leaves"), b"case:", b"case;"),
        (first, b'"number":1', b'"number":3'),
    ):
        kept = path.read_bytes()
        changed = kept.replace(old, new, 1)
        if path == second:
            changed = kept.replace(b'"root":"', b'"root":"f', 1)
        path.write_bytes(changed)
        with pytest.raises(InvalidInput):
            audit.read_seal(second, public)
        path.write_bytes(kept)
    first.unlink()
    with pytest.raises(InvalidInput):
        audit.read_seal(second, public)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_only(
    contents: list[bytes], data: st.DataObject
) -> None:
    leaves = [leaf_hash(each) for each in contents]
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = proof_of(leaves, index)
    assert climb(leaves[index], path) == root_hash(leaves)
    assert climb(leaf_hash(b"forged" * 3), path) != root_hash(leaves)


def test_an_outsider_checks_one_case(
    lived: Runtime, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = lived.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("REDRESS_DATABASE_URL", url)
    monkeypatch.setenv("REDRESS_SECRET_KEY", "k" * 40)
    key, public = str(tmp_path / "seal.key"), str(tmp_path / "seal.key.pub")
    run = CliRunner().invoke
    with lived.database.transaction() as connection:
        connection.execute(sa.delete(metadata.tables["ledger_entry"]))
        connection.execute(sa.delete(metadata.tables["offer"]))
    done = run(main, ["audit", "seal", str(folder), "--key", key])
    assert done.exit_code == 0, done.output
    verify = ["audit", "verify", "--seal", str(folder), "--public", public]
    assert run(main, verify).exit_code == 0
    with lived.database.read() as connection:
        root_key = max(audit.list_cases(connection))
        number = cases.find_numbers(connection, [root_key])[root_key]
        rows = audit.list_history(connection, root_key)
    proof = tmp_path / "proof.json"
    given = run(main, ["audit", "prove", number, "--seal", str(folder), "--public", public])
    proof.write_text(given.output)

    def check(*more: str) -> Any:
        command = [sys.executable, str(CHECKER), str(proof), public, *more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def file(history: list[Any]) -> str:
        path = tmp_path / "file.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("history.json", orjson.dumps(history, default=str))
        return str(path)

    told = [asdict(each) | {"at": each.at.astimezone(UTC)} for each in rows]
    assert check(file(told)).returncode == 0, check(file(told)).stderr
    assert "does not hold" in check(file(told[:-1])).stderr
    assert "breaks at row 1" in check(file([{**told[0], "actor": "x"}, *told[1:]])).stderr
    forged = orjson.loads(proof.read_bytes())
    forged["leaf"] = forged["leaf"].replace(f"case:{root_key}", "case:1")
    proof.write_bytes(orjson.dumps(forged))
    assert "not in this seal" in check().stderr
    with lived.database.transaction() as connection:
        complaint = metadata.tables["complaint"]
        earlier = complaint.c.received_at == NOW
        connection.execute(
            sa.update(complaint).where(earlier).values(received_at=NOW + timedelta(days=3))
        )
    assert run(main, verify).exit_code == 1
    again = run(main, ["audit", "seal", str(folder), "--key", key])
    assert again.exit_code == 1 and "rows of complaint are not what was sealed" in again.output
    assert run(main, ["audit", "seal", str(folder), "--key", key, "--anyway"]).exit_code == 0
    assert b"are not what was sealed" in audit.list_seals(folder)[-1].read_bytes()
