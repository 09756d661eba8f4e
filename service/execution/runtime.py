"""What every operation is handed: the database, keys, parsed bundles, and the policy of the
bank."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from service.builtins import Evidence
from service.config import Settings
from service.db import Database, KeyAllocator
from service.definitions import BundleCache, list_released
from service.errors import Unavailable
from service.execution.case_queue import CaseQueues
from service.letters import UNSIGNED, Bank
from service.policy import Profile, load_profile


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's view of the product. Built once, at the edge."""

    database: Database
    keys: KeyAllocator
    profile: Profile
    bundles: BundleCache = field(default_factory=BundleCache)
    queue: CaseQueues = field(default_factory=CaseQueues)
    bank: Bank = UNSIGNED
    """Who signs the letters."""
    gather: Callable[[Runtime, int, datetime], Evidence] | None = None
    """Gathers what an approval of a version stands on. It plays scenarios, so it is handed in
    where the parts are put together."""

    @classmethod
    def open(
        cls,
        database: Database,
        *,
        policy: str = "TW-FCPA",
        policy_dir: str = "",
        bank: Bank = UNSIGNED,
    ) -> Runtime:
        return cls(
            database,
            KeyAllocator(database),
            load_profile(policy, Path(policy_dir) if policy_dir else None),
            bank=bank,
        )

    @classmethod
    def of(cls, database: Database, settings: Settings) -> Runtime:
        """By the settings of the house. Raises InvalidInput for a policy that is none."""
        bank = Bank(
            settings.bank_name,
            settings.bank_contact or settings.mail_from,
            settings.bank_place,
            settings.language,
        )
        return cls.open(database, policy=settings.policy, policy_dir=settings.policy_dir, bank=bank)

    def warm_up(self) -> None:
        """Parse what is released, and then keep the garbage collector from going over all of it
        time after time: what lives as long as the process is not looked at any more. Called once,
        when a process begins to serve."""
        with suppress(Unavailable), self.database.read() as connection:
            for bundle_key in list_released(connection):
                self.bundles.get(connection, bundle_key)
        gc.collect()
        gc.freeze()
