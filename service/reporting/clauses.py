"""Clause coverage: which elements, pages and rules fulfil each clause of the written procedure, and
the evidence of it in one case. The clauses are a policy file; the elements name them in their
extension property `clause`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.audit import HistoryRow
from service.engine import Bundle
from service.i18n.languages import LANGUAGES
from service.policy import Profile, policy_file

OBLIGATION = "obligation"


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """One thing that fulfils a clause: an element of a sheet, or a page, rule or command."""

    kind: str
    where: str
    name: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause with what fulfils it."""

    id: str
    kind: str
    texts: Mapping[str, str]
    """By language."""
    who: str
    fulfilled_by: tuple[Fulfilment, ...]

    @property
    def elements(self) -> tuple[Fulfilment, ...]:
        """Those that happen in a case."""
        return tuple(each for each in self.fulfilled_by if each.kind == "element")

    @property
    def missing(self) -> bool:
        """Whether nothing fulfils a clause that wants something."""
        return self.kind != "context" and not self.fulfilled_by


@dataclass(frozen=True, slots=True)
class Evidence:
    """That a clause was fulfilled in a case: when, by whom, at which element."""

    at: datetime
    who: str
    element: str


def list_clauses(bundle: Bundle, profile: Profile) -> list[Clause]:
    """Every clause, in the order of the text."""
    found: dict[str, list[Fulfilment]] = {}
    for process in bundle.processes.values():
        for element in process.elements.values():
            for clause in element.clauses:
                made = Fulfilment(
                    "element", f"{process.id}/{element.id}", element.name, element.names
                )
                found.setdefault(clause, []).append(made)
    return [
        _clause(entry, found.get(entry["id"], []))
        for entry in policy_file("clauses.json", profile.folder)["clauses"]
    ]


def evidence_of(clause: Clause, history: Iterable[HistoryRow]) -> list[Evidence]:
    """The steps of a case at which an element of the clause was entered or completed, oldest
    first."""
    wanted = {each.where.partition("/")[2]: each.name or each.where for each in clause.elements}
    found = []
    for row in history:
        moved: dict[str, Any] = row.details.get("moved", {})
        touched = [element for _, element in moved.get("entered", ())] + list(
            moved.get("completed", ())
        )
        hit = next((element for element in touched if element in wanted), None)
        if hit is not None:
            found.append(Evidence(row.at, row.actor, wanted[hit]))
    return found


def _clause(entry: dict[str, Any], elements: list[Fulfilment]) -> Clause:
    met = [
        Fulfilment(each["kind"], each["where"], each["en"], each) for each in entry.get("met", ())
    ]
    return Clause(
        entry["id"],
        entry["kind"],
        {tag: entry[tag] for tag in LANGUAGES if tag in entry},
        entry["who"],
        (*elements, *met),
    )
