"""One thing wrong with an element, before it is known which file and line it is in."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """As `service.errors.Problem`, without the place."""

    code: str
    message: str
    fix: str
    severity: Severity


def error(code: str, message: str, fix: str) -> Finding:
    return Finding(code, message, fix, Severity.ERROR)


def warning(code: str, message: str, fix: str) -> Finding:
    return Finding(code, message, fix, Severity.WARNING)
