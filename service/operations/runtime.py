"""What every operation is handed: the database, keys, parsed bundles, and the policy of the bank."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from service.cases import Profile, load_profile
from service.db import Database, KeyAllocator
from service.definitions import BundleCache


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's view of the product. Built once, at the edge."""

    database: Database
    keys: KeyAllocator
    profile: Profile
    bundles: BundleCache = field(default_factory=BundleCache)

    @classmethod
    def open(cls, database: Database, *, policy: str = "TW-FCPA", policy_dir: str = "") -> Runtime:
        return cls(database, KeyAllocator(database), load_profile(policy, Path(policy_dir) if policy_dir else None))
