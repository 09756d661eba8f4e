"""The person or program on whose behalf something happens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The roles the product knows; each is also a candidate group of that name."""

    CLERK = "clerk"
    HANDLER = "handler"
    DEPARTMENT = "department"
    APPROVER = "approver"
    EXECUTIVE = "executive"
    OWNER = "owner"
    COMPLIANCE = "compliance"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is the account's; `groups` are its roles and further candidate groups, casefolded."""

    name: str
    groups: frozenset[str] = frozenset()

    def has(self, *roles: str) -> bool:
        """Whether the actor has any of these roles."""
        return not self.groups.isdisjoint(roles)


SYSTEM = Actor("system", frozenset({"admin"}))
"""The product itself: timers, built-in services, background work."""
