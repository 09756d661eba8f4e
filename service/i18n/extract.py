"""Every word and sentence of the source that the catalogues need, with file and line.

Python is read as Python (`extract_python`, an extraction method of Babel's form), templates as
Jinja parses them. A sentence is wherever the code builds an error or a `Sentence` from a
literal, in the docstring of an error, in `say("…")`, in a table annotated `Words`, and in the
enumerations whose values are shown to people.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.i18n.extract_template import extract_template

ROOT = Path(__file__).parent.parent.parent
CALLS = {
    "Sentence": (0,),
    "say": (0,),
    "FieldError": (1,),
    "Link": (0,),
    "error": (1, 2, 3),
    "warning": (1, 2),
    "warn": (2, 3),
    "report": (1, 2, 3),
    "Issue": (1, 2),
    "_misfit": (2,),
    "_unknown": (2, 3),
    "advice": (2,),
    "condition": (2,),
    "expected": (3,),
    "missing_equals": (3,),
    "_issue": (0,),
    "problem": (2, 3),
    "_problem": (2, 3, 4, 5),
    "_refuse": (2, 3),
    "_wrong": (1,),
    "not_proved": (1,),
    "nothing_proved": (0,),
    "Problem": (4, 5),
    "Fault": (2, 3),
    "Finding": (1, 2),
    "Obstacle": (1,),
    "Sorted": (2,),
    "Measure": (1, 2, 3),
    "Null": (0,),
    "BadPattern": (0,),
    "HitPolicyBroken": (0,),
    "fail": (1,),
    "is_true": (2,),
    "_share": (1,),
    "said": (0,),
}
"""Which arguments of a call are words, by the name of what is called."""
CARRIERS = {"EngineError": (2,), "DefinitionInvalid": (1,), "FormInvalid": (1,)}
"""Errors whose template is not the first argument."""
POLICY_WORDS = frozenset({"reason", "source"})
"""What of a policy file is a sentence for people, and in English only there."""
_QUOTED = frozenset({"schema.json", "clauses.json"})
PLAIN = frozenset({"Link", "fail", "Sentence", "said", "say"})
"""Calls whose argument is a word whatever it looks like; others may be given a code there."""
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*|[^A-Za-z]*(\{\w+\}[^A-Za-z]*)+")
KEYWORD_ARGUMENTS = frozenset({"message", "fix"})
WITH_KEYWORDS = frozenset({"Problem", "Fault", "Finding"})
PLURALS = frozenset({"Counted", "say_many"})
"""Calls whose first two arguments are the forms of one sentence."""
TABLES = frozenset({"Phrases", "WordList", "Words"})
ENUMS = frozenset({"ReviewState", "Role", "TaskState"})
"""Enumerations whose values are words on pages."""


Key = str | tuple[str, str]
"""What a catalogue finds a sentence by: its English, or both forms of one with a number."""


@dataclass(frozen=True, slots=True)
class Found:
    """One word of the source: the key it has in the catalogues (two, for a plural) and where it
    stands, as a path from the top of the project and a line from 1."""

    id: Key
    file: str
    line: int
    optional: bool = False
    """Of a policy, which a bank writes itself: shown as it is where no catalogue has it."""


def extract_all(root: Path = ROOT) -> list[Found]:
    """The words of the whole project, in the order of files and lines."""
    kinds = error_kinds(root)
    found: list[Found] = []
    for path in sorted((root / "service").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for line, words in extract_python(path.read_text("utf-8"), kinds):
            found.append(Found(words, name, line))
    for path in sorted((root / "service").rglob("*.html")):
        name = path.relative_to(root).as_posix()
        for line, words in extract_template(path.read_text("utf-8")):
            found.append(Found(words, name, line))
    return [*found, *_of_policies(root)]


def _of_policies(root: Path) -> Iterator[Found]:
    """The sources and reasons of the shipped policies."""
    folder = root / "service" / "policy" / "data"
    for path in sorted(folder.rglob("*.json")):
        if path.name not in _QUOTED:
            name = path.relative_to(root).as_posix()
            for text in _policy_texts(json.loads(path.read_text("utf-8"))):
                yield Found(text, name, 1, optional=True)


def _policy_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key in POLICY_WORDS and isinstance(each, str) and each:
                yield each
            else:
                yield from _policy_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _policy_texts(each)


def error_kinds(root: Path = ROOT) -> frozenset[str]:
    """The names of the classes of errors, found by their bases."""
    bases: dict[str, set[str]] = {}
    for path in (root / "service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(_name(base) for base in node.bases)
    kinds = {"RedressError"}
    while grown := {name for name, over in bases.items() if over & kinds} - kinds:
        kinds |= grown
    return frozenset(kinds)


def extract_python(text: str, kinds: frozenset[str]) -> Iterator[tuple[int, Key]]:
    """Line and words of one module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            yield from _of_call(node, kinds)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node, kinds)
        elif isinstance(node, ast.Assign) and _name(node.targets[0]) in KEYWORD_ARGUMENTS:
            yield from literals(node.value)
        elif isinstance(node, ast.AnnAssign) and _name(node.annotation) in TABLES:
            yield from _of_table(node.value)
        elif isinstance(node, ast.AnnAssign) and _name(node.annotation) == "Plurals":
            for pair in ast.walk(node.value or node):
                if isinstance(pair, ast.Tuple):
                    yield from _forms(pair.elts)


def _of_call(node: ast.Call, kinds: frozenset[str]) -> Iterator[tuple[int, Key]]:
    name = _name(node.func)
    if name in PLURALS:
        yield from _forms(node.args)
    places: Sequence[int] = CALLS.get(name, CARRIERS.get(name, (0,) if name in kinds else ()))
    for place in places:
        if place < len(node.args):
            yield from (
                (line, text)
                for line, text in literals(node.args[place])
                if name in PLAIN or not _CODE.fullmatch(text)
            )
    if name in WITH_KEYWORDS:
        for keyword in node.keywords:
            if keyword.arg in KEYWORD_ARGUMENTS:
                yield from literals(keyword.value)


def _forms(given: Sequence[ast.expr]) -> Iterator[tuple[int, tuple[str, str]]]:
    """The two forms of a sentence with a number, where they are literals."""
    found = [text for each in given[:2] for _, text in literals(each)]
    if len(found) == 2:
        yield given[0].lineno, (found[0], found[1])


def _of_class(node: ast.ClassDef, kinds: frozenset[str]) -> Iterator[tuple[int, str]]:
    if node.name in kinds:
        documented = ast.get_docstring(node)
        if documented and node.name not in CARRIERS:
            yield node.lineno, " ".join(documented.split())
    if node.name in ENUMS:
        for each in node.body:
            if isinstance(each, ast.Assign):
                yield from literals(each.value)


def _of_table(value: ast.expr | None) -> Iterator[tuple[int, str]]:
    """The texts of a table: the values of a mapping, the items of a sequence."""
    if isinstance(value, ast.Dict):
        for each in value.values:
            yield from _of_table(each)
    elif isinstance(value, ast.Tuple | ast.List | ast.Set):
        for each in value.elts:
            yield from _of_table(each)
    elif isinstance(value, ast.Call):
        for each in value.args:
            yield from _of_table(each)
    elif value is not None:
        yield from literals(value)


def literals(node: ast.expr) -> Iterator[tuple[int, str]]:
    """The literal texts an expression can be: itself, or both ways of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.lineno, node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def _name(node: Any) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
