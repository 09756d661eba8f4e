"""What a file is, by its first bytes. Names and declared types are claims; this looks.

A table of our own and not a library: it decides what is locked away, so each line of it has to be
seen.
"""

from __future__ import annotations

import re
from pathlib import Path

HEAD = 4096
UNKNOWN = "application/octet-stream"
EXECUTABLE = "application/x-executable"
ZIP = "application/zip"
OLE = "application/x-ole-storage"

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (6, b"\x00\x00\x00\x00", "image/bmp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"MZ", EXECUTABLE),
    (0, b"\x7fELF", EXECUTABLE),
    (0, b"\xfe\xed\xfa\xce", EXECUTABLE),
    (0, b"\xfe\xed\xfa\xcf", EXECUTABLE),
    (0, b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (0, b"\xce\xfa\xed\xfe", EXECUTABLE),
    (0, b"\xca\xfe\xba\xbe", EXECUTABLE),
    (0, b"\x00asm", EXECUTABLE),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", EXECUTABLE),
    (0, b"#!/", EXECUTABLE),
)
_MARKUP = re.compile(rb"^\s*(<!doctype html|<html|<head|<body|<script|<svg|<\?xml)", re.IGNORECASE)

TYPES: dict[str, frozenset[str]] = {
    "pdf": frozenset({"application/pdf"}),
    "png": frozenset({"image/png"}),
    "jpg": frozenset({"image/jpeg"}),
    "jpeg": frozenset({"image/jpeg"}),
    "gif": frozenset({"image/gif"}),
    "webp": frozenset({"image/webp"}),
    "tif": frozenset({"image/tiff"}),
    "tiff": frozenset({"image/tiff"}),
    "bmp": frozenset({"image/bmp"}),
    "heic": frozenset({"image/heic"}),
    "mp3": frozenset({"audio/mpeg"}),
    "m4a": frozenset({"audio/mp4", "video/mp4"}),
    "wav": frozenset({"audio/wav"}),
    "ogg": frozenset({"audio/ogg"}),
    "mp4": frozenset({"video/mp4"}),
    "mov": frozenset({"video/mp4"}),
    "zip": frozenset({ZIP}),
    "docx": frozenset({"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}),
    "xlsx": frozenset({"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}),
    "pptx": frozenset(
        {"application/vnd.openxmlformats-officedocument.presentationml.presentation"}
    ),
    "doc": frozenset({OLE, "application/rtf"}),
    "xls": frozenset({OLE}),
    "ppt": frozenset({OLE}),
    "msg": frozenset({OLE}),
    "rtf": frozenset({"application/rtf"}),
    "txt": frozenset({"text/plain"}),
    "csv": frozenset({"text/plain"}),
    "eml": frozenset({"text/plain", "text/html"}),
}
"""What a file of that ending has to be."""

RUNS = frozenset(
    {
        "exe",
        "com",
        "scr",
        "pif",
        "bat",
        "cmd",
        "ps1",
        "psm1",
        "vbs",
        "vbe",
        "js",
        "jse",
        "wsf",
        "wsh",
        "hta",
        "msi",
        "msp",
        "jar",
        "lnk",
        "reg",
        "dll",
        "cpl",
        "sh",
        "app",
        "apk",
        "iso",
        "img",
        "vhd",
        "docm",
        "xlsm",
        "pptm",
        "dotm",
        "xltm",
        "xlam",
        "ppam",
        "xll",
        "scf",
        "url",
        "chm",
    }
)
"""Endings that a system would run, whatever the content."""


def sniff(path: Path) -> str:
    """The media type of a file's content, as far as its head tells."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for offset, magic, media_type in _MAGIC:
        if head.startswith(magic, offset) and _is_more(head, media_type):
            return media_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], UNKNOWN)
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "text/html"
    return "text/plain" if b"\x00" not in head else UNKNOWN


def _is_more(head: bytes, media_type: str) -> bool:
    """Two signatures are so short that plain text may begin with them."""
    if media_type == "image/bmp":
        return head.startswith(b"BM")
    return media_type != EXECUTABLE or not head.startswith(b"MZ") or b"\x00" in head


def ending(name: str) -> str:
    """The last ending of a file's name, in small letters; what Windows drops at the end is
    dropped."""
    return name.rstrip(" .").rpartition(".")[2].casefold() if "." in name else ""
