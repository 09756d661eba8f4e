"""Policy files: jurisdictions, severity targets, calendars, clauses, emergency levels, as JSON that
a bank may edit.

The shipped files lie in `policy/`. A bank's own folder (`REDRESS_POLICY_DIR`) goes over them, file
by file. Every file is checked against its schema before anything starts: a typo is named with its
file and place.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from service.errors import InvalidInput

SHIPPED = Path(__file__).parent / "data"
KINDS = {
    "severity.json": "severity",
    "calendars.json": "calendars",
    "emergency.json": "emergency",
    "interest.json": "interest",
}
PROFILES = "profiles"
CLAUSES = "clauses.json"


@lru_cache(maxsize=8)
def read_policies(folder: Path | None = None) -> Mapping[str, Any]:
    """Every policy file by its name below the folder, checked. Raises InvalidInput naming the first
    problem."""
    found = _read(SHIPPED)
    if folder is not None:
        if not folder.is_dir():
            raise InvalidInput(
                "REDRESS_POLICY_DIR: expected a folder, found nothing at {folder}", folder=folder
            )
        found |= _read(folder)
    return found


def policy_file(name: str, folder: Path | None = None) -> Any:
    """One policy file. Raises InvalidInput when there is none of that name."""
    found = read_policies(folder)
    if name not in found:
        raise InvalidInput(
            "expected a policy file out of {found}, got {name!r}", found=sorted(found), name=name
        )
    return found[name]


def _read(folder: Path) -> dict[str, Any]:
    found = {}
    for path in sorted((*folder.glob("*.json"), *(folder / PROFILES).glob("*.json"))):
        name = path.relative_to(folder).as_posix()
        if path.name == "schema.json" and folder == SHIPPED:
            continue
        found[name] = _checked(path, name)
    return found


def _checked(path: Path, name: str) -> Any:
    kind = (
        "profile"
        if name.startswith(f"{PROFILES}/")
        else "clauses"
        if name == CLAUSES
        else KINDS.get(name)
    )
    if kind is None:
        raise InvalidInput(
            "{path}: expected {clauses} or {profiles}/NAME.json, got {name}",
            path=path,
            clauses=(*KINDS, CLAUSES),
            profiles=PROFILES,
            name=name,
        )
    try:
        document = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise InvalidInput(
            "{path}: this policy file is no JSON: {error}", path=path, error=error
        ) from error
    for problem in _validator(kind).iter_errors(document):
        place = "/".join(str(part) for part in problem.instance_path) or "the file as a whole"
        raise InvalidInput(
            "{path}: at {place}: {message}", path=path, place=place, message=problem.message
        )
    if kind == "profile" and document["id"] != path.stem:
        raise InvalidInput(
            "{path}: at id: expected {stem!r}, the name of the file, got {id!r}",
            path=path,
            stem=path.stem,
            id=document["id"],
        )
    return document


@lru_cache(maxsize=8)
def _validator(kind: str) -> Any:
    schema = orjson.loads((SHIPPED / "schema.json").read_bytes())
    return jsonschema_rs.Draft202012Validator(
        {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": f"#/$defs/{kind}"},
        validate_formats=True,
        offline=True,
    )
