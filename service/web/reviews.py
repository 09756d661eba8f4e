"""The review desk: what waits for compliance, one version with everything known of it, and the
decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import flask

from service import definitions, operations, reporting
from service.definitions import review as rows
from service.definitions.review_states import USED, possible
from service.errors import InvalidInput, StateConflict
from service.identity import Permission
from service.letters import make_pdf
from service.reporting.version_titles import find_own_name, title_of
from service.scenarios import Findings
from service.sentence import Words
from service.web.change_view import Effects, changes_by_file, effects_of
from service.web.counterexample import faults_of
from service.web.dossier import dossier_page
from service.web.edge import (
    PAGE_SIZE,
    actor,
    blueprint,
    language,
    now,
    parts,
    signed_in,
    times,
)
from service.web.findings import UNFIT, findings_of, gather_evidence
from service.web.paging import key_asked, page_of
from service.web.review_policy import REVIEWED
from service.web.review_record import find_approval, record_of
from service.web.trial import reached
from service.web.zones import zone

EVENTS: Words = {
    "bundle:review:submitted": "submitted it for review",
    "bundle:review:returned": "returned it",
    "bundle:review:approved": "approved it",
    "bundle:review:released": "released it",
    "bundle:review:skipped": "released it without a review",
    "bundle:release:lapsed": "the planned release lapsed",
    "bundle:release:planned": "planned its release",
    "bundle:comment:added": "commented",
    "bundle:comment:resolved": "answered a comment",
    "bundle:version:retired": "retired it",
    "bundle:version:tagged": "tagged it",
}


@blueprint.get("/reviews")
@signed_in(may=Permission.SEE_REVIEWS)
def reviews() -> Any:
    with parts().runtime.database.read() as connection:
        found = rows.list_versions(connection, before=key_asked(), limit=PAGE_SIZE + 1)
        own = find_own_name(connection)
    versions, more = page_of(found, lambda version: version.key)
    return flask.render_template(
        "reviews.html", versions=[(each, title_of(each, own)) for each in versions], more=more
    )


@blueprint.get("/reviews/<int:key>")
@signed_in(may=Permission.SEE_REVIEWS)
def review(key: int) -> Any:
    return flask.render_template("review.html", **_known(key))


@blueprint.get("/reviews/<int:key>/dossier.pdf")
@signed_in(may=Permission.SEE_REVIEWS)
def review_dossier(key: int) -> Any:
    known = _known(key)
    page = dossier_page(known, times=times())
    return flask.Response(make_pdf(page), mimetype="application/pdf")


@blueprint.post(
    "/reviews/<int:key>/<any(submit,return,approve,release,retire,comment,resolve,tag):verb>"
)
@signed_in(may=Permission.SEE_REVIEWS)
def review_action(key: int, verb: str) -> Any:
    _ACTIONS[verb](key, flask.request.form)
    return flask.redirect(flask.url_for("web.review", key=key))


def _known(key: int) -> dict[str, Any]:
    """Everything known of a version: its change against what is in use, its proofs and scenarios,
    its history."""
    runtime, spoken = parts().runtime, language()
    with runtime.database.read() as connection:
        version = rows.get_version(connection, key)
        base = rows.find_base(connection, version)
        files = definitions.read_files(connection, key)
        before = definitions.read_files(connection, base) if base is not None else {}
        authors = rows.list_authors(connection, version)
        steps, comments = rows.list_steps(connection, key), rows.list_comments(connection, key)
        tags = rows.list_tags(connection, key)
        policy = definitions.policy_of(connection, key)
        own = find_own_name(connection)
    fit, approval = findings_of(files), find_approval(steps)
    record = record_of(None if fit is None else fit[0], approval)
    if record is None:
        raise StateConflict(UNFIT)
    return {
        "version": version,
        "title": title_of(version, own),
        "authors": sorted(authors),
        "verbs": [verb.value for verb in possible(version.state, actor(), authors, policy=policy)],
        "policy": policy,
        "reviews": REVIEWED,
        "first": base is None,
        "changed": changes_by_file(before, files, comments, language=spoken),
        "effects": None if base is None or fit is None else _effects(base, before, files, fit[0]),
        "in_use": version.state in USED,
        "record": record,
        "fit": fit is not None,
        "refusals": () if fit is None else fit[0].refusals,
        "faults": faults_of(record.problems, files, spoken),
        "steps": steps,
        "events": EVENTS,
        "comments": comments,
        "tags": tags,
        **({} if fit is None else reached(*fit)),
    }


def _effects(
    base: int, before: dict[str, bytes], files: dict[str, bytes], found: Findings
) -> Effects | None:
    with parts().runtime.database.read() as connection:
        running = reporting.count_running(connection).get(base, 0)
        tasks = reporting.count_open_tasks(connection, base)
    changed = definitions.compare(before, files)
    was = findings_of(before)
    if was is None:  # the check of today would refuse what it was compared with
        return None
    old, bundle = was
    return effects_of(
        changed, (bundle, old), found, running=running, tasks=tasks, language=language()
    )


def _submit(key: int, form: Any) -> None:
    operations.submit_bundle(
        parts().runtime, key, summary=form.get("text", ""), actor=actor(), now=now()
    )


def _return(key: int, form: Any) -> None:
    operations.return_bundle(
        parts().runtime, key, reason=form.get("text", ""), actor=actor(), now=now()
    )


def _approve(key: int, form: Any) -> None:
    runtime = parts().runtime
    evidence = gather_evidence(runtime, key, now())
    operations.approve_bundle(
        runtime, key, evidence, reason=form.get("text", ""), actor=actor(), now=now()
    )


def _release(key: int, form: Any) -> None:
    text = form.get("at", "").strip()
    at = None
    if text:
        try:
            at = datetime.fromisoformat(text).replace(tzinfo=zone())
        except ValueError:
            raise InvalidInput(
                "expected a date such as 2026-04-01, got {text!r}", text=text
            ) from None
    operations.release_bundle(parts().runtime, key, at=at, actor=actor(), now=now())


def _retire(key: int, form: Any) -> None:
    operations.retire_bundle(
        parts().runtime, key, reason=form.get("text", ""), actor=actor(), now=now()
    )


def _comment(key: int, form: Any) -> None:
    file, _, element = form.get("about", "").strip().rpartition("#")
    operations.comment_bundle(
        parts().runtime,
        key,
        file=file,
        element_id=element,
        text=form.get("text", ""),
        actor=actor(),
        now=now(),
    )


def _resolve(key: int, form: Any) -> None:
    comment = form.get("comment", "")
    number = int(comment) if comment.isdecimal() else 0
    operations.resolve_comment(
        parts().runtime, key, number, answer=form.get("text", ""), actor=actor(), now=now()
    )


def _tag(key: int, form: Any) -> None:
    operations.tag_bundle(parts().runtime, key, form.get("text", ""), actor=actor(), now=now())


_ACTIONS: dict[str, Callable[[int, Any], None]] = {
    "submit": _submit,
    "return": _return,
    "approve": _approve,
    "release": _release,
    "retire": _retire,
    "comment": _comment,
    "resolve": _resolve,
    "tag": _tag,
}
