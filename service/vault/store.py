"""Where files of evidence lie: each once, under the SHA-256 of its content, written whole or not at
all.

A file is written before the transaction that names it. A crash in between leaves a file that
nothing names, never a name without its file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from service.db import Database
from service.errors import InvalidInput, NotFound, TooLarge, Unavailable

CHUNK = 1 << 16
HARD_FACTOR = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the vault."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Vault:
    """A folder of files. One larger than `limit` is quarantined, one larger than eight times that
    is not taken."""

    folder: Path
    limit: int = 26_214_400

    @property
    def most(self) -> int:
        """Bytes of the largest file that is taken."""
        return self.limit * HARD_FACTOR

    def path(self, sha256: str) -> Path:
        """Where the file of that hash lies."""
        return self.folder / sha256[:2] / sha256

    def keep(self, chunks: Iterable[bytes]) -> Kept:
        """Write a file, never holding more than a chunk of it. Raises TooLarge; InvalidInput when
        there is nothing; Unavailable where the disk takes no more."""
        try:
            return self._keep(chunks)
        except ConnectionError:
            raise
        except OSError as error:
            raise Unavailable(
                "Files cannot be kept now ({why}): nothing was saved; try again later.",
                why=error.strerror,
            ) from error

    def _keep(self, chunks: Iterable[bytes]) -> Kept:
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix="incoming-", dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                kept = _copy(chunks, file, self.most)
                file.flush()
                os.fsync(file.fileno())
            self._place(Path(name), kept)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return kept

    def keep_bytes(self, content: bytes) -> Kept:
        """Write a file that is in memory already."""
        return self.keep(content[start : start + CHUNK] for start in range(0, len(content), CHUNK))

    def read(self, sha256: str) -> bytes:
        """The whole content of a file. Raises NotFound when it is not there, InvalidInput when it
        was changed."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(
                "The file {sha256}… is not in the folder of evidence; restore it from a backup.",
                sha256=sha256[:12],
            ) from None
        except OSError as error:
            raise Unavailable(
                "The folder of evidence cannot be read now ({why}); try again later.",
                why=error.strerror,
            ) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise InvalidInput(
                "The file {sha256}… was changed on disk: its content has another hash.",
                sha256=sha256[:12],
            )
        return content

    def problem_of(self, kept: Kept) -> str:
        """What is wrong with a file as it lies there, "" where nothing is; never holding more than
        a chunk of it."""
        path = self.path(kept.sha256)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            length = path.stat().st_size
        except OSError as error:
            return f"expected a file, {error.strerror}"
        if found != kept.sha256:
            return f"expected its own hash, got {found}"
        return "" if length == kept.size else f"expected {kept.size} bytes, got {length}"

    def _place(self, written: Path, kept: Kept) -> None:
        target = self.path(kept.sha256)
        target.parent.mkdir(exist_ok=True)
        written.chmod(0o440)
        written.replace(
            target
        )  # the same content under the same name: replacing it changes nothing
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_vault(folder: str, database: Database, *, limit: int) -> Vault:
    """The vault of the settings: that folder, or `evidence` beside the database."""
    beside = (
        Path(database.url.database or "var/x").parent
        if database.dialect == "sqlite"
        else Path("var")
    )
    return Vault(Path(folder) if folder else beside / "evidence", limit)


def read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """A stream in chunks."""
    while chunk := stream.read(CHUNK):
        yield chunk


def _copy(chunks: Iterable[bytes], file: BinaryIO, most: int) -> Kept:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise TooLarge("expected a file of at most {most:,} bytes, got more.", most=most)
        digest.update(chunk)
        file.write(chunk)
    if size == 0:
        raise InvalidInput("expected a file with content, got an empty one.")
    return Kept(digest.hexdigest(), size)
