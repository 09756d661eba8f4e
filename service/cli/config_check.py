"""`redress config check`: whether the service can do its work with these settings. The part that
needs no other machine is looked at before every start."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from service.cli.opening import one_line
from service.config import Settings, load_settings
from service.db import Database
from service.errors import InvalidInput, RedressError
from service.identity import Role
from service.identity.openid import check_address, provider_of
from service.intake.mailbox import open_mailbox, parse_address
from service.notifications import open_smtp, parse_smtp, tls_context
from service.policy import load_enabled
from service.vault import open_vault

Check = Callable[[Settings], None]


def _database(settings: Settings) -> None:
    database = Database(settings.database_url, pool_size=1)
    try:
        with database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    finally:
        database.dispose()


def _policy(settings: Settings) -> None:
    folder = Path(settings.policy_dir) if settings.policy_dir else None
    load_enabled(settings.policy, settings.policies, folder)


def _mail_server(settings: Settings) -> None:
    if settings.smtp_url:
        parse_smtp(settings.smtp_url)


def _mailbox(settings: Settings) -> None:
    if settings.imap_url:
        parse_address(settings.imap_url)


def _authorities(settings: Settings) -> None:
    tls_context(settings.mail_ca_file)


def _evidence(settings: Settings) -> None:
    database = Database(settings.database_url, pool_size=1)
    try:
        folder = open_vault(settings.evidence_dir, database, limit=1).folder
    except OSError as error:
        raise InvalidInput(
            "expected a folder that can be made, {place} cannot: {why}",
            place=str(error.filename or settings.evidence_dir),
            why=error.strerror or str(error),
        ) from error
    finally:
        database.dispose()
    _writable(folder)


def _second_factor(settings: Settings) -> None:
    wanted = {each.strip() for each in settings.second_factor_roles.split(",") if each.strip()}
    unknown = sorted(wanted - set(Role))
    if unknown:
        raise InvalidInput(
            "expected roles out of {known}, got {unknown}", known=[*Role], unknown=unknown
        )


def _mail_folder(settings: Settings) -> None:
    if not settings.smtp_url:
        _writable(Path(settings.mail_dir))


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InvalidInput(
            "expected a folder that can be written, {folder} cannot: {why}",
            folder=str(folder),
            why=error.strerror,
        ) from error


def _reach_mail_server(settings: Settings) -> None:
    if settings.smtp_url:
        with open_smtp(parse_smtp(settings.smtp_url), settings.mail_ca_file):
            pass


def _reach_mailbox(settings: Settings) -> None:
    if settings.imap_url:
        with open_mailbox(parse_address(settings.imap_url, ca_file=settings.mail_ca_file)):
            pass


def _reach_proxy_name(settings: Settings) -> None:
    host = settings.portal_url.partition("//")[2].partition("/")[0].partition(":")[0]
    if host:
        try:
            socket.getaddrinfo(host, None)
        except OSError as error:
            raise InvalidInput(
                "expected a name that is known here, {host} is not: {why}",
                host=host,
                why=error.strerror,
            ) from error


def _provider(settings: Settings) -> None:
    if settings.oidc_issuer:
        check_address(settings.oidc_issuer)
        if not settings.oidc_client_id:
            raise InvalidInput("expected REDRESS_OIDC_CLIENT_ID beside it, found none")
    elif settings.passwords == "off":
        raise InvalidInput("expected a provider, because REDRESS_PASSWORDS is off")


def _reach_provider(settings: Settings) -> None:
    if settings.oidc_issuer:
        provider_of(settings).begin("https://complaints.bank.invalid/sign-in/elsewhere/back")


BEFORE_START: dict[str, Check] = {
    "DATABASE_URL": _database,
    "POLICY": _policy,
    "SMTP_URL": _mail_server,
    "IMAP_URL": _mailbox,
    "MAIL_CA_FILE": _authorities,
    "EVIDENCE_DIR": _evidence,
    "MAIL_DIR": _mail_folder,
    "SECOND_FACTOR_ROLES": _second_factor,
    "OIDC_ISSUER": _provider,
}
"""What stops a start: settings that no waiting makes right."""
REACHED: dict[str, Check] = {
    "SMTP_URL": _reach_mail_server,
    "IMAP_URL": _reach_mailbox,
    "PORTAL_URL": _reach_proxy_name,
    "OIDC_ISSUER": _reach_provider,
}
"""What may be away for a while, and stops no start."""


def find_problems(settings: Settings, checks: Iterable[tuple[str, Check]]) -> list[str]:
    """A line for each setting that cannot be used."""
    found = []
    for name, check in checks:
        try:
            check(settings)
        except RedressError as error:
            found.append(f"REDRESS_{name}: {error.message}")
        except Exception as error:
            found.append(f"REDRESS_{name}: {type(error).__name__}: {str(error)[:200]}")
    return found


def check_before_start(settings: Settings) -> None:
    """Raises InvalidInput with a line for each setting that cannot be used; says what is likely not
    meant."""
    found = find_problems(settings, BEFORE_START.items())
    if found:
        raise InvalidInput("{problems}", problems="\nredress: ".join(found))
    if not settings.smtp_url and not settings.demo:
        click.echo(
            f"REDRESS_SMTP_URL is not set: letters are written to {settings.mail_dir}, and nobody "
            "gets them.",
            err=True,
        )


@click.group("config")
def config_group() -> None:
    """Settings. Example: redress config check"""


@config_group.command("check")
@one_line
def check_config() -> None:
    """Say of every setting whether it can be used: folders, keys, and servers, which are asked.

    Example: redress config check
    """
    settings = load_settings(os.environ)
    found = find_problems(settings, [*BEFORE_START.items(), *REACHED.items()])
    for line in found:
        click.echo(line)
    if found:
        raise InvalidInput(
            "expected settings that can be used, found {count} that cannot", count=len(found)
        )
    click.echo("Every setting can be used.")
