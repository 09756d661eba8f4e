"""A scenario as it was written: what is given, what happens, what is to be seen then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from service.errors import InvalidInput
from service.sentence import Sentence

VERBS = ("do", "job", "error", "escalation", "message", "signal", "timer", "wait", "finish")
"""What can happen. Each step has one of these; `after` says how much later than the step before."""

_STEP_KEYS = frozenset({*VERBS, "after", "answer", "by", "code", "variables", "note"})
_GIVEN_KEYS = frozenset(
    {"at", "process", "start", "complaint", "similar", "emergency", "variables", "policy", "number"}
)
_EMERGENCY_KEYS = frozenset({"level", "cause"})
_THEN_KEYS = frozenset(
    {"path", "never", "letters", "decisions", "end", "open", "waits", "variables", "status"}
)
_KEYS = frozenset(
    {
        "name",
        "name:zh-Hant",
        "name:zh-Hans",
        "clauses",
        "given",
        "answersFrom",
        "answers",
        "when",
        "then",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: `verb` on `target`, `after` as an ISO 8601 duration."""

    verb: str
    target: str
    after: str
    answer: Mapping[str, Any] | None
    by: str
    code: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario. `answers` are what each task is answered with where a step does not say
    otherwise: an object, or a list of them for the first time, the second time, and so on, the last
    one for every time after."""

    file: str
    name: str
    names: Mapping[str, str]
    clauses: tuple[str, ...]
    at: datetime
    process: str
    start: str | None
    complaint: Mapping[str, Any]
    similar: tuple[str, ...]
    emergency: Mapping[str, Any] | None
    variables: Mapping[str, Any]
    policy: str
    answers: Mapping[str, tuple[Mapping[str, Any], ...]]
    steps: tuple[Step, ...]
    then: Mapping[str, Any]
    number: str = ""
    """The complaint's number, where what happens depends on it: a draw for a quality check."""


ReadBeside = Callable[[str], bytes]
"""The content of a file by its name, in the folder of the scenario. Raises InvalidInput."""


def parse_scenario(file: str, content: bytes, *, beside: ReadBeside | None = None) -> Scenario:
    """Raises InvalidInput that says where the file is wrong. `beside` reads the file of
    `answersFrom`."""
    root = _object(file, "the file", _json(file, content), _KEYS)
    given = _object(file, "given", root.get("given", {}), _GIVEN_KEYS)
    name = root.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidInput("{file}: expected a name that says what the scenario shows", file=file)
    return Scenario(
        file=file,
        name=name,
        names={
            "en": name,
            **{key.partition(":")[2]: str(root[key]) for key in root if key.startswith("name:")},
        },
        clauses=tuple(str(each) for each in root.get("clauses", [])),
        at=_instant(file, given.get("at", "2026-03-02T09:00:00+08:00")),
        process=str(given.get("process", "complaint")),
        start=given.get("start"),
        complaint=_object(file, "given.complaint", given.get("complaint", {}), None),
        similar=tuple(str(each) for each in given.get("similar", [])),
        emergency=_object(file, "given.emergency", given["emergency"], _EMERGENCY_KEYS)
        if "emergency" in given
        else None,
        variables=_object(file, "given.variables", given.get("variables", {}), None),
        policy=str(given.get("policy", "TW-FCPA")),
        number=str(given.get("number", "")),
        answers=_standing_answers(file, root, beside),
        steps=tuple(_step(file, at, each) for at, each in enumerate(root.get("when", []), start=1)),
        then=_object(file, "then", root.get("then", {}), _THEN_KEYS),
    )


def _json(file: str, content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as wrong:
        raise InvalidInput(
            "{file}:{lineno}: expected JSON: {msg}", file=file, lineno=wrong.lineno, msg=wrong.msg
        ) from None


def _standing_answers(
    file: str, root: Mapping[str, Any], beside: ReadBeside | None
) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Those of the file that is named, and over them the scenario's own."""
    shared: dict[str, Any] = {}
    name = root.get("answersFrom")
    if name is not None:
        if beside is None or "/" in str(name) or "\\" in str(name):
            raise InvalidInput(
                "{file}: answersFrom: expected the name of a file in the same folder, got {name!r}",
                file=file,
                name=name,
            )
        shared = _object(str(name), "the file", _json(str(name), beside(str(name))), None)
    own = _object(file, "answers", root.get("answers", {}), None)
    return {key: _answers(file, key, value) for key, value in {**shared, **own}.items()}


def _object(file: str, where: str, value: Any, keys: frozenset[str] | None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(
            "{file}: expected {where} to be an object, got {kind}",
            file=file,
            where=where,
            kind=type(value).__name__,
        )
    odd = sorted(set(value) - keys) if keys is not None else []
    if odd and keys is not None:
        raise InvalidInput(
            "{file}: {where} has {odd}; expected only {keys}",
            file=file,
            where=where,
            odd=odd,
            keys=sorted(keys),
        )
    return value


def _answers(file: str, element: str, value: Any) -> tuple[Mapping[str, Any], ...]:
    many = value if isinstance(value, list) else [value]
    if not many:
        raise InvalidInput(
            "{file}: answers of {element}: expected at least one", file=file, element=element
        )
    return tuple(_object(file, f"answers.{element}", each, None) for each in many)


def _step(file: str, number: int, value: Any) -> Step:
    where = f"when[{number}]"
    given = _object(file, where, value, _STEP_KEYS)
    verbs = [verb for verb in VERBS if verb in given]
    if len(verbs) != 1:
        raise InvalidInput(
            "{file}: {where}: expected one of {verbs}, got {found}",
            file=file,
            where=where,
            verbs=VERBS,
            found=verbs or Sentence("none"),
        )
    answer = given.get("answer", given.get("variables"))
    return Step(
        verb=verbs[0],
        target=str(given[verbs[0]]),
        after=str(given.get("after", "PT0S")) if verbs[0] != "wait" else str(given["wait"]),
        answer=None if answer is None else _object(file, where, answer, None),
        by=str(given.get("by", "")),
        code=str(given.get("code", "")),
    )


def _instant(file: str, text: Any) -> datetime:
    found: datetime | None = None
    with suppress(ValueError):
        found = datetime.fromisoformat(str(text))
    if found is None or found.tzinfo is None:
        raise InvalidInput(
            "{file}: given.at: expected a time with its zone, got {text!r}", file=file, text=text
        )
    return found
