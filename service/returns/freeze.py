"""A return is frozen as it was made. Another one of the same form and period is a resubmission: it
says why, and the one before stays."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import orjson

from service.errors import InvalidInput
from service.insight import Period
from service.returns.build import Return

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Frozen:
    """Where a return lies. `is_new` is False where the last one is the same."""

    folder: Path
    version: int
    is_new: bool


def freeze(
    made: Return, period: Period, folder: Path, *, now: datetime, by: str, reason: str = ""
) -> Frozen:
    """Write it below `folder` as the next version, unless it is as the last one was. Raises
    InvalidInput where it differs from the last one and no reason is given."""
    place = folder / f"{made.mapping.id}-{period.first}-{period.last}"
    files = _files(made)
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    versions = sorted(int(each.name) for each in place.glob("[0-9]*") if each.is_dir())
    last = versions[-1] if versions else 0
    if last:
        known = orjson.loads((place / str(last) / MANIFEST).read_bytes())
        if known["files"] == hashes:
            return Frozen(place / str(last), last, False)
        if not reason.strip():
            raise InvalidInput(
                "expected the same figures as in version {version} of {place}, found others: "
                "say why with --resubmit",
                version=last,
                place=str(place),
            )
    manifest = {
        "return": made.mapping.id,
        "title": made.mapping.title,
        "source": made.mapping.source,
        "confirmed": made.mapping.confirmed,
        "toConfirm": made.mapping.to_confirm,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "version": last + 1,
        "madeAt": now.isoformat(),
        "madeBy": by,
        "resubmittedBecause": reason,
        "ready": made.is_ready,
        "files": hashes,
    }
    return Frozen(_write(place / str(last + 1), files, manifest), last + 1, True)


def _write(place: Path, files: dict[str, bytes], manifest: dict[str, Any]) -> Path:
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / name).write_bytes(content)
    text = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    (place / MANIFEST).write_bytes(text)
    return place


def _files(made: Return) -> dict[str, bytes]:
    findings = [(each.number, each.rule) for each in made.findings]
    uncoded = [(each.number, each.fact, each.value) for each in made.uncoded]
    return {
        "return.csv": _csv(made.heads, made.lines),
        "cases.csv": _csv(["number"], [[number] for number in made.cases]),
        "findings.csv": _csv(["number", "rule"], findings),
        "uncoded.csv": _csv(["number", "fact", "value"], uncoded),
    }


def _csv(heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([_safe(each) for each in heads])
    writer.writerows([_safe(cell) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
