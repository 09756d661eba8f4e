"""The roles that a permission can be given to."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The roles of people; each is also a candidate group of that name."""

    CLERK = "clerk"
    HANDLER = "handler"
    DEPARTMENT = "department"
    APPROVER = "approver"
    EXECUTIVE = "executive"
    OWNER = "owner"
    COMPLIANCE = "compliance"
    ADMIN = "admin"


class HouseRole(StrEnum):
    """The roles of what acts without being somebody of the bank. Programs that do jobs (`worker`)
    or through which customers speak, such as the bank's own app (`channel`), have accounts; the
    others are parts of the product."""

    WORKER = "worker"
    CHANNEL = "channel"
    CUSTOMER = "customer"
    MAILBOX = "mailbox"
    IMPORT = "import"
    CLOCK = "clock"
    SYSTEM = "system"
    OPERATOR = "operator"


AnyRole = Role | HouseRole
PROGRAMS = (HouseRole.WORKER, HouseRole.CHANNEL)
"""Roles that the accounts of programs have."""
RESERVED = frozenset(HouseRole) - set(PROGRAMS)
"""Roles that only the product's own actors have: no account is given them."""
