"""Who acts: accounts, roles, sessions and API tokens. Actors are passed to operations, never found by them."""

from service.identity.accounts import (
    Account,
    close_session,
    create_account,
    create_token,
    find_account,
    find_session,
    find_token,
    list_accounts,
    open_session,
    set_password,
    verify_password,
)
from service.identity.actors import SYSTEM, Actor, Role

__all__ = [
    "SYSTEM",
    "Account",
    "Actor",
    "Role",
    "close_session",
    "create_account",
    "create_token",
    "find_account",
    "find_session",
    "find_token",
    "list_accounts",
    "open_session",
    "set_password",
    "verify_password",
]
