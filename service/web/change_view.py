"""What a version changes, as the review shows it: file by file in words and pictures, and what it
does to the rules, to what the scenarios reach, and to the cases that run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from markupsafe import Markup

from service import definitions
from service.bpmn.model import Process
from service.definitions import Change, Comment, Kind
from service.engine import Bundle
from service.proof.rules import Verdict
from service.scenarios import Findings
from service.web.file_titles import title_file


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that is not as it was. `title` is "" where the file says none. `beside` are the
    diagram before and after; `elements` are what can be commented: ids with names."""

    path: str
    title: str
    kind: Kind
    sentences: tuple[str, ...]
    over: Markup | None = None
    beside: tuple[Markup, ...] = ()
    elements: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """A rule of which another thing is known than before; None where there was or is no such
    rule."""

    clause: str
    titles: Mapping[str, str]
    before: bool | None
    after: bool | None


@dataclass(frozen=True, slots=True)
class Effects:
    """What a change does. `missed` counts what no scenario comes to, before and after, by kind;
    `standing` are open tasks at elements that change, with their number."""

    rules: tuple[RuleEffect, ...]
    missed: Mapping[str, tuple[int, int]]
    running: int
    standing: tuple[tuple[str, int], ...]


def changes_by_file(
    before: Mapping[str, bytes],
    after: Mapping[str, bytes],
    comments: Iterable[Comment],
    *,
    language: str,
) -> list[FileChange]:
    """Every file that was added, removed or changed; those that the comparison cannot read into are
    named."""
    found: dict[str, list[Change]] = {
        path: [] for path in sorted({*before, *after}) if before.get(path) != after.get(path)
    }
    for change in definitions.compare(before, after):
        found[change.file].append(change)
    pins = _pins(comments)
    return [_file(path, before, after, own, pins, language) for path, own in found.items()]


def _file(
    path: str,
    before: Mapping[str, bytes],
    after: Mapping[str, bytes],
    own: Sequence[Change],
    pins: Mapping[tuple[str, str], str],
    language: str,
) -> FileChange:
    content = after.get(path, before.get(path, b""))
    change = partial(FileChange, path, title_file(path, content, language=language))
    kind = Kind.ADDED if path not in before else Kind.REMOVED if path not in after else Kind.CHANGED
    sentences = tuple(definitions.say_all(own, language))
    if not path.endswith(".bpmn"):
        return change(kind, sentences, elements={each.element: each.name(language) for each in own})
    pinned = {element: text for (file, element), text in pins.items() if file in ("", path)}
    elements = definitions.names_in(content, language)
    if kind is Kind.CHANGED:
        over = definitions.draw_over(before[path], after[path], own, language=language, pins=pinned)
        beside = (
            _safe(definitions.draw_before(before[path], own, language=language)),
            _safe(definitions.draw_after(after[path], own, language=language)),
        )
        return change(kind, sentences, _safe(over), beside, elements)
    alone = definitions.draw_after if kind is Kind.ADDED else definitions.draw_before
    picture = _safe(alone(content, own, language=language, pins=pinned))
    return change(kind, sentences, picture, elements=elements)


def _safe(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - drawn by us, every text of the diagram escaped


def _pins(comments: Iterable[Comment]) -> dict[tuple[str, str], str]:
    """How many comments are open at an element; a tick where all are answered."""
    all_, open_ = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for comment in comments:
        all_[comment.file, comment.element_id] += 1
        open_[comment.file, comment.element_id] += comment.resolved_at is None
    return {place: str(open_[place] or "✓") for place in all_}


def _rule_effect(was: Verdict | None, now: Verdict | None) -> RuleEffect | None:
    known = now or was
    before, after = (None if each is None else each.holds for each in (was, now))
    if known is None or before == after:
        return None
    return RuleEffect(known.rule.clause, known.rule.titles, before, after)


def effects_of(
    changed: Iterable[Change],
    before: tuple[Bundle, Findings],
    after: Findings,
    *,
    running: int,
    tasks: Mapping[tuple[str, str], int],
    language: str,
) -> Effects:
    """What the change from the version `before` does. `running` cases of that version have the open
    `tasks`."""
    bundle, old = before
    was = {each.rule.name: each for each in old.proofs.rules}
    is_ = {each.rule.name: each for each in after.proofs.rules}
    rules = tuple(
        effect
        for name in sorted({*was, *is_})
        if (effect := _rule_effect(was.get(name), is_.get(name))) is not None
    )
    missed_before, missed_after = old.coverage.missed(), after.coverage.missed()
    missed = {
        kind: (len(missed_before[kind]), len(places)) for kind, places in missed_after.items()
    }
    return Effects(rules, missed, running, tuple(_standing(changed, bundle, tasks, language)))


def _standing(
    changed: Iterable[Change], bundle: Bundle, tasks: Mapping[tuple[str, str], int], language: str
) -> Iterable[tuple[str, int]]:
    """Tasks at an element that changes or goes, or at the one that a changed event sits on."""
    by_file: dict[str, set[str]] = {}
    for change in changed:
        if change.kind in (Kind.CHANGED, Kind.REMOVED):
            by_file.setdefault(change.file, set()).add(change.element)
    for process in bundle.models.values():
        touched = by_file.get(process.file, set())
        for element in sorted(touched | _hosts(process, touched)):
            number = tasks.get((process.id, element), 0)
            if number and element in process.elements:
                info = bundle.processes[process.id].elements[element]
                yield info.names.get(language) or info.name or element, number


def _hosts(process: Process, touched: set[str]) -> set[str]:
    """The activities that touched events sit on."""
    return {
        each.attached_to
        for each in process.elements.values()
        if each.id in touched and each.attached_to
    }
