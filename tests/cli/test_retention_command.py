"""`redress retention` lists what is beyond its retention, and erases nothing unless that was
asked."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from click.testing import CliRunner

from service.cases.tables import complaint
from service.cli import main, retention
from service.db import Database, migrate


def test_nothing_is_erased_unasked(tmp_path, monkeypatch) -> None:
    url = f"sqlite:///{tmp_path}/r.db"
    monkeypatch.setenv("REDRESS_DATABASE_URL", url)
    monkeypatch.setenv("REDRESS_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("REDRESS_EVIDENCE_DIR", str(tmp_path / "evidence"))
    database, at = Database(url), datetime(2020, 3, 2, tzinfo=UTC)
    migrate(database)
    row = {
        "root_key": 1 << 16,
        "number": "C-2020-0000001-0",
        "status": "archived",
        "customer_name": "Lin",
        "withheld": [],
        "channel": "phone",
        "content": "Fees",
        "language": "en",
        "currency": "TWD",
        "received_at": at,
        "registered_at": at,
        "registered_by": "clerk",
        "closed_at": at,
        "archived_at": at,
        "facts": {"retainUntil": "2025-03-02"},
    }
    with database.transaction() as connection:
        connection.execute(sa.insert(complaint), row)
    database.dispose()
    listed = CliRunner().invoke(main, ["retention"])
    assert listed.exit_code == 0, listed.output
    assert "C-2020-0000001-0  archived 2020-03-02  kept until 2025-03-02" in listed.output
    assert listed.output.endswith("1 beyond their retention, 0 erased\n")


def test_one_that_cannot_be_erased_does_not_stop_the_others(tmp_path, monkeypatch) -> None:
    test_nothing_is_erased_unasked(tmp_path, monkeypatch)
    database = Database(f"sqlite:///{tmp_path}/r.db")
    with database.transaction() as connection:
        first = connection.execute(sa.select(complaint)).mappings().one()
        more = [{**first, "root_key": n << 16, "number": f"C-2020-000000{n}-0"} for n in (2, 3)]
        connection.execute(sa.insert(complaint), more)
    erase = retention.erase_case  # type: ignore[attr-defined]

    def failing(runtime, vault, found, **more) -> bool:
        if found.number == "C-2020-0000002-0":
            raise ZeroDivisionError("broken")
        return erase(runtime, vault, found, **more)

    monkeypatch.setattr(retention, "erase_case", failing)
    monkeypatch.setattr(retention, "take_children", lambda *_: None, raising=False)
    done = CliRunner().invoke(main, ["retention", "--erase"])
    assert done.exit_code == 1
    assert "C-2020-0000002-0: not erased: ZeroDivisionError" in done.output
    with database.read() as connection:
        left = connection.execute(sa.select(complaint.c.number)).scalars().all()
    database.dispose()
    assert "C-2020-0000002-0" in left
