"""Migration plans: draw one up, look at its mapping, try it, have it carried out, see what became
of each case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import flask

from service import definitions, migration_plans, operations, reporting
from service.db import Connection
from service.definitions import review as versions
from service.errors import RedressError
from service.identity import Permission
from service.migration_plans import (
    AT_WORK,
    FINAL,
    WITH_REASON,
    CaseState,
    MigrationPlan,
    PlanState,
    Verb,
)
from service.web.edge import PAGE_SIZE, actor, blueprint, language, now, parts, signed_in
from service.web.mapping import mapping_of, names_of, places_of
from service.web.migration_words import CASES, EVENTS, PLANS, WHYS, say_obstacles
from service.web.paging import key_asked, page_of

OFFERED = 200
"""Versions to choose from, the newest."""


@blueprint.get("/migrations")
@signed_in(may=Permission.MIGRATE_INSTANCES)
def migration_list() -> Any:
    return _list("")


@blueprint.post("/migrations")
@signed_in(may=Permission.MIGRATE_INSTANCES)
def migration_draw_up() -> Any:
    sent = flask.request.form
    try:
        key = operations.draw_up_migration(
            parts().runtime,
            title=sent.get("title", ""),
            from_bundle=_key(sent.get("from", "")),
            to_bundle=_key(sent.get("to", "")),
            actor=actor(),
            now=now(),
        )
    except RedressError as error:
        return _list(error.message), 409
    return flask.redirect(flask.url_for("web.migration_page", key=key))


@blueprint.get("/migrations/<int:key>")
@signed_in(may=Permission.MIGRATE_INSTANCES)
def migration_page(key: int) -> Any:
    return _show(key, "")


@blueprint.get("/migrations/<int:key>/run")
@signed_in(may=Permission.MIGRATE_INSTANCES)
def migration_run(key: int) -> Any:
    """The part of the page that changes while the worker is at it; the whole page when that is
    over."""
    known = _run(key)
    over = {} if known["at_work"] else {"HX-Refresh": "true"}
    return flask.Response(flask.render_template("migration_run.html", **known), headers=over)


@blueprint.post("/migrations/<int:key>/places")
@signed_in(may=Permission.MIGRATE_INSTANCES)
def migration_edit(key: int) -> Any:
    sent = flask.request.form
    with parts().runtime.database.read() as connection:
        before = migration_plans.get_plan(connection, key).places
    try:
        operations.edit_migration(
            parts().runtime,
            key,
            places_of(sent, before),
            revision=_key(sent.get("revision", "")),
            actor=actor(),
            now=now(),
        )
    except RedressError as error:
        return _show(key, error.message), 409
    return flask.redirect(flask.url_for("web.migration_page", key=key))


@blueprint.post("/migrations/<int:key>/<any('try',start,stop,'go-on',revert,drop):verb>")
@signed_in(may=Permission.MIGRATE_INSTANCES)
def migration_action(key: int, verb: str) -> Any:
    reason = flask.request.form.get("reason", "")
    try:
        operations.carry_on_migration(
            parts().runtime, key, Verb(verb), reason=reason, actor=actor(), now=now()
        )
    except RedressError as error:
        return _show(key, error.message), 409
    return flask.redirect(flask.url_for("web.migration_page", key=key))


def _key(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _version_names(
    connection: Connection, known: Iterable[versions.Version], plans: Iterable[MigrationPlan]
) -> dict[int, str]:
    """Of the versions that are known, and of those that plans lead from and to."""
    named = {each.key: f"{each.name} {each.version}" for each in known}
    told = {plan.from_bundle for plan in plans} | {plan.to_bundle for plan in plans}
    return named | {key: operations.version_name(connection, key) for key in told - named.keys()}


def _list(problem: str) -> str:
    with parts().runtime.database.read() as connection:
        found = migration_plans.list_plans(connection, before=key_asked(), limit=PAGE_SIZE + 1)
        known = versions.list_versions(connection, limit=OFFERED)
        running = reporting.count_running(connection)
        named = _version_names(connection, known, found)
        used = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
    plans, more = page_of(found, lambda plan: plan.key)
    return flask.render_template(
        "migrations.html",
        plans=plans,
        more=more,
        problem=problem,
        version_names=named,
        running=running,
        plan_words=PLANS,
        old=[each for each in known if running.get(each.key)],
        new=[each for each in known if each.in_use != "retired"],
        wanted=_key(flask.request.args.get("to", "")) or (used.bundle_key if used else 0),
        sent=flask.request.form,
    )


def _show(key: int, problem: str) -> str:
    runtime = parts().runtime
    with runtime.database.read() as connection:
        plan = migration_plans.get_plan(connection, key)
        old, new = (
            runtime.bundles.get(connection, each) for each in (plan.from_bundle, plan.to_bundle)
        )
        steps = migration_plans.list_steps(connection, key)
    rows = mapping_of(old, new, plan.places, language())
    return flask.render_template(
        "migration.html",
        **_run(key),
        problem=problem,
        steps=steps,
        looked_at=[row for row in rows if row.differs],
        same=[row for row in rows if not row.differs],
        whys=WHYS,
        events=EVENTS,
        may_edit=Verb.EDIT in _verbs(plan, 0),
    )


def _verbs(plan: MigrationPlan, left: int) -> list[Verb]:
    """What may be done; `left` cases are still in the old version."""
    with parts().runtime.database.read() as connection:
        authors = migration_plans.list_authors(connection, plan.key)
    verbs = migration_plans.possible(plan.state, actor(), authors)
    if plan.state is PlanState.DONE and not left:  # nobody is there to try again
        verbs = [verb for verb in verbs if verb is not Verb.GO_ON]
    return verbs


def _run(key: int) -> dict[str, Any]:
    """How far it is, what became of the cases, and what may be done."""
    runtime = parts().runtime
    with runtime.database.read() as connection:
        plan = migration_plans.get_plan(connection, key)
        counts = migration_plans.count_cases(connection, key)
        left = reporting.count_running(connection).get(plan.from_bundle, 0)
        reasons = migration_plans.list_reasons(connection, key)
        ends = (plan.from_bundle, plan.to_bundle)
        named = {each: operations.version_name(connection, each) for each in ends}
        bundles = tuple(runtime.bundles.get(connection, each) for each in ends)
        shown = _state_asked(counts)
        cases, more = _cases(connection, key, shown)
    names = names_of(bundles, language())
    verbs = _verbs(plan, left)
    return {
        "plan": plan,
        "plan_words": PLANS,
        "case_words": CASES,
        "version_names": named,
        "counts": counts,
        "left": left,
        "progress": _progress(plan.state, counts, left),
        "at_work": plan.state in AT_WORK,
        "reasons": [
            (each.state, say_obstacles(each.text, names, language()), each.number)
            for each in reasons
        ],
        "shown": shown,
        "cases": cases,
        "more": more,
        "names": names,
        "say_note": lambda text: say_obstacles(text, names, language()),
        "verbs": [verb for verb in verbs if verb is not Verb.EDIT],
        "with_reason": WITH_REASON,
        "wants_another": plan.state is PlanState.TRIED and Verb.START not in verbs,
    }


def _state_asked(counts: dict[CaseState, int]) -> CaseState | None:
    """Which cases the page lists: those that the address asks for, else those that could not go."""
    asked = flask.request.args.get("cases", "")
    wanted = [each for each in CaseState if each.value == asked]
    order = (CaseState.STUCK, CaseState.REFUSED, CaseState.KEPT)
    return next(iter([*wanted, *(each for each in order if counts.get(each))]), None)


def _cases(connection: Connection, key: int, state: CaseState | None) -> tuple[Any, str]:
    if state is None:
        return (), ""
    found = migration_plans.list_cases(
        connection, key, state=state, after=key_asked(), limit=PAGE_SIZE + 1
    )
    return page_of(found, lambda case: case.root_key)


def _progress(state: PlanState, counts: dict[CaseState, int], left: int) -> tuple[int, int]:
    """How many cases were gone through, and of how many."""
    if state is PlanState.TRYING:
        done = counts.get(CaseState.FITS, 0) + counts.get(CaseState.STUCK, 0)
        return done, max(done, left)
    if state is PlanState.REVERTING:
        done = counts.get(CaseState.BACK, 0) + counts.get(CaseState.KEPT, 0)
        return done, done + counts.get(CaseState.MOVED, 0)
    done = sum(counts.get(each, 0) for each in FINAL)
    return done, done + max(0, left - counts.get(CaseState.REFUSED, 0))
