"""The texts of a case that lie in the vault: mails, and what customers wrote in the portal. For a
new index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from service.cases.tables import evidence
from service.db import Connection
from service.errors import RedressError
from service.intake.mail_parts import Unreadable
from service.intake.mail_reading import read_mail
from service.intake.take_mail import said_in
from service.vault import Vault

log = logging.getLogger("redress.search")


def texts_in(
    connection: Connection, vault: Vault
) -> Callable[[Sequence[int]], Mapping[int, list[str]]]:
    """What to give to `cases.rebuild_search`. A file that is not there, or no text, is passed
    over."""

    def more(roots: Sequence[int]) -> Mapping[int, list[str]]:
        written = sa.or_(
            evidence.c.kind == "mail",
            (evidence.c.kind == "statement") & (evidence.c.source == "portal"),
        )
        query = sa.select(evidence.c.root_key, evidence.c.kind, evidence.c.sha256).where(
            evidence.c.root_key.in_(roots), evidence.c.state == "kept", written
        )
        found: dict[int, list[str]] = {}
        for row in connection.execute(query.order_by(evidence.c.root_key, evidence.c.key)):
            found.setdefault(row.root_key, []).append(_text(vault, row.kind, row.sha256))
        return found

    return more


def _text(vault: Vault, kind: str, sha256: str) -> str:
    try:
        content = vault.read(sha256)
        return (
            said_in(read_mail(content))
            if kind == "mail"
            else content.decode("utf-8", errors="replace")
        )
    except (RedressError, Unreadable, OSError) as error:
        log.warning("the file %s… is not in the index: %s", sha256[:12], error)
        return ""
