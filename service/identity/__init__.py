"""Who acts: accounts, roles, sessions and API tokens. Actors are passed to operations, never found by them."""

from service.identity.accounts import (
    Account,
    close_session,
    create_account,
    create_token,
    find_account,
    find_client,
    find_session,
    find_token,
    list_accounts,
    list_addresses,
    open_session,
    set_password,
    verify_password,
)
from service.identity.actors import SYSTEM, Actor, Role
from service.identity.attempts import WINDOW, Attempts, TooManyAttempts
from service.identity.permissions import GRANTS, WORKER, Permission, check_permission, has_permission

__all__ = [
    "GRANTS",
    "SYSTEM",
    "WINDOW",
    "WORKER",
    "Account",
    "Actor",
    "Attempts",
    "Permission",
    "Role",
    "TooManyAttempts",
    "check_permission",
    "close_session",
    "create_account",
    "create_token",
    "find_account",
    "find_client",
    "find_session",
    "find_token",
    "has_permission",
    "list_accounts",
    "list_addresses",
    "open_session",
    "set_password",
    "verify_password",
]
