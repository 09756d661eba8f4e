"""Simple scripts of JavaScript, Groovy and JUEL as FEEL: expressions, and variables that are set
one after the other. Anything that does more is told, and kept for a worker."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from service.conversion.juel import NoFeel, compiled, expression_in_feel

LANGUAGES = frozenset({"javascript", "groovy", "ecmascript", "juel", "java", "js", "graal.js"})
MOST_LINES = 60
_SET = re.compile(
    r"(?:execution|task|delegateExecution)\.setVariable(?:Local)?\s*\(\s*(['\"])(\w+)\1\s*,\s*(.+)\)\Z",
    re.DOTALL,
)
_ASSIGN = re.compile(
    r"(?:(?:var|let|const|def|String|int|Integer|long|Long|boolean|Boolean|double|Double)\s+)?"
    r"([^\W\d]\w*)\s*=(?![=~])\s*(.+)\Z",
    re.DOTALL,
)
_DECLARED = re.compile(r"(?:var|let|const|def|String|int|Integer|long|Long|boolean|Boolean)\s")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(slots=True)
class Script:
    """`entries` are what is worked out, in order; `sets` which of them are process variables;
    `value` the FEEL of the last line where it only gives a value."""

    entries: dict[str, str] = field(default_factory=dict)
    sets: list[str] = field(default_factory=list)
    value: str = ""

    def context(self) -> str:
        """FEEL for all entries at once."""
        inner = ", ".join(f"{name}: {feel}" for name, feel in self.entries.items())
        return compiled("{" + inner + "}")


def script_in_feel(text: str, language: str, *, groovy_sets: bool = True) -> Script:
    """Raises NoFeel with the line that has no equivalent."""
    if language.strip().lower() not in LANGUAGES:
        raise NoFeel(language or "a script")
    stripped = text.strip()
    if stripped.startswith(("${", "#{")) and stripped.endswith("}"):
        return Script(value=expression_in_feel(stripped[2:-1]))
    lines = _lines(stripped)
    if len(lines) > MOST_LINES:
        raise NoFeel(f"{len(lines)} lines")
    found = Script()
    for number, line in enumerate(lines):
        _read(found, line, is_last=number == len(lines) - 1, sets=groovy_sets)
    return found


def _lines(text: str) -> list[str]:
    plain = re.sub(_COMMENT, "", text) if "://" not in text else text
    return [each.strip() for each in re.split(r"[;\n]", plain) if each.strip()]


def _read(found: Script, line: str, *, is_last: bool, sets: bool) -> None:
    if match := _SET.match(line):
        _put(found, match[2], match[3])
        if match[2] not in found.sets:
            found.sets.append(match[2])
    elif match := _ASSIGN.match(line):
        _put(found, match[1], match[2])
        if sets and not _DECLARED.match(line) and match[1] not in found.sets:
            found.sets.append(match[1])
    elif is_last:
        found.value = expression_in_feel(line.removeprefix("return ").strip())
    else:
        raise NoFeel(line[:60])


def _put(found: Script, name: str, text: str) -> None:
    """What a name is set to; what it was before cannot be read under the same name."""
    feel = expression_in_feel(text)
    if name in found.entries:
        raise NoFeel(f"{name} is set twice")
    found.entries[name] = feel
