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
    open_session,
    set_password,
    verify_password,
)
from service.identity.actors import SYSTEM, Actor, Role
from service.identity.attempts import WINDOW, Attempts, TooManyAttempts

__all__ = [
    "SYSTEM",
    "WINDOW",
    "Account",
    "Actor",
    "Attempts",
    "Role",
    "TooManyAttempts",
    "close_session",
    "create_account",
    "create_token",
    "find_account",
    "find_client",
    "find_session",
    "find_token",
    "list_accounts",
    "open_session",
    "set_password",
    "verify_password",
]
