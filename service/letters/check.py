"""What is wrong with the letters of a set of definition files, and with the steps that send
them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError

from service.bpmn.model import Process
from service.errors import Problem, Severity
from service.letters.rights import FINAL
from service.letters.signature import FRAME
from service.letters.template import LANGUAGES, said_by, unknown_facts
from service.letters.texts import FOLDER, SUFFIX, path_of
from service.letters.titles import without_title
from service.letters.unfinished import unfinished
from service.sentence import Sentence

EXAMPLE: Mapping[str, Any] = {
    "number": "C-2026-0000001-A",
    "customer": "林美玲 Lin Mei-ling",
    "bank": "Example Bank",
    "contact": "0800-555-0101",
    "place": "Example Town",
    "registered": "2 March 2026, 10:00",
    "today": "9 March 2026",
    "authority": "the ombudsman",
    "rights": "You may turn to the ombudsman within six months: 1 Example Street, Example Town.",
    "terms": "You will have our answer within 30 days.",
    "currency": "TWD",
    "severity": "P3",
    "paid": 1280,
    "final_response": "1 April 2026",
    "expected": "1 May 2026",
    "level": "II",
    "duties": "Answer the telephones.",
    "variables": {
        "decisionText": "The annual fee was charged twice by mistake.",
        "question": "Which card was it?",
        "outcome": "upheld",
        "compensationAmount": 1280,
        "creditAmount": 250,
        "creditedOn": "2026-03-09",
        "reason": "The statement of March is still missing.",
        "main": "C-2026-0000002-B",
        "otherNumber": "C-2026-0000002-B",
        "screening": "duplicate",
        "report": {"to": "Internal report"},
    },
}
"""A case to try a letter on: all that a letter may say. `variables` are those of the step that
sends it."""

_VARIABLE = re.compile(r"\bvariables\.(?:get\(['\"])?([A-Za-z_]\w*)")
SENDERS = ("redress.letter", "redress.notify")


def check_letters(files: Mapping[str, bytes], processes: Mapping[str, Process]) -> list[Problem]:
    """Every problem; nothing of files that have no letters at all, which use the shipped ones."""
    letters = {path: content for path, content in sorted(files.items()) if path.endswith(SUFFIX)}
    if not letters:
        return []
    found = [problem for path, content in letters.items() for problem in _letter(path, content)]
    names = {_name(path) for path in letters}
    for name in sorted(names):
        found += [
            _problem(
                path_of(name, language),
                "letter-language",
                Sentence(
                    "the letter {name!r} is not there in {language}", name=name, language=language
                ),
                (
                    "Write it; until then a case in that language has the shipped wording, or an "
                    "incident."
                ),
                severity=Severity.WARNING,
            )
            for language in LANGUAGES
            if path_of(name, language) not in letters
        ]
    return [*found, *_senders(processes, names), *_rights(processes, letters)]


def letter_variables(files: Mapping[str, bytes]) -> dict[str, frozenset[str]]:
    """What each letter says of the variables of the step that sends it, by the letter's name."""
    found: dict[str, frozenset[str]] = {}
    for path, content in files.items():
        if path.endswith(SUFFIX):
            said = frozenset(_VARIABLE.findall(content.decode(errors="replace")))
            found[_name(path)] = found.get(_name(path), frozenset()) | said
    return found


def _letter(path: str, content: bytes) -> Iterator[Problem]:
    name, _, language = path.removeprefix(FOLDER).removesuffix(SUFFIX).rpartition(".")
    if not name or language not in LANGUAGES or not path.startswith(FOLDER):
        wanted = f"{FOLDER}NAME.LANGUAGE{SUFFIX} with one of {', '.join(LANGUAGES)}"
        yield _problem(
            path, "letter-name", Sentence("expected {wanted}", wanted=wanted), "Rename the file."
        )
    try:
        text = content.decode()
        unknown, left = unknown_facts(text, {*EXAMPLE, *FRAME}), unfinished(said_by(text))
    except UnicodeDecodeError as error:
        yield _problem(
            path,
            "letter-encoding",
            Sentence("is not UTF-8: {error}", error=error),
            "Save it as UTF-8.",
        )
        return
    except TemplateSyntaxError as error:
        yield _problem(
            path, "letter-syntax", str(error.message), "Mend the placeholder.", line=error.lineno
        )
        return
    except TemplateError as error:
        yield _problem(path, "letter-syntax", str(error), "Mend the placeholder.")
        return
    if not without_title(text).strip().partition("\n")[2].strip():
        yield _problem(
            path,
            "letter-empty",
            "expected a subject on the first line and a text below",
            "Write both.",
        )
    for place in left:
        yield _problem(
            path,
            "letter-placeholder",
            Sentence("{place!r} is still to be filled in", place=place),
            "Write what the customer is to read, or name a fact in double braces.",
            line=_line_of(text, place),
        )
    for each in unknown:
        yield _problem(
            path,
            "letter-unknown-fact",
            Sentence("{each!r} is nothing that a letter is told", each=each),
            Sentence("Use one of {example}.", example={*EXAMPLE, *FRAME}),
        )


def _senders(processes: Mapping[str, Process], names: set[str]) -> Iterator[Problem]:
    for process in processes.values():
        for element in process.elements.values():
            wanted = element.headers.get("template")
            if wanted and element.job in SENDERS and wanted not in names:
                yield Problem(
                    "letter-missing",
                    process.file,
                    element.line,
                    element.id,
                    Sentence("there is no letter {wanted!r}", wanted=wanted),
                    Sentence(
                        "Write {wanted} and the other languages, or name one of {names}.",
                        wanted=path_of(wanted, LANGUAGES[0]),
                        names=sorted(names),
                    ),
                )


def _rights(processes: Mapping[str, Process], letters: Mapping[str, bytes]) -> Iterator[Problem]:
    """A letter that is to count as the final response has to tell the customer's rights."""
    senders = {
        element.headers.get("template"): element.id
        for process in processes.values()
        for element in process.elements.values()
        if FINAL in (part.strip() for part in element.headers.get("meets", "").split(","))
    }
    for path, content in letters.items():
        sender = senders.get(_name(path))
        if sender and b"rights" not in content:
            yield _problem(
                path,
                "letter-without-rights",
                Sentence(
                    "{sender} counts this letter as the final response, but it does not tell the "
                    "customer's rights",
                    sender=sender,
                ),
                "Add {{ rights }}; until then sending it does not meet the clock.",
                severity=Severity.WARNING,
            )


def _line_of(text: str, place: str) -> int:
    return text.partition(place)[0].count("\n") + 1 if place in text else 0


def _name(path: str) -> str:
    return path.removeprefix(FOLDER).removesuffix(SUFFIX).rpartition(".")[0]


def _problem(
    path: str,
    code: str,
    message: str,
    fix: str,
    *,
    line: int = 0,
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(code, path, line, "", message, fix, severity)
