"""A mailbox over IMAP: what is new in it, and a message's bytes. It only reads; nothing is deleted
or moved."""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted

from service.errors import InvalidInput, Unavailable
from service.notifications import tls_context

TIMEOUT_SECONDS = 30
BATCH = 200
PIECE = 1 << 20
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a mailbox is. `name` is what its rows are kept under: no password in it."""

    secure: bool
    starttls: bool
    host: str
    port: int
    user: str
    password: str
    folder: str
    ca_file: str = ""

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"[:300]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message in the mailbox: its UID, how large it is, when the mailbox received it."""

    uid: int
    size: int
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenMailbox:
    """A mailbox that is open for reading. Raises Unavailable whenever the server does not answer as
    it should."""

    box: BaseMailBox
    name: str
    uid_validity: int

    def list_after(self, uid: int) -> Iterator[Envelope]:
        """The messages above that UID, in order."""
        with _answering():
            found = sorted({int(each) for each in self.box.uids(f"UID {uid + 1}:*")})
        new = [
            each for each in found if each > uid
        ]  # `n:*` names the last message even when it is below n
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            known = self._envelopes(batch)
            yield from (
                known[each] for each in batch if each in known
            )  # one that is gone was deleted meanwhile

    def fetch(self, envelope: Envelope) -> bytes:
        """The whole message, which stays unread."""
        return b"".join(self._piece(envelope.uid, "BODY.PEEK[]"))

    def fetch_pieces(self, envelope: Envelope) -> Iterator[bytes]:
        """A large message piece by piece."""
        offset = 0
        while piece := b"".join(self._piece(envelope.uid, f"BODY.PEEK[]<{offset}.{PIECE}>")):
            yield piece
            offset += len(piece)
            if len(piece) < PIECE:
                return

    def _piece(self, uid: int, part: str) -> Iterator[bytes]:
        for item in self._fetch(str(uid), f"({part})"):
            if isinstance(item, tuple):
                yield item[1]

    def _envelopes(self, uids: list[int]) -> dict[int, Envelope]:
        found = {}
        for item in self._fetch(",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)"):
            line = item[0] if isinstance(item, tuple) else item or b""
            uid, size = _UID.search(line), _SIZE.search(line)
            if uid and size:
                found[int(uid.group(1))] = Envelope(
                    int(uid.group(1)), int(size.group(1)), _instant(line)
                )
        return found

    def _fetch(self, uids: str, parts: str) -> list[Any]:
        with _answering():
            status, data = self.box.client.uid("fetch", uids, parts)
            if status != "OK":
                raise Unavailable(
                    "The mailbox did not hand out a message: {status}.", status=status
                )
        return list(data)


def _port(parts: SplitResult) -> int:
    """0 where none is said, -1 where what is said is none."""
    try:
        return parts.port or 0
    except ValueError:
        return -1


def parse_address(url: str, *, ca_file: str = "") -> Address:
    """The address of a mailbox. Raises InvalidInput; what it says holds no password."""
    parts = urlsplit(url)
    port = _port(parts)
    named = parts.hostname and parts.username
    if parts.scheme not in ("imap", "imaps") or not named or port < 0:
        raise InvalidInput(
            "expected a mailbox such as imaps://user:password@host:993/INBOX in REDRESS_IMAP_URL"
        )
    secure = parts.scheme == "imaps"
    return Address(
        secure=secure,
        starttls=parse_qs(parts.query).get("starttls") == ["1"],
        host=str(parts.hostname),
        port=port or (993 if secure else 143),
        user=unquote(str(parts.username)),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.lstrip("/")) or "INBOX",
        ca_file=ca_file,
    )


@contextmanager
def open_mailbox(address: Address) -> Iterator[OpenMailbox]:
    """Sign in and select the folder. Raises Unavailable."""
    context = tls_context(address.ca_file)
    with _answering():
        where = (address.host, address.port, TIMEOUT_SECONDS)
        box: BaseMailBox
        if address.secure:
            box = MailBox(*where, ssl_context=context)
        elif address.starttls:
            box = MailBoxStartTls(*where, ssl_context=context)
        else:
            box = MailBoxUnencrypted(*where)
    try:
        with _answering():
            box.login(address.user, address.password, initial_folder=None)
            box.folder.set(address.folder, readonly=True)
            validity = box.folder.status(address.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
        yield OpenMailbox(box, address.name, validity)
    finally:
        try:
            box.logout()
        except (ImapToolsError, imaplib.IMAP4.error, OSError):
            box.client.shutdown()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (ImapToolsError, imaplib.IMAP4.error, OSError, KeyError) as error:
        raise Unavailable(
            "The mailbox cannot be read: {kind}: {error}",
            kind=type(error).__name__,
            error=str(error)[:200],
        ) from error


def _instant(line: bytes) -> datetime | None:
    local = imaplib.Internaldate2tuple(line)
    return None if local is None else datetime.fromtimestamp(time.mktime(local), UTC)
