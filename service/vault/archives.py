"""Looking into zip files (and the office documents that are some) by their directory, unpacking
nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

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
        return ZIP, "an archive that cannot be read"
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
        return f"an archive that unpacks to {len(entries):,} files and {unpacked:,} bytes"
    if unpacked > RATIO_MATTERS and unpacked > MOST_RATIO * packed:
        return f"an archive that unpacks to {unpacked // max(packed, 1)} times its size"
    if any(entry.flag_bits & 1 for entry in entries):
        return "an archive under a password: it cannot be looked into"
    names = [entry.filename.casefold() for entry in entries]
    if any(name.endswith("vbaproject.bin") for name in names):
        return "a document with macros"
    if any(ending(name) in RUNS for name in names):
        return "an archive with a program in it"
    if any(ending(name) in NESTED for name in names):
        return "an archive within an archive"
    return None
