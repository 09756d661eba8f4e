"""An installation on each kind of database, with the shipped procedure released, a shared clock and
a mail server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.clock import write_clock
from service.db import Database
from service.definitions import shipped_files
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.server_processes import Postbox, Site, open_postbox


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with open_postbox() as box:
        yield box


@pytest.fixture
def site(database: Database, postbox: Postbox, tmp_path: Path) -> Site:
    release_files(database, shipped_files())
    write_clock(tmp_path / "clock", NOW)
    settings = {
        "REDRESS_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "REDRESS_SECRET_KEY": "k" * 40,
        "REDRESS_CLOCK": str(tmp_path / "clock"),
        "REDRESS_SMTP_URL": f"smtp://127.0.0.1:{postbox.port}",
    }
    database.dispose()
    return Site(tmp_path, settings)
