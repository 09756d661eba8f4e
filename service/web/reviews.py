"""The review desk: what waits for compliance, one version with everything known of it, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import flask
from markupsafe import Markup

from service import definitions, operations
from service.definitions import review as rows
from service.definitions.review_states import possible
from service.errors import InvalidInput
from service.identity import Role
from service.notifications import make_pdf
from service.scenarios import Findings, find_all
from service.web.dossier import dossier_page
from service.web.edge import PAGE_SIZE, actor, blueprint, language, now, parts, signed_in
from service.web.paging import key_asked, page_of

DESK = (Role.COMPLIANCE, Role.OWNER, Role.ADMIN)


@blueprint.get("/reviews")
@signed_in(*DESK)
def reviews() -> Any:
    with parts().runtime.database.read() as connection:
        found = rows.list_versions(connection, before=key_asked(), limit=PAGE_SIZE + 1)
    versions, more = page_of(found, lambda version: version.key)
    return flask.render_template("reviews.html", versions=versions, more=more)


@blueprint.get("/reviews/<int:key>")
@signed_in(*DESK)
def review(key: int) -> Any:
    return flask.render_template("review.html", **_known(key))


@blueprint.get("/reviews/<int:key>/dossier.pdf")
@signed_in(*DESK)
def review_dossier(key: int) -> Any:
    known = _known(key)
    page = dossier_page(known, language=language(), zone=parts().runtime.profile.calendar.zone)
    return flask.Response(make_pdf(page), mimetype="application/pdf")


@blueprint.post("/reviews/<int:key>/<any(submit,return,approve,release,retire,comment,resolve,tag):verb>")
@signed_in(*DESK)
def review_action(key: int, verb: str) -> Any:
    _ACTIONS[verb](key, flask.request.form)
    return flask.redirect(flask.url_for("web.review", key=key))


def _known(key: int) -> dict[str, Any]:
    """Everything known of a version: its change against what is in use, its proofs and scenarios, its history."""
    runtime = parts().runtime
    with runtime.database.read() as connection:
        version = rows.get_version(connection, key)
        base = rows.find_base(connection, version)
        files = definitions.read_files(connection, key)
        before = definitions.read_files(connection, base) if base is not None else {}
        authors = rows.list_authors(connection, version)
        steps, comments = rows.list_steps(connection, key), rows.list_comments(connection, key)
        tags = rows.list_tags(connection, key)
    changes = definitions.compare(before, files)
    names = "zh-Hant" if language().startswith("zh") else "en"
    return {
        "version": version,
        "authors": sorted(authors),
        "verbs": [verb.value for verb in possible(version.state, actor(), authors)],
        "words": definitions.say_all(changes, names),
        "pictures": _pictures(before, files, changes, names),
        "found": _findings(key),
        "steps": steps,
        "comments": comments,
        "tags": tags,
    }


def _pictures(before: dict[str, bytes], after: dict[str, bytes], changes: Any, names: str) -> list[tuple[str, Markup]]:
    drawn = []
    for path in sorted({change.file for change in changes if change.file.endswith(".bpmn")}):
        own = [change for change in changes if change.file == path]
        if path in before and path in after:
            picture = definitions.draw_over(before[path], after[path], own, language=names)
        elif path in after:
            picture = definitions.draw_after(after[path], own, language=names)
        else:
            picture = definitions.draw_before(before[path], own, language=names)
        drawn.append((path, Markup(picture)))  # noqa: S704 - drawn by us, every text of the diagram escaped
    return drawn


def _findings(key: int) -> Findings:
    """A version never changes, so neither does what is found in it on one day."""
    return _found(parts().runtime, key, now().replace(hour=0, minute=0, second=0, microsecond=0))


@lru_cache(maxsize=16)
def _found(runtime: operations.Runtime, key: int, day: datetime) -> Findings:
    with runtime.database.read() as connection:
        files = definitions.read_files(connection, key)
        bundle = runtime.bundles.get(connection, key)
    return find_all(bundle, files, profile=runtime.profile, now=day)


def _submit(key: int, form: Any) -> None:
    operations.submit_bundle(parts().runtime, key, summary=form.get("text", ""), actor=actor(), now=now())


def _return(key: int, form: Any) -> None:
    operations.return_bundle(parts().runtime, key, reason=form.get("text", ""), actor=actor(), now=now())


def _approve(key: int, form: Any) -> None:
    runtime = parts().runtime
    with runtime.database.read() as connection:
        content_hash = rows.get_version(connection, key).content_hash
    evidence = _findings(key).evidence(content_hash)
    operations.approve_bundle(runtime, key, evidence, reason=form.get("text", ""), actor=actor(), now=now())


def _release(key: int, form: Any) -> None:
    text = form.get("at", "").strip()
    at = None
    if text:
        try:
            at = datetime.fromisoformat(text).replace(tzinfo=parts().runtime.profile.calendar.zone)
        except ValueError:
            raise InvalidInput(f"expected a date such as 2026-04-01, got {text!r}") from None
    operations.release_bundle(parts().runtime, key, at=at, actor=actor(), now=now())


def _retire(key: int, form: Any) -> None:
    operations.retire_bundle(parts().runtime, key, reason=form.get("text", ""), actor=actor(), now=now())


def _comment(key: int, form: Any) -> None:
    operations.comment_bundle(
        parts().runtime, key, file="", element_id=form.get("element", "").strip(), text=form.get("text", ""),
        actor=actor(), now=now(),
    )  # fmt: skip


def _resolve(key: int, form: Any) -> None:
    comment = form.get("comment", "")
    number = int(comment) if comment.isdecimal() else 0
    operations.resolve_comment(parts().runtime, key, number, answer=form.get("text", ""), actor=actor(), now=now())


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
