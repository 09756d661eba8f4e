"""The whole file of a case as one archive: facts, history, letters, contacts, comments, evidence,
and a manifest."""

from __future__ import annotations

import zipfile
from dataclasses import asdict
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import flask
import orjson

from service import audit, cases, letters, tasks
from service.cases import Complaint
from service.db import Connection
from service.identity import Permission
from service.web.edge import blueprint, parts, signed_in
from service.web.evidence import visible_case

MOST_IN_MEMORY = 16 * 1024 * 1024
WRITTEN = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
README = """The file of one complaint.

manifest.json names every other file with its SHA-256. history.json is the case's history: each
row's hash covers the row and the hash before it, so that nothing can be taken out or changed
without the chain breaking.
"""


@blueprint.get("/complaints/<number>/file.zip")
@signed_in(may=Permission.EXPORT_COMPLAINTS)
def export_case(number: str) -> Any:
    complaint = visible_case(number)
    file: IO[bytes] = SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115 - closed by the response
    with parts().runtime.database.read() as connection:
        _write(file, complaint, connection)
    file.seek(0)
    return flask.send_file(
        file,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{complaint.number}.zip",
    )


def _write(file: IO[bytes], complaint: Complaint, connection: Connection) -> None:
    manifest: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: bytes) -> None:
            archive.writestr(name, content)
            manifest[name] = sha256(content).hexdigest()

        put("README.txt", README.encode())
        for name, value in _documents(complaint, connection).items():
            put(f"{name}.json", orjson.dumps(value, option=WRITTEN, default=str))
        for each in cases.list_evidence(connection, complaint.root_key):
            if (
                each.state == "kept"
            ):  # what is locked away stays here; evidence.json says that there is such a file
                put(f"evidence/{each.key}-{each.name}", parts().vault.read(each.sha256))
        archive.writestr(
            "manifest.json",
            orjson.dumps({"sha256": manifest}, option=WRITTEN | orjson.OPT_SORT_KEYS),
        )


def _documents(complaint: Complaint, connection: Connection) -> dict[str, Any]:
    root = complaint.root_key
    return {
        "complaint": asdict(complaint),
        "deadlines": [asdict(each) for each in cases.list_deadlines(connection, root)],
        "tasks": [asdict(each) for each in tasks.list_case_tasks(connection, root)],
        "history": [asdict(each) for each in audit.list_history(connection, root)],
        "letters": [dict(each) for each in letters.list_letters(connection, root)],
        "contacts": [asdict(each) for each in cases.list_contacts(connection, root)],
        "comments": [asdict(each) for each in cases.list_comments(connection, root)],
        "evidence": [asdict(each) for each in cases.list_evidence(connection, root)],
    }
