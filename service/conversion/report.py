"""What a conversion says of each element: what it became, or what is left to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

from service.bpmn import names as n


class Fate(StrEnum):
    """What became of something: it is `done`, it has `no-effect` here and was left out, or it is
    `to-do` for a person."""

    DONE = "done"
    NO_EFFECT = "no-effect"
    TO_DO = "to-do"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report, about one element of a file."""

    file: str
    line: int
    element: str
    name: str
    fate: Fate
    message: str


def _owner(node: etree._Element) -> etree._Element:
    """The element of the diagram at or above a node; itself where there is none."""
    at: etree._Element | None = node
    while at is not None and not (at.get("id") and n.local(at) in n.OWNERS):
        at = at.getparent()
    return node if at is None else at


@dataclass(slots=True)
class Report:
    """Collects the lines of one file."""

    file: str
    lines: list[Line] = field(default_factory=list)

    def note(self, node: etree._Element | None, fate: Fate, message: str) -> None:
        if node is None:
            made = Line(self.file, 0, "", "", fate, message)
        else:
            owner = _owner(node)
            line, told = int(node.sourceline or 0), owner.get("id") or ""
            made = Line(self.file, line, told, owner.get("name") or "", fate, message)
        if made not in self.lines:
            self.lines.append(made)

    def done(self, node: etree._Element | None, message: str) -> None:
        self.note(node, Fate.DONE, message)

    def dropped(self, node: etree._Element | None, message: str) -> None:
        self.note(node, Fate.NO_EFFECT, message)

    def to_do(self, node: etree._Element | None, message: str) -> None:
        """What is left for a person, on the element too, where there is one to bear it."""
        self.note(node, Fate.TO_DO, message)
