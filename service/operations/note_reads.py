"""Who read which case is kept."""

from __future__ import annotations

from collections.abc import Iterable

from service import cases
from service.cases import CaseRead
from service.db import Database


def note_reads(database: Database, reads: Iterable[CaseRead]) -> None:
    """Keep readings, each once. For everybody: it is written of them."""
    with database.transaction() as connection:
        cases.write_reads(connection, reads)
