"""Settings: a table of name, type, default and help. Read once at the start, frozen, passed on.

From the environment (`REDRESS_*`) over a TOML file (`REDRESS_CONFIG`). A bad or unknown value stops
the start.
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from service import setting_kinds as kinds
from service.errors import InvalidInput

PREFIX = "REDRESS_"
AT_WORK, MAY_WAIT = 3, 29
"""Requests of one serving process that are worked on at once (more would only take turns: one
interpreter runs at a time, and one writer on SQLite, and whoever writes would wait for those who do
not), and further ones that may only wait for something to happen."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service was told at its start."""

    database_url: str = "sqlite:///var/redress.db"
    secret_key: str = ""
    policy: str = "TW-FCPA"
    policies: str = ""
    policy_dir: str = ""
    timezone: str = "Asia/Taipei"
    demo_password: str = ""
    smtp_url: str = ""
    mail_from: str = "complaints@bank.invalid"
    mail_dir: str = "var/mail"
    mail_ca_file: str = ""
    imap_url: str = ""
    imap_every_seconds: int = 30
    imap_max_bytes: int = 26_214_400
    alarm_mail: str = ""
    evidence_dir: str = ""
    evidence_max_bytes: int = 26_214_400
    bank_name: str = "Example Bank"
    bank_contact: str = ""
    bank_place: str = ""
    language: str = "en"
    portal_url: str = ""
    max_body_bytes: int = 2_000_000
    trusted_proxies: int = 0
    clock: str = ""
    log: str = "quiet"
    second_factor_roles: str = ""
    session_minutes: int = 720
    session_idle_minutes: int = 720
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_claim: str = "preferred_username"
    oidc_ca_file: str = ""
    passwords: str = "on"
    demo: bool = False

    def asks_second_factor(self, roles: Iterable[str]) -> bool:
        """Whether somebody of these roles has to have a second factor."""
        wanted = {each.strip() for each in self.second_factor_roles.split(",")}
        return not wanted.isdisjoint(roles)


HELP: dict[str, tuple[Callable[[Any], Any], str]] = {
    "database_url": (
        kinds.text,
        "sqlite:///var/redress.db or postgresql+psycopg://user:password@host/name",
    ),
    "secret_key": (kinds.text, "at least 32 characters; required outside --demo"),
    "policy": (kinds.text, "the jurisdiction's policy profile, where nothing else is chosen"),
    "policies": (
        kinds.text,
        "the policy profiles that this bank has enabled, by commas; each complaint gets the ones "
        "that its decision table chooses among them; empty: only REDRESS_POLICY",
    ),
    "policy_dir": (
        kinds.text,
        "a folder with the bank's own policy files, which go over the shipped ones",
    ),
    "timezone": (
        kinds.zone,
        "where the bank's clocks stand; times are told in the policy's zone, named if another",
    ),
    "demo_password": (kinds.text, "with --demo: the password of the demo accounts"),
    "smtp_url": (
        kinds.text,
        "smtp://user:password@host:587?starttls=1; without it mail is written to mail_dir",
    ),
    "mail_from": (kinds.text, "the sender of letters"),
    "mail_dir": (kinds.text, "where mail is written without smtp_url"),
    "mail_ca_file": (
        kinds.text,
        "certificates (PEM) of the authorities that vouch for the mail servers; without it those "
        "of the machine",
    ),
    "imap_url": (
        kinds.text,
        "imaps://user:password@host:993/INBOX, the mailbox for complaints; without it none is read",
    ),
    "imap_every_seconds": (kinds.count, "how long to wait between two looks into the mailbox"),
    "imap_max_bytes": (kinds.count, "a larger message is kept whole, but a person reads it"),
    "alarm_mail": (
        kinds.text,
        "who is told when the mailbox is not read, beside the administrators",
    ),
    "evidence_dir": (kinds.text, "where evidence is kept; without it beside the database"),
    "evidence_max_bytes": (kinds.count, "a larger file is quarantined"),
    "bank_name": (kinds.text, "shown on every page, and under every letter"),
    "bank_contact": (
        kinds.text,
        "how customers reach the bank, told under every letter; without it mail_from",
    ),
    "bank_place": (kinds.text, "the place that letters are dated from; without it the date alone"),
    "language": (
        kinds.language,
        "what the bank writes to itself in, such as the call of an emergency's teams: en, zh-Hant "
        "or zh-Hans",
    ),
    "portal_url": (
        kinds.address,
        "where customers reach this service; then mail to them has a link to their complaint",
    ),
    "max_body_bytes": (kinds.count, "the largest request that is read"),
    "trusted_proxies": (
        kinds.count_or_none,
        "how many proxies of the bank stand before it; then X-Forwarded-* is read",
    ),
    "second_factor_roles": (
        kinds.text,
        "roles, by commas, whose people sign in with a code of their telephone too: admin,approver",
    ),
    "session_minutes": (
        kinds.minutes_of_session,
        "after so long everybody signs in anew, whatever they do; at most 720",
    ),
    "session_idle_minutes": (
        kinds.minutes_of_session,
        "after so long without doing anything one signs in anew; what a page asks for by itself is "
        "not counted",
    ),
    "oidc_issuer": (
        kinds.text,
        "https://…, the bank's own OpenID Connect provider, as it names itself; people then "
        "sign in there",
    ),
    "oidc_client_id": (kinds.text, "what the provider knows this service by"),
    "oidc_client_secret": (
        kinds.text,
        "the secret it gave to this service; none for a public client",
    ),
    "oidc_claim": (
        kinds.text,
        "what it says of somebody that is the name of their account here: preferred_username, "
        "email, sub",
    ),
    "oidc_ca_file": (
        kinds.text,
        "certificates (PEM) of the authorities that vouch for the provider; without it those of "
        "the machine",
    ),
    "passwords": (
        kinds.on_or_off,
        "off: people sign in at the bank's provider only, and no password is taken here",
    ),
    "log": (
        kinds.log_form,
        (
            "quiet: warnings only; text or json: a line for each request and command, to standard "
            "error"
        ),
    ),
    "clock": (
        kinds.text,
        "rehearsals only: a file that holds the time; without it, the machine's clock",
    ),
}


def _read(name: str, value: Any) -> Any:
    if name not in HELP:
        known = ", ".join(PREFIX + key.upper() for key in HELP)
        raise InvalidInput(
            "{prefix}{name} is no setting; expected one of {known}",
            prefix=PREFIX,
            name=name.upper(),
            known=known,
        )
    try:
        return HELP[name][0](value)
    except ValueError as error:
        raise InvalidInput(
            "{prefix}{name}: expected {error}, got {value!r}",
            prefix=PREFIX,
            name=name.upper(),
            error=error,
            value=value,
        ) from None


def load_settings(environ: Mapping[str, str], *, demo: bool = False) -> Settings:
    """The settings. Raises InvalidInput: what was expected, what was found."""
    found: dict[str, Any] = {}
    path = environ.get(PREFIX + "CONFIG")
    if path:
        found |= _from_file(Path(path))
    for name, value in environ.items():
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG":
            found[name.removeprefix(PREFIX).lower()] = value
    values = {name: _read(name, value) for name, value in found.items()}
    if demo:
        values.setdefault("secret_key", secrets.token_hex(32))
        values["demo"] = True
    elif len(values.get("secret_key", "")) < 32:
        raise InvalidInput(
            "{prefix}SECRET_KEY: expected at least 32 characters, got {count}",
            prefix=PREFIX,
            count=len(values.get("secret_key", "")),
        )
    return Settings(**values)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(
            "{prefix}CONFIG: {path} cannot be read: {strerror}",
            prefix=PREFIX,
            path=path,
            strerror=error.strerror,
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(
            "{prefix}CONFIG: {path} is no TOML: {error}", prefix=PREFIX, path=path, error=error
        ) from error


if {field.name for field in fields(Settings)} != set(HELP) | {"demo"}:
    raise AssertionError("the table of settings and the settings differ")
