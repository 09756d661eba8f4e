"""What a new file begins as: a diagram, a decision table, a form, or a letter, empty or from a
template, with an id and a file name made from its title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from pathlib import Path
from xml.sax.saxutils import escape

import orjson

from service.errors import InvalidInput

BLANKS = Path(__file__).parent / "blanks"
LONGEST_TITLE = 200
LONGEST_ID = 60
MOST_ALIKE = 1000


class NewKind(StrEnum):
    """What can be made anew in a draft."""

    PROCESS = "process"
    DECISION = "decision"
    FORM = "form"
    LETTER = "letter"


TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "empty": (),
    "approval": ("request", "approval"),
    "deadline": ("request", "answer", "delay"),
}
"""The diagrams a process can begin as, each with its forms."""
LETTER_TEXTS = {tag: f"letter.{tag}.letter.txt" for tag in ("en", "zh-Hant", "zh-Hans")}
_MARK = re.compile(r"@@([\w:-]+)@@")


def check_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """A title in each language, in another one where that was left empty. Raises InvalidInput
    without any, or for one that is too long."""
    given = {tag: " ".join(titles.get(tag, "").split()) for tag in LETTER_TEXTS}
    longest = max(len(each) for each in given.values())
    if not 0 < longest <= LONGEST_TITLE:
        raise InvalidInput(
            "expected a title of 1 to {most} characters, got {count}",
            most=LONGEST_TITLE,
            count=longest,
        )
    others = {"en": ("zh-Hant", "zh-Hans"), "zh-Hant": ("zh-Hans", "en")}
    order = {tag: (tag, *others.get(tag, ("zh-Hant", "en"))) for tag in given}
    return {
        tag: next(given[each] for each in order[tag] if given[each]) if any(given.values()) else ""
        for tag in given
    }


def id_of(titles: Mapping[str, str], *, default: str, taken: Collection[str]) -> str:
    """An id that says what the English title says: in lower case, with hyphens, a letter first;
    with a number where it is taken. A title without Latin letters gives the `default`."""
    plain = unicodedata.normalize("NFKD", titles.get("en", "")).encode("ascii", "ignore").decode()
    said = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:LONGEST_ID].strip("-")
    if not said[:1].isalpha():
        said = f"{default}-{said}".rstrip("-")
    names = (said, *(f"{said}-{number}" for number in range(2, MOST_ALIKE)))
    found = next((name for name in names if name not in taken), None)
    if found is None:
        raise InvalidInput(
            "expected a title that is not taken a thousand times, got {said}", said=said
        )
    return found


def new_files(
    kind: NewKind, titles: Mapping[str, str], name: str, *, template: str = "empty"
) -> dict[str, bytes]:
    """Path → content of what is new, under the id `name`. Raises InvalidInput for a template that
    is none."""
    if kind is NewKind.PROCESS:
        return _process(titles, name, template)
    if kind is NewKind.LETTER:
        return {
            f"processes/letters/{name}.{tag}.letter.txt": _filled(
                text, {"title": _plain(titles[tag])}, str
            )
            for tag, text in LETTER_TEXTS.items()
        }
    values = {"id": name, **_said(titles)}
    if kind is NewKind.DECISION:
        return {f"processes/{name}.dmn": _filled("decision.dmn", values, _in_xml)}
    return {f"forms/{name}.form.json": _filled("form.form.json", values, _in_json)}


def _process(titles: Mapping[str, str], name: str, template: str) -> dict[str, bytes]:
    if template not in TEMPLATES:
        raise InvalidInput(
            "expected a template out of {known}, got {template!r}",
            known=", ".join(TEMPLATES),
            template=template[:50],
        )
    values = {"id": name, **_said(titles)}
    forms = {
        f"forms/{name}-{each}.form.json": _filled(f"{each}.form.json", values, _in_json)
        for each in TEMPLATES[template]
    }
    return {f"processes/{name}.bpmn": _filled(f"{template}.bpmn", values, _in_xml), **forms}


def _said(titles: Mapping[str, str]) -> dict[str, str]:
    return {f"title:{tag}": title for tag, title in titles.items()}


def _filled(blank: str, values: Mapping[str, str], quoted: Callable[[str], str]) -> bytes:
    text = (BLANKS / blank).read_text("utf-8")
    return _MARK.sub(lambda mark: quoted(values[mark[1]]), text).encode()


def _in_xml(text: str) -> str:
    kept = "".join(each for each in text if each.isprintable())
    return escape(kept, {'"': "&quot;"})


def _in_json(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]


def _plain(text: str) -> str:
    """A title for the text of a letter, in which braces mean something."""
    return re.sub(r"[{}#%]", "", text).strip() or "…"
