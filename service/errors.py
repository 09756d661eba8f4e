"""The catalogue of errors and the shape of a problem found in a definition.

Every error that a person or a program can meet derives from `RedressError` and carries a stable
`code`. The message is a template and facts (`Sentence`): what was expected, what was found and what
to do, in English for programs and logs, in the reader's language on pages:
`InvalidInput("expected one of {known}, got {found}", known=KINDS, found=kind)`. Without a template
the docstring of the class is the message. HTTP statuses are given at the edge (`service.api`), by
class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.sentence import Sentence


def first_paragraph(documented: object) -> str:
    """The first paragraph of a docstring as one line; empty where there is none."""
    paragraph, _, _ = (documented.__doc__ or "").strip().partition("\n\n")
    return " ".join(paragraph.split())


def _default_message(error: RedressError) -> str:
    return " ".join((error.__doc__ or "").split())


class RedressError(Exception):
    """Something went wrong in a way that we expected could happen."""

    code = "error"

    def __init__(self, template: str | None = None, /, **facts: Any) -> None:
        super().__init__(Sentence(template or _default_message(self), **facts))

    @property
    def message(self) -> Sentence:
        return Sentence(self.args[0])


class InvalidInput(RedressError):
    """The input is malformed."""

    code = "invalid-input"


class NotFound(RedressError):
    """No such thing, or it is not yours to see."""

    code = "not-found"


class Forbidden(RedressError):
    """You may not do this."""

    code = "forbidden"


class Unauthenticated(RedressError):
    """Sign in, or send a valid token."""

    code = "unauthenticated"


class StateConflict(RedressError):
    """The state of the thing does not allow this (any more)."""

    code = "state-conflict"


class Suspended(StateConflict):
    """The case is suspended; whoever may do so has to resume it first."""


class NotServed(RedressError):
    """This part of the API is not served by this version."""

    code = "not-served"


class TimedOut(RedressError):
    """What was waited for did not happen in time; it may still happen."""

    code = "timed-out"


class TooLarge(RedressError):
    """The input is larger than is accepted."""

    code = "too-large"


class Unavailable(RedressError):
    """The service cannot do this now; try again."""

    code = "unavailable"


class Disconnected(Unavailable):
    """The connection to the database was lost before anything was written: the command may simply
    run again."""


class OutcomeUnknown(Unavailable):
    """The connection to the database was lost at the very end: the command was carried out, or it
    was not.

    Read again, or send the same request with the same idempotency key.
    """

    code = "outcome-unknown"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of a form or request body that is not acceptable. `pointer` is a JSON Pointer (RFC
    6901); `message` is a `Sentence` where it has facts."""

    pointer: str
    message: str


class FormInvalid(RedressError):
    """The form has fields that are missing, extra or wrong."""

    code = "form-invalid"

    def __init__(self, errors: Iterable[FieldError], message: str | None = None) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class InvalidRequest(InvalidInput):
    """The request has fields that are missing, extra or wrong."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)[:50]
        first = self.errors[0] if self.errors else FieldError("", "is wrong")
        where = first.pointer.lstrip("/") or Sentence("the body")
        problem = Sentence(first.message)
        more = len(self.errors) - 1
        super().__init__(
            Sentence(
                "{where}: {problem} (and {more} more)" if more > 0 else "{where}: {problem}",
                where=where,
                problem=problem,
                more=more,
            )
        )


class Severity(StrEnum):
    """How bad a problem in a definition is. An error refuses deployment; a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a definition file, as `redress check` reports it.

    `code` is stable and kebab-case (`xml-doctype`, `feel-syntax`,
    `bpmn-unsupported-complex-gateway`). `line` is 1-based, 0 where unknown. `element` is the id of
    the BPMN/DMN element, "" where there is none. `message` says what was found, `fix` what to do
    about it. `path` is a way on the diagram that leads to it, as element ids, where a proof found
    one.
    """

    code: str
    file: str
    line: int
    element: str
    message: str
    fix: str
    severity: Severity = Severity.ERROR
    path: tuple[str, ...] = ()


class DefinitionInvalid(RedressError):
    """The definition files have problems that have to be corrected first."""

    code = "definition-invalid"

    def __init__(self, problems: Iterable[Problem], message: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__(message or self._sentence())

    def _sentence(self) -> str:
        if not self.problems:
            return _default_message(self)
        first = self.problems[0]
        facts = {
            "file": first.file,
            "line": first.line,
            "element": first.element or "-",
            "problem": Sentence(first.message),
            "fix": Sentence(first.fix),
        }
        more = len(self.problems) - 1
        return Sentence(
            "{file}:{line}: {element}: {problem} {fix} (and {more} more)"
            if more
            else "{file}:{line}: {element}: {problem} {fix}",
            more=more,
            **facts,
        )
