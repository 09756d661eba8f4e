"""The workbench: drafts of the procedure, their files, what the check says of them, and their way
to a version."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import flask

from service import audit, definitions, operations
from service.audit import HouseEvent, HouseRow
from service.db import Connection
from service.definitions import Draft
from service.i18n.catalogue import say
from service.identity import Permission
from service.operations import COMPLAINT_PROCESS
from service.reporting.version_titles import find_own_name
from service.scenarios import SUFFIX
from service.web.edge import PAGE_SIZE, actor, blueprint, language, now, parts, signed_in
from service.web.file_titles import group_files, title_files
from service.web.findings import findings_of, problems_of
from service.web.house_record import told
from service.web.paging import key_asked, page_of
from service.web.returned import find_returned
from service.web.review_policy import REVIEWED, list_reviewed

RECENT = 10
"""So many changes of who reviews are shown."""


POLICIES = (HouseEvent.POLICY_SET, HouseEvent.POLICY_ASKED)


@blueprint.get("/workbench")
@signed_in(may=Permission.READ_DRAFTS)
def workbench() -> Any:
    with parts().runtime.database.read() as connection:
        found = definitions.list_drafts(connection, before=key_asked(), limit=PAGE_SIZE + 1)
        released = definitions.find_released(connection, COMPLAINT_PROCESS)
        in_force = definitions.list_in_force(connection)
        own = find_own_name(connection)
        reviewed = list_reviewed(connection, own)
        said = audit.list_recent_house_events(connection, POLICIES, limit=RECENT)
        is_new = bool(own) and _is_new_release(connection, own)
    drafts, more = page_of(found, lambda draft: draft.key)
    return flask.render_template(
        "workbench.html",
        drafts=drafts,
        more=more,
        released=released,
        in_force=in_force,
        reviewed=reviewed,
        reviews=REVIEWED,
        record=told(said, values={key: say(text, language()) for key, text in REVIEWED.items()}),
        may_edit=actor().may(Permission.EDIT_DRAFTS),
        is_new_release=is_new,
    )


def _is_new_release(connection: Connection, name: str) -> bool:
    """Whether the product ships a procedure that this bank has not stored yet under this name."""
    return definitions.find_same(connection, name, definitions.shipped_hash()) is None


@blueprint.post("/workbench/release")
@signed_in(may=Permission.EDIT_DRAFTS)
def bring_in_release() -> Any:
    """A draft in which what the product ships and what the bank has changed come together."""
    title = say("The new release of the procedure", language())
    key = operations.bring_in_release(
        parts().runtime, definitions.shipped_files(), title=title, actor=actor(), now=now()
    )
    return flask.redirect(flask.url_for("web.draft_page", key=key))


@blueprint.post("/workbench/drafts")
@signed_in(may=Permission.EDIT_DRAFTS)
def start_draft() -> Any:
    title = flask.request.form.get("title", "")
    procedure = flask.request.form.get("procedure", "")[:100]
    key = operations.open_draft(
        parts().runtime, title, actor=actor(), now=now(), procedure=procedure
    )
    return flask.redirect(flask.url_for("web.draft_page", key=key))


@blueprint.get("/workbench/drafts/<int:key>")
@signed_in(may=Permission.READ_DRAFTS)
def draft_page(key: int) -> Any:
    return _draft_page(key)


def _draft_page(key: int, refusals: tuple[str, ...] = ()) -> str:
    """The page of a draft; before it is submitted with why it could not be approved as it is."""
    with parts().runtime.database.read() as connection:
        draft = definitions.get_draft(connection, key)
        files = definitions.list_draft_files(connection, key)
        content = definitions.read_draft(connection, key)
        base = base_of(connection, draft)
        record = audit.list_house_events(connection, audit.draft_subject(key))
        returned = find_returned(connection, draft)
    marks = definitions.changed_paths(content, base)
    apart = set(marks) if base else set()  # of a new procedure everything is new
    problems = (*problems_of(content), *definitions.find_stale(base, content))
    asked = flask.request.args.get("find", "").strip()[:100]
    return flask.render_template(
        "draft.html",
        draft=draft,
        changed=()
        if asked
        else title_files(
            [each for each in files if each.path in apart], content, language=language()
        ),
        groups=group_files(
            [each for each in files if asked or each.path not in apart],
            content,
            language=language(),
            asked=asked,
        ),
        asked=asked,
        marks=marks,
        problems=problems,
        refusals=refusals,
        plays=any(path.endswith(SUFFIX) for path in content),
        may_edit=may_edit(draft),
        record=told(record),
        release=release_of(record),
        returned=returned,
    )


def release_of(record: Iterable[HouseRow]) -> Mapping[str, Any] | None:
    """What the draft's first row says of the release that it brings in; None where it brings in
    none."""
    opened = (each.details for each in record if each.event == HouseEvent.DRAFT_OPENED)
    return next((each for each in opened if "release" in each), None)


@blueprint.get("/workbench/drafts/<int:key>/download")
@signed_in(may=Permission.READ_DRAFTS)
def download(key: int) -> Any:
    with parts().runtime.database.read() as connection:
        draft = definitions.get_draft(connection, key)
        files = definitions.read_draft(connection, key)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    packed.seek(0)
    return flask.send_file(
        packed,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{draft.name}-draft-{key}.zip",
    )


@blueprint.post("/workbench/drafts/<int:key>/discard")
@signed_in(may=Permission.EDIT_DRAFTS)
def discard(key: int) -> Any:
    operations.discard_draft(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.workbench"))


@blueprint.post("/workbench/drafts/<int:key>/deploy")
@signed_in(may=Permission.EDIT_DRAFTS)
def deploy_draft(key: int) -> Any:
    """Make the next version of what is drafted, and ask for its review. It starts no case before it
    is released. What nobody could approve is submitted only when that is said again."""
    if "anyway" not in flask.request.form:
        with parts().runtime.database.read() as connection:
            found = findings_of(definitions.read_draft(connection, key))
        if found is not None and found[0].refusals:
            return _draft_page(key, found[0].refusals)
    made = operations.deploy_draft(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.review", key=made))


def may_edit(draft: Draft) -> bool:
    return draft.state == "open" and actor().may(Permission.EDIT_DRAFTS)


def base_of(connection: Connection, draft: Draft) -> dict[str, bytes]:
    """The files that a draft began with; none of a new procedure."""
    return (
        {}
        if draft.base_bundle_key is None
        else definitions.read_files(connection, draft.base_bundle_key)
    )
