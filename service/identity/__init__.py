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
    find_token_hash,
    hash_token,
    list_accounts,
    list_addresses,
    open_session,
    revoke_tokens,
    set_password,
    verify_password,
)
from service.identity.actors import SYSTEM, Actor, Role
from service.identity.attempts import WINDOW, Attempts, TooManyAttempts
from service.identity.bearers import LIFE, make_bearer, read_bearer
from service.identity.permissions import GRANTS, WORKER, Permission, check_permission, has_permission

__all__ = [
    "GRANTS",
    "LIFE",
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
    "find_token_hash",
    "has_permission",
    "hash_token",
    "list_accounts",
    "list_addresses",
    "make_bearer",
    "open_session",
    "read_bearer",
    "revoke_tokens",
    "set_password",
    "verify_password",
]
