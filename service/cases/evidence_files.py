"""Files come in as streams and go out as downloads: never shown in place, never under a type that
runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO
from urllib.parse import quote

from service.cases.evidence import Evidence, NewEvidence, examine
from service.errors import Forbidden
from service.identity import Actor, Permission
from service.vault.inspection import INERT
from service.vault.signatures import UNKNOWN
from service.vault.store import Vault, read_chunks

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def take_in(vault: Vault, stream: BinaryIO, *, name: str, kind: str, source: str) -> NewEvidence:
    """Keep a file that is being sent, and look at it. Raises TooLarge, InvalidInput for an empty
    one."""
    return examine(vault, vault.keep(read_chunks(stream)), name=name, kind=kind, source=source)


def check_may_open(evidence: Evidence, actor: Actor) -> None:
    """Raises Forbidden for what is locked away, unless the actor looks after that."""
    if evidence.state == "quarantined" and not actor.may(Permission.OPEN_QUARANTINED):
        raise Forbidden(
            "This file is locked away: it is {reason}. Compliance or an administrator may open it.",
            reason=evidence.reason,
        )


def download_headers(evidence: Evidence) -> Mapping[str, str]:
    """How a file leaves: as an attachment, in a sandbox, under its own type only when nothing runs
    in that type."""
    plain = (
        evidence.name.encode("ascii", errors="replace")
        .decode()
        .replace('"', "'")
        .replace("\\", "_")
    )
    media_type = evidence.media_type if evidence.media_type in INERT else UNKNOWN
    return {
        "Content-Type": media_type if evidence.state == "kept" else UNKNOWN,
        "Content-Disposition": (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(evidence.name, safe='')}"
        ),
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
