"""What every operation is handed: the database, keys, parsed bundles, and the policy of the
bank."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from service.builtins import Evidence
from service.cases import Complaint
from service.config import Settings
from service.db import Database, KeyAllocator
from service.definitions import BundleCache, list_released
from service.errors import InvalidInput, Unavailable
from service.execution.case_queue import CaseQueues
from service.letters import UNSIGNED, Bank
from service.policy import Profile, load_enabled, load_profile

log = logging.getLogger("redress.policy")


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's view of the product. Built once, at the edge."""

    database: Database
    keys: KeyAllocator
    profile: Profile
    """Of the installation: where nothing is chosen for a case, and for what is no case."""
    enabled: tuple[Profile, ...] = ()
    """The profiles that a bank which has several has enabled; `choices` are what to go by."""
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
        policies: str = "",
        policy_dir: str = "",
        bank: Bank = UNSIGNED,
    ) -> Runtime:
        """Raises InvalidInput for a profile that is not there."""
        folder = Path(policy_dir) if policy_dir else None
        return cls(
            database,
            KeyAllocator(database),
            load_profile(policy, folder),
            load_enabled(policy, policies, folder),
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
        return cls.open(
            database,
            policy=settings.policy,
            policies=settings.policies,
            policy_dir=settings.policy_dir,
            bank=bank,
        )

    @property
    def choices(self) -> tuple[Profile, ...]:
        """What the profile of a case is chosen among: those enabled, else `profile` alone."""
        return self.enabled or (self.profile,)

    def profile_of(self, complaint: Complaint | None) -> Profile:
        """The regime that leads the case, with the others beside it; the installation's for a case
        that has none. One whose file is there no more is passed over."""
        if complaint is None or not complaint.regime:
            return self.profile
        return self.profile_named(complaint.regime["profiles"])

    def profile_named(self, names: Iterable[str]) -> Profile:
        """The first of these profiles that are there, with the others beside it."""
        found = []
        for name in names:
            try:
                found.append(
                    self.profile
                    if name == self.profile.id
                    else load_profile(name, self.profile.folder)
                )
            except InvalidInput as error:
                log.warning("the regime of a case: %s", error.message)
        lead, *beside = found or [self.profile]
        return lead.leading(beside) if beside else lead

    def warm_up(self) -> None:
        """Parse what is released, and then keep the garbage collector from going over all of it
        time after time: what lives as long as the process is not looked at any more. Called once,
        when a process begins to serve."""
        with suppress(Unavailable), self.database.read() as connection:
            for bundle_key in list_released(connection):
                self.bundles.get(connection, bundle_key)
        gc.collect()
        gc.freeze()
