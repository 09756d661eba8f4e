"""Style sheets, scripts and pictures: read once, named by their content, compressed once, kept by
browsers for a year.

The style sheets of `static/css/` are one file to the browser, in the order of their names.
"""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

from service.edge import STATIC
from service.errors import NotFound

BUNDLE = "app.css"
_FOLDER = Path(__file__).parent / "static"
_TEXT = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that is served as it is. `mark` is the beginning of its SHA-256."""

    content: bytes
    compressed: bytes
    kind: str
    mark: str


def asset_url(name: str) -> str:
    """Where an asset is, with its mark: a new content is a new address."""
    return f"{STATIC}{name}?v={find_asset(name).mark}"


@lru_cache(maxsize=256)
def find_asset(name: str) -> Asset:
    """An asset by its name. Raises NotFound."""
    content = _bundle() if name == BUNDLE else _read(name)
    kind = _TEXT.get(Path(name).suffix) or guess_type(name)[0] or "application/octet-stream"
    return Asset(
        content, gzip.compress(content, 9, mtime=0), kind, sha256(content).hexdigest()[:12]
    )


def _bundle() -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted((_FOLDER / "css").glob("*.css")))


def _read(name: str) -> bytes:
    # a link within the folder is followed: it is ours, as the built part of a working copy may be
    path = Path(os.path.abspath(_FOLDER / name))
    if not path.is_relative_to(_FOLDER) or not path.is_file():
        raise NotFound("There is no file {name}.", name=name)
    return path.read_bytes()
