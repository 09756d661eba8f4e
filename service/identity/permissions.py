"""What each role may ask of the product over the API: one table, read from left to right, shown in
docs/api.md.

A permission opens the door of an operation. Which task, job or case it may then touch is said by
the rules of that thing (`service.tasks.rules`).
"""

from __future__ import annotations

from enum import StrEnum

from service.errors import Forbidden
from service.identity.actors import Actor, Role

WORKER = "worker"
"""The group of programs that do jobs. No role of a person, so no demo account has it."""


class Permission(StrEnum):
    """What an operation needs."""

    SIGNED_IN = "signed-in"
    REGISTER_COMPLAINTS = "complaints:register"
    READ_COMPLAINTS = "complaints:read"
    ADD_EVIDENCE = "evidence:add"
    LINK_COMPLAINTS = "complaints:link"
    READ_INSTANCES = "instances:read"
    START_INSTANCES = "instances:start"
    CANCEL_INSTANCES = "instances:cancel"
    CHANGE_INSTANCES = "instances:change"
    MIGRATE_INSTANCES = "instances:migrate"
    MODIFY_INSTANCES = "instances:modify"
    SUSPEND_INSTANCES = "instances:suspend"
    READ_DIAGRAMS = "diagrams:read"
    DEPLOY = "definitions:deploy"
    DECIDE = "decisions:evaluate"
    SEND_MESSAGES = "messages:send"
    BROADCAST_SIGNALS = "signals:broadcast"
    WORK_JOBS = "jobs:work"
    READ_JOBS = "jobs:read"
    READ_INCIDENTS = "incidents:read"
    RESOLVE_INCIDENTS = "incidents:resolve"


_STAFF = (
    Role.CLERK,
    Role.HANDLER,
    Role.APPROVER,
    Role.EXECUTIVE,
    Role.OWNER,
    Role.COMPLIANCE,
    Role.ADMIN,
)

GRANTS: dict[Permission, tuple[str, ...]] = {
    Permission.SIGNED_IN: (),
    Permission.REGISTER_COMPLAINTS: (Role.CLERK, Role.HANDLER, Role.ADMIN),
    Permission.READ_COMPLAINTS: _STAFF,
    Permission.ADD_EVIDENCE: _STAFF,
    Permission.LINK_COMPLAINTS: (Role.CLERK, Role.HANDLER, Role.APPROVER, Role.ADMIN),
    Permission.READ_INSTANCES: _STAFF,
    Permission.START_INSTANCES: (Role.OWNER, Role.ADMIN),
    Permission.CANCEL_INSTANCES: (Role.ADMIN,),
    Permission.CHANGE_INSTANCES: (Role.ADMIN,),
    Permission.MIGRATE_INSTANCES: (Role.OWNER, Role.COMPLIANCE, Role.ADMIN),
    Permission.MODIFY_INSTANCES: (Role.ADMIN,),
    Permission.SUSPEND_INSTANCES: (Role.OWNER, Role.ADMIN),
    Permission.READ_DIAGRAMS: _STAFF,
    Permission.DEPLOY: (Role.OWNER, Role.ADMIN),
    Permission.DECIDE: (Role.OWNER, Role.COMPLIANCE, Role.ADMIN, WORKER),
    Permission.SEND_MESSAGES: (Role.CLERK, Role.HANDLER, Role.ADMIN, WORKER),
    Permission.BROADCAST_SIGNALS: (Role.OWNER, Role.ADMIN),
    Permission.WORK_JOBS: (WORKER, Role.ADMIN),
    Permission.READ_JOBS: (WORKER, Role.OWNER, Role.ADMIN),
    Permission.READ_INCIDENTS: (Role.OWNER, Role.ADMIN),
    Permission.RESOLVE_INCIDENTS: (Role.OWNER, Role.ADMIN),
}
"""Who has a permission; () is everybody who is signed in."""

if set(GRANTS) != set(Permission):
    raise AssertionError("every permission needs a row in the table of grants")


def has_permission(actor: Actor, permission: Permission) -> bool:
    """Whether any of the actor's roles grants it."""
    roles = GRANTS[permission]
    return not roles or actor.has(*roles)


def check_permission(actor: Actor, permission: Permission) -> None:
    """Raises Forbidden, naming the roles that have the permission."""
    if not has_permission(actor, permission):
        raise Forbidden(
            "This needs one of the roles {grants} ({permission}).",
            grants=GRANTS[permission],
            permission=permission,
        )
