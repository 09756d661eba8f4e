"""Letters from templates, in the case's language, rendered in a sandbox: whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.errors import InvalidInput

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("zh-Hant", "zh-Hans", "en")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it was written. `recipient` is an address, or "" when there is none to send it to."""

    template: str
    language: str
    audience: str
    recipient: str
    subject: str
    body: str
    details: Mapping[str, Any]

    @property
    def deliverable(self) -> bool:
        return "@" in self.recipient


def write_letter(
    template: str, *, language: str, recipient: str, facts: Mapping[str, Any], audience: str = "customer"
) -> Letter:
    """Render a letter. The first line of a template is the subject.

    Raises InvalidInput when the template is not there or wants something `facts` does not have.
    """
    chosen = language if language in LANGUAGES else "en"
    try:
        text = _environment().get_template(f"{template}.{chosen}.txt").render(**facts)
    except TemplateNotFound as error:
        raise InvalidInput(f"There is no letter template {template!r} in {chosen}.") from error
    except TemplateError as error:
        raise InvalidInput(f"The letter template {template!r} ({chosen}) cannot be filled: {error}") from error
    subject, _, body = text.strip().partition("\n")
    line = " ".join(subject.split())[:300]
    return Letter(template, chosen, audience, recipient, line, body.strip() + "\n", {})


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    # plain text mail: nothing is HTML, so nothing is escaped
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False, trim_blocks=True
    )
