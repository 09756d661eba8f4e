"""A demo's bank with some of its stories, or none yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from service import demo, identity
from service.execution import Runtime
from service.notifications import Mailer
from service.vault import open_vault


@dataclass
class Bank:
    """An empty database that was promised a bank, and how to make it."""

    runtime: Runtime
    folder: Path

    def fill(
        self, only: Collection[str] | None, *, now: datetime, stop: Event | None = None
    ) -> bool:
        return demo.fill(
            self.runtime,
            open_vault(str(self.folder / "evidence"), self.runtime.database, limit=26_214_400),
            Mailer(None, "bank@bank.invalid", self.folder / "mail"),
            secret="k" * 40,
            now=now,
            only=only,
            stop=stop,
        )


@pytest.fixture
def bank(runtime: Runtime, tmp_path: Path) -> Bank:
    with runtime.database.transaction() as connection:
        for each in demo.VISITORS:
            roles = [each.role.value]
            identity.create_account(connection, each.name, None, roles, now=datetime.now(UTC))
        demo.begin(connection, demo.total())
    return Bank(runtime, tmp_path)
