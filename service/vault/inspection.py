"""Whether a file may be handed out: what it is, and the reason when it has to be locked away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.sentence import Sentence
from service.vault.archives import look_into
from service.vault.signatures import EXECUTABLE, OLE, RUNS, TYPES, UNKNOWN, ZIP, ending, sniff

_VBA = (
    "_VBA_PROJECT".encode("utf-16-le"),
    b"\x00Attribut\x00e ",
    "VBA".encode("utf-16-le") + b"\x00\x00",
)
_PDF_ACTIONS = (b"/JavaScript", b"/Launch")
INERT = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/tiff",
        "image/bmp",
        "image/heic",
        "audio/mpeg",
        "audio/mp4",
        "audio/wav",
        "audio/ogg",
        "audio/flac",
        "audio/amr",
        "video/mp4",
        "text/plain",
    }
)
"""What may be named by its own type when it is downloaded; everything else goes out as plain
bytes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is. `reason` says why it is quarantined, None when it is not."""

    media_type: str
    reason: str | None = None


def inspect(path: Path, name: str, *, size: int, limit: int) -> Verdict:
    """Look at a kept file under the name it was sent with."""
    media_type = sniff(path)
    reason = None
    if media_type == ZIP:
        media_type, reason = look_into(path)
    if media_type == EXECUTABLE or ending(name) in RUNS:
        return Verdict(media_type, Sentence("a program, or a file that a system would run"))
    if size > limit:
        return Verdict(media_type, Sentence("larger than {limit:,} bytes", limit=limit))
    if media_type == OLE and _holds(path, _VBA):
        return Verdict(media_type, Sentence("a document with macros"))
    if media_type == "application/pdf" and _holds(path, _PDF_ACTIONS):
        return Verdict(media_type, Sentence("a PDF that runs scripts or programs"))
    return Verdict(media_type, reason or _mismatch(media_type, name))


def _mismatch(media_type: str, name: str) -> str | None:
    expected = TYPES.get(ending(name))
    if expected is None or media_type in expected:
        return None
    found = "something unknown" if media_type == UNKNOWN else media_type
    return Sentence(
        "its name ends in .{ending}, its content is {found}", ending=ending(name), found=found
    )


def _holds(path: Path, marks: tuple[bytes, ...]) -> bool:
    """Whether the file has one of these byte strings, read in overlapping pieces."""
    overlap = max(len(mark) for mark in marks)
    with path.open("rb") as file:
        tail = b""
        while piece := file.read(1 << 20):
            window = tail + piece
            if any(mark in window for mark in marks):
                return True
            tail = window[-overlap:]
    return False
