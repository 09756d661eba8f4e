"""The files that customers and staff of the demo hand in, drawn here: a picture of a slip, a letter
as a PDF, a text."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from html import escape
from random import Random

from service import cases
from service.cases import NewEvidence
from service.errors import Unavailable
from service.letters import html_page, make_pdf
from service.vault import Vault

WIDTH, HEIGHT, LINE = 480, 320, 22


def draw(vault: Vault, name: str, *, kind: str, source: str, text: str) -> NewEvidence:
    """A file of that name in the vault, which tells of `text` as far as its kind can."""
    content = text.encode()
    if name.endswith(".png"):
        content = draw_slip(name)
    elif name.endswith(".pdf"):
        with suppress(Unavailable):  # without the fonts it is a text under its other name
            page = html_page(name, f"<h1>{escape(name)}</h1><p>{escape(text)}</p>", language="en")
            return _examine(vault, make_pdf(page), name=name, kind=kind, source=source)
        name = name.replace(".pdf", ".txt")
    return _examine(vault, content, name=name, kind=kind, source=source)


def _examine(vault: Vault, content: bytes, *, name: str, kind: str, source: str) -> NewEvidence:
    return cases.examine(vault, vault.keep_bytes(content), name=name, kind=kind, source=source)


def draw_slip(seed: str) -> bytes:
    """A PNG that looks like a photographed slip: paper with lines of print, the same for a seed."""
    chance = Random(seed)  # noqa: S311 - a drawing
    ends = [chance.randint(WIDTH // 3, WIDTH - 40) for _ in range(HEIGHT // LINE + 1)]
    rows = []
    for y in range(HEIGHT):
        end = ends[y // LINE] if 8 <= y % LINE < 14 else 0
        inked = max(0, end - 40)
        row = b"\xf4" * 40 + b"\x55" * inked + b"\xf4" * (WIDTH - 40 - inked)
        rows.append(b"\0" + row)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 9)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
