"""Who looks at an expression, and what it notes on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from service.errors import Severity
from service.feel.tree import Node
from service.lint.impossible import contradiction
from service.lint.issue import Issue
from service.lint.kinds import ANY, Kind
from service.lint.scope import Scope
from service.lint.world import World
from service.sentence import Sentence


@dataclass(slots=True)
class Judge:
    """Looks at one expression at one place. `read` collects the variables that it reads; what is
    `absent` is taken for this kind: nothing is known of it, or, while the variables of a bundle are
    worked out, it is null so far."""

    world: World
    scope: Scope
    issues: list[Issue] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    absent: Kind = ANY

    def kind(self, node: Node) -> Kind:
        """The kind of its value."""
        return KINDS.get(node.kind, _any)(self, node)

    def report(
        self, code: str, message: str, fix: str, severity: Severity = Severity.ERROR
    ) -> None:
        self.issues.append(Issue(code, message, fix, severity))

    def within(self, names: dict[str, Kind]) -> Judge:
        """The same, with names of its own beside the variables."""
        return Judge(self.world, self.scope.put(names), self.issues, self.read, self.absent)


def _any(judge: Judge, node: Node) -> Kind:
    return ANY


def note(judge: Judge, issue: Issue | None) -> None:
    if issue is not None:
        judge.issues.append(issue)


def truth(judge: Judge, node: Node, what: str) -> None:
    """What must be a boolean."""
    found = judge.kind(node)
    if not found.may("boolean") and not found.only_null:
        judge.report(
            "feel-types",
            Sentence("{what} is {found}, not true or false", what=Sentence(what), found=found),
            "Compare it.",
        )
    if (issue := contradiction(node)) is not None:
        judge.issues.append(issue)


KINDS: dict[str, Callable[[Judge, Node], Kind]] = {}
"""Who looks at a part of the tree, by what it is; filled in by `service.lint.judge`."""
