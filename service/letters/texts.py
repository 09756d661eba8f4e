"""The letters of a case as its version of the procedure words them:
`processes/letters/NAME.LANGUAGE.letter.txt`."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.definitions import shipped_files
from service.definitions.tables import bundle_file, definition_file
from service.errors import NotFound
from service.instances.tables import process_instance

FOLDER, SUFFIX = "processes/letters/", ".letter.txt"
_TEXT = Prepared(
    sa.select(definition_file.c.content)
    .join(bundle_file, bundle_file.c.content_hash == definition_file.c.content_hash)
    .join(process_instance, process_instance.c.bundle_key == bundle_file.c.bundle_key)
    .where(
        process_instance.c.root_key == sa.bindparam("b_root_key"),
        bundle_file.c.path == sa.bindparam("b_path"),
    )
)


def path_of(template: str, language: str) -> str:
    """Where the text of a letter is in a version."""
    return f"{FOLDER}{template}.{language}{SUFFIX}"


def letter_text(connection: Connection, root_key: int, template: str, language: str) -> str | None:
    """The text of a letter in the case's version; as it is shipped where that has none; None where
    neither has."""
    path = path_of(template, language)
    row = _TEXT.first(connection, {"b_root_key": root_key, "b_path": path})
    return (
        shipped_letters().get(path)
        if row is None
        else bytes(row["content"]).decode("utf-8", "replace")
    )


@lru_cache(maxsize=1)
def shipped_letters() -> dict[str, str]:
    """The texts of the shipped letters by path."""
    try:
        files = shipped_files()
    except NotFound:
        return {}
    return {path: content.decode() for path, content in files.items() if path.endswith(SUFFIX)}
