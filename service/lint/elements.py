"""Issues of one element: its expressions, mappings and timers, by the variables known there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.bpmn import names as n
from service.bpmn.model import Element, Mapped, Process, Text
from service.bpmn.timers import due_of
from service.feel import BUILTINS, Expression
from service.feel.tree import Node
from service.lint import signatures as s
from service.lint.given import Bundle
from service.lint.impossible import contradiction
from service.lint.issue import Issue
from service.lint.judge import Judge, truth
from service.lint.kinds import ANY, Kind, text
from service.lint.scope import Scope
from service.lint.trees import tree_of
from service.sentence import Sentence

INSTANT = ("string", s.DAY, s.MOMENT, *s.SPANS)
_TIMERS = {
    "date": ((s.DAY, s.MOMENT, "string"), "a date and time"),
    "duration": ((*s.SPANS, "string"), "a duration such as P3D"),
    "cycle": (("string",), "a cycle such as R3/PT1H or 0 0 9 * * MON-FRI"),
}


@dataclass(slots=True)
class Looker:
    """Looks at the expressions of a process and remembers what they read."""

    bundle: Bundle
    process: Process
    read: set[str]

    def value(self, scope: Scope, source: Text | None, issues: list[Issue]) -> Kind:
        """The kind of an attribute's value."""
        if source is None:
            return ANY
        if source.expression is None:
            return ANY if source.source.startswith("=") else text(source.source)
        return self.expression(scope, source.expression, issues)

    def expression(self, scope: Scope, expression: Expression, issues: list[Issue]) -> Kind:
        tree = tree_of(expression.text, self.bundle.functions)
        if tree is None:
            return ANY
        judge = Judge(self.bundle.world, scope, issues, self.read)
        kind = judge.kind(tree)
        if (issue := contradiction(tree)) is not None:
            issues.append(issue)
        return kind

    def condition(self, scope: Scope, expression: Expression | None, what: str) -> list[Issue]:
        """Issues of what must be true or false."""
        issues: list[Issue] = []
        tree = None if expression is None else tree_of(expression.text, self.bundle.functions)
        if tree is not None:
            truth(Judge(self.bundle.world, scope, issues, self.read), tree, what)
        return issues

    def expected(
        self, scope: Scope, source: Text | None, kinds: tuple[str, ...], what: str
    ) -> list[Issue]:
        """Issues of an attribute whose value must be of one of these kinds."""
        issues: list[Issue] = []
        kind = self.value(scope, source, issues)
        if source is not None and source.expression is not None:
            if kind.only_null and not issues:
                issues.append(
                    Issue(
                        "data-always-null",
                        Sentence("{what} is always null", what=Sentence(what)),
                        "Correct it.",
                    )
                )
            elif not kind.only_null and not kind.may(*kinds):
                wanted = Kind(frozenset(kinds))
                message = Sentence(
                    "{what} is {kind}; expected {wanted}",
                    what=Sentence(what),
                    kind=kind,
                    wanted=wanted,
                )
                issues.append(Issue("data-type", message, "Correct the expression."))
        return issues


def element_issues(
    look: Looker, element: Element, entry: Scope, inner: Scope, done: Scope
) -> Iterator[Issue]:
    """Issues of everything that is written on an element."""
    yield from _loop(look, element, entry, done)
    yield from _ad_hoc(look, element, inner, done)
    service = look.bundle.world.services.get(element.job)
    local = entry
    for mapped in element.inputs:
        yield from _mapping(look, local, mapped.source, mapped.target)
        if service is not None and mapped.target in service.reads:
            yield from _taken(look, local, mapped, service.reads[mapped.target])
        local = inner
    yield from _work(look, element, inner)
    yield from _event(look, element, inner)
    for mapped in element.outputs:
        yield from _mapping(look, done, mapped.source, mapped.target)


def _mapping(look: Looker, scope: Scope, source: Text, target: str) -> list[Issue]:
    issues: list[Issue] = []
    look.value(scope, source, issues)
    if not issues:
        issues += missing_equals(
            look.bundle, scope, source, Sentence("the mapping to {target!r}", target=target)
        )
    return issues


def _taken(look: Looker, scope: Scope, mapped: Mapped, wanted: Kind) -> Iterator[Issue]:
    """What a service makes of an input of another kind."""
    kind = look.value(scope, mapped.source, [])
    if not (wanted.unknown or kind.only_null or kind.may(*wanted.names)):
        message = Sentence(
            "{target!r} is {kind}; expected {wanted}",
            target=mapped.target,
            kind=kind,
            wanted=wanted,
        )
        yield Issue("data-type", message, "Correct the expression.")


def _is_formula(bundle: Bundle, tree: Node, written: str, known: set[str]) -> bool:
    """Whether it names a variable or a function, or is a text in quotes."""
    if tree.kind == "name":
        return False
    names = _names_of(tree)
    calls = any(name in BUILTINS or name in bundle.world.functions for name in names)
    return calls or bool(names & known) or (tree.kind == "const" and written.startswith('"'))


def missing_equals(bundle: Bundle, scope: Scope, source: Text | None, what: str) -> list[Issue]:
    """An issue for a literal that reads as an expression: a variable, or a call."""
    if source is None or source.source.startswith("="):
        return []
    written = source.source
    tree = tree_of(written, bundle.functions)
    known = set(scope.known)
    if tree is None or not (written in known or _is_formula(bundle, tree, written, known)):
        return []
    fix = Sentence("Write ={written}, or another text.", written=written)
    return [
        Issue(
            "feel-missing-equals",
            Sentence(
                "{what} is the text {written!r}, no expression",
                what=Sentence(what),
                written=written,
            ),
            fix,
        )
    ]


def _names_of(tree: object) -> set[str]:
    if isinstance(tree, tuple):
        return set().union(*(_names_of(part) for part in tree)) if tree else set()
    if not isinstance(tree, Node):
        return set()
    own = {str(tree.parts[0])} if tree.kind == "name" else set()
    return own | _names_of(tree.parts)


def _loop(look: Looker, element: Element, entry: Scope, done: Scope) -> Iterator[Issue]:
    loop = element.loop
    if loop is None:
        return
    yield from look.expected(entry, loop.collection, ("list",), "the input collection")
    yield from look.condition(done, loop.completion, "the completion condition")
    issues: list[Issue] = []
    look.value(done, loop.output_element, issues)
    yield from issues


def _ad_hoc(look: Looker, element: Element, inner: Scope, done: Scope) -> Iterator[Issue]:
    ad_hoc = element.ad_hoc
    if ad_hoc is None:
        return
    yield from look.expected(inner, ad_hoc.active, ("list",), "the list of elements that begin")
    yield from look.condition(done, ad_hoc.completion, "the completion condition")
    issues: list[Issue] = []
    look.value(done, ad_hoc.output_element, issues)
    yield from issues


def _work(look: Looker, element: Element, inner: Scope) -> Iterator[Issue]:
    """Who does it, by when, and what is called."""
    texts = ("string",)
    for source, kinds, what in (
        (element.job_type, texts, "the job type"),
        (element.retries, ("number", "string"), "the number of retries"),
        (element.assignee, texts, "the assignee"),
        (element.candidate_users, ("list", "string"), "the list of users"),
        (element.candidate_groups, ("list", "string"), "the list of groups"),
        (element.priority, ("number", "string"), "the priority"),
        (element.due, INSTANT, "the due date"),
        (element.follow_up, INSTANT, "the follow-up date"),
        (element.decision, texts, "the decision"),
        (element.called_process, texts, "the called process"),
    ):
        yield from look.expected(inner, source, kinds, what)
    for listener in element.listeners:
        yield from look.expected(inner, listener.type, texts, "the listener's job type")
    for source, what in (
        (element.assignee, "the assignee"),
        (element.candidate_users, "the list of users"),
        (element.candidate_groups, "the list of groups"),
    ):
        if source is not None and source.source not in look.bundle.world.groups:
            yield from missing_equals(look.bundle, inner, source, what)
    if element.script is not None:
        issues: list[Issue] = []
        look.expression(inner, element.script, issues)
        yield from issues


def _event(look: Looker, element: Element, inner: Scope) -> Iterator[Issue]:
    if element.event.kind == "conditional" and element.event.value is not None:
        yield from look.condition(inner, element.event.value.expression, "the condition")
        return
    event = element.event
    if event.kind == "timer":
        yield from _timer(look, element, inner)
        return
    yield from look.expected(
        inner, event.name, ("string",), Sentence("the name of the {kind}", kind=event.kind)
    )
    if event.key is not None:
        kinds = ("string", "number")
        yield from look.expected(inner, event.key, kinds, "the correlation key")
        yield from missing_equals(look.bundle, inner, event.key, "the correlation key")


def _timer(look: Looker, element: Element, inner: Scope) -> Iterator[Issue]:
    event = element.event
    kinds, wanted = _TIMERS.get(event.timer, (INSTANT, "a time"))
    issues: list[Issue] = []
    kind = look.value(inner, event.value, issues)
    yield from issues
    if issues or event.value is None or kind.unknown:
        return
    said = Sentence("the timer's {timer}", timer=event.timer)
    if kind.only_null or not kind.may(*kinds):
        yield Issue(
            "data-timer-type",
            Sentence(
                "{said} is {kind}; expected {wanted}", said=Sentence(said), kind=kind, wanted=wanted
            ),
            _other(event.timer),
        )
        return
    for written in sorted(kind.texts or ()) if kind.solid == {"string"} else ():
        if not _is_time(event.timer, written):
            message = Sentence(
                "{said} is {written!r}; expected {wanted}",
                said=Sentence(said),
                written=written,
                wanted=wanted,
            )
            yield Issue("data-timer-type", message, _other(event.timer))


def _is_time(timer: str, written: str) -> bool:
    duration = written.strip().lstrip("-+").startswith("P")
    if timer in ("date", "duration") and duration == (timer == "date"):
        return False
    try:
        due_of(timer, written, now=n.SOME_DAY)
    except (ValueError, OverflowError):
        return False
    return True


def _other(timer: str) -> str:
    if timer == "date":
        return "Write 2026-01-31T09:00:00Z or =now() + duration(…), or use a duration timer."
    if timer == "duration":
        return "Write P3D or PT1H, or use a date timer."
    return "Write R3/PT1H, R/P1D or 0 0 9 * * MON-FRI."
