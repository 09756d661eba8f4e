"""The rows of decision tables, by name, for whoever counts which of them were ever used."""

from __future__ import annotations

from service.dmn.model import Model
from service.dmn.parts import Table


def table_rules(model: Model) -> dict[str, list[str]]:
    """Decision → the ids of the rules of its table, for every decision of the file that is a
    table."""
    return {
        decision.place.id: [rule.place.id for rule in decision.logic.rules]
        for decision in model.definitions.decisions
        if isinstance(decision.logic, Table)
    }
