"""The person, program or part of the product on whose behalf something happens."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import Forbidden
from service.identity.permissions import GRANTS, Permission
from service.identity.roles import RESERVED, HouseRole, Role
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is the account's; `groups` are its roles and further candidate groups, casefolded;
    `only` are the permissions of the token that was shown, None where it is for all of them."""

    name: str
    groups: frozenset[str] = frozenset()
    only: frozenset[str] | None = None

    def may(self, permission: Permission) -> bool:
        """Whether any of the actor's roles has the permission, and the token is for it."""
        if self.only is not None and permission not in self.only:
            return False
        return permission is Permission.SIGNED_IN or not self.groups.isdisjoint(
            GRANTS[permission].roles
        )


def check_permission(actor: Actor, permission: Permission) -> None:
    """Raises Forbidden, naming the roles that have the permission, or what the token is for."""
    if actor.may(permission):
        return
    if actor.only is not None and permission not in actor.only:
        raise Forbidden(
            "This token is for {only}, not for {permission}.",
            only=sorted(actor.only),
            permission=permission,
        )
    granted = GRANTS[permission].roles
    roles = [role for role in granted if role not in RESERVED] or [*granted]
    raise Forbidden(
        "This needs the role {roles} ({permission})."
        if len(roles) == 1
        else "This needs one of the roles {roles} ({permission}).",
        roles=[Sentence(role) for role in roles],
        permission=permission,
    )


CUSTOMER = Actor("customer", frozenset({HouseRole.CUSTOMER}))
"""Somebody in the portal who showed the secret of a case, or complains there."""
MAILBOX = Actor("mailbox", frozenset({HouseRole.MAILBOX}))
"""The reader of the mailbox for complaints."""
IMPORTER = Actor("import", frozenset({HouseRole.IMPORT}))
"""The registration of many complaints from a file."""
CLOCK = Actor("clock", frozenset({HouseRole.CLOCK}))
"""Timers that fire because their time has come."""
SYSTEM = Actor("system", frozenset({HouseRole.SYSTEM}))
"""The product itself: what it does with a case by itself, signals, built-in services, chores."""
DIRECTOR = Actor("exercise-director", frozenset({Role.CLERK, Role.EXECUTIVE}))
"""Who makes the injects of a drill, in a database of its own: a clerk who may call an emergency."""
OPERATOR = Actor("cli", frozenset({HouseRole.OPERATOR}))
"""Whoever runs `redress` on the bank's own machine, with the database in reach."""
HOUSE = (CUSTOMER, MAILBOX, IMPORTER, CLOCK, SYSTEM, OPERATOR)
"""Every actor that is no account. No account may have one of these names."""
