"""Looking into zip files (and the office documents that are some) by their directory, unpacking
nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

from service.sentence import Sentence
from service.vault.signatures import RUNS, ZIP, ending

MOST_ENTRIES = 5_000
MOST_BYTES = 1 << 30
MOST_RATIO = 200
RATIO_MATTERS = 50 << 20
NESTED = frozenset({"zip", "jar", "7z", "rar", "gz", "bz2", "xz", "tar", "iso"})
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PARTS = {
    "word/": _OFFICE + "wordprocessingml.document",
    "xl/": _OFFICE + "spreadsheetml.sheet",
    "ppt/": _OFFICE + "presentationml.presentation",
}


def look_into(path: Path) -> tuple[str, str | None]:
    """The media type of a zip file, and why it has to be locked away, if it has to."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return ZIP, Sentence("an archive that cannot be read")
    return _kind(entries), _reason(entries, path.stat().st_size)


def _kind(entries: list[zipfile.ZipInfo]) -> str:
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names:
        return ZIP
    return next(
        (kind for start, kind in _PARTS.items() if any(name.startswith(start) for name in names)),
        ZIP,
    )


def _reason(entries: list[zipfile.ZipInfo], packed: int) -> str | None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES:
        return Sentence(
            "an archive that unpacks to {count:,} files and {unpacked:,} bytes",
            count=len(entries),
            unpacked=unpacked,
        )
    if unpacked > RATIO_MATTERS and unpacked > MOST_RATIO * packed:
        return Sentence(
            "an archive that unpacks to {times} times its size", times=unpacked // max(packed, 1)
        )
    if any(entry.flag_bits & 1 for entry in entries):
        return Sentence("an archive under a password: it cannot be looked into")
    return _reason_inside([entry.filename.casefold() for entry in entries])


def _reason_inside(names: list[str]) -> str | None:
    if any(name.endswith("vbaproject.bin") for name in names):
        return Sentence("a document with macros")
    if any(ending(name) in RUNS for name in names):
        return Sentence("an archive with a program in it")
    if any(ending(name) in NESTED for name in names):
        return Sentence("an archive within an archive")
    return None
