"""One thing wrong with an expression or a name, before it is known where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import Severity


@dataclass(frozen=True, slots=True)
class Issue:
    """As `service.errors.Problem`, without the place."""

    code: str
    message: str
    fix: str
    severity: Severity = Severity.ERROR
