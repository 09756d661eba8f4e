"""What the source says of permissions: `python -m tests.identity.permission_scan` prints each
finding as `file:line: what is wrong`, and fails when there is one.

It reads Python as a syntax tree and templates as text, so that a page which nobody ever opens is
looked at like any other.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service.identity import GRANTS, Grant, Permission, Role

ROOT = Path(__file__).resolve().parents[2]
TABLE = "service/identity/permissions.py"
MAY_NAME_ROLES = (
    "service/identity/",  # the table, and the actors of the house
    "service/bench/",  # measures with people that it makes
    "service/cli/demo.py",  # who releases what the demo ships
    "service/demo/",  # the accounts of the demo, and who plays them
    "service/web/demo_roles.py",  # the same, as cards of the sign-in page
    "service/db/migrations/",  # the past
)
OTHER_MEANING = {
    ("service/reporting/investigation.py", "department"),  # a field of a case: who was asked
    ("service/reporting/briefing.py", "department"),  # the same
    ("service/reporting/waits.py", "department"),  # the same, and the group that is waited for
    ("service/operations/offered.py", "department"),  # the same
    ("service/jobs/tables.py", "owner"),  # the column that says who holds a duty
    ("service/tasks/tables.py", "owner"),  # the column that says whose a saved view is
    ("service/tasks/saved_filters.py", "owner"),
    ("service/policy/profiles.py", "approver"),  # a field of a bank's policy: who agreed
    ("service/cli/policy.py", "approver"),
    ("service/drills/report.py", "owner"),  # a candidate group of a diagram: who improves
}
_TEMPLATE_MAY = re.compile(r"\bmay\(\s*[\"']([^\"']*)[\"']\s*\)")
_TEMPLATE_ROLE = re.compile(r"[\"'](" + "|".join(Role) + r")[\"']")
_JINJA = re.compile(r"{[{%].*?[%}]}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, and where."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def findings(
    sources: Mapping[str, str], grants: Mapping[Permission, Grant] = GRANTS
) -> list[Finding]:
    """Everything that is wrong in these files, by path."""
    found: list[Finding] = []
    asked: set[str] = set()
    for path, text in sources.items():
        for line, name in _asked(path, text):
            asked.add(name)
            if name not in Permission.__members__:
                found.append(Finding(path, line, f"asks for an unknown permission {name}"))
        if not path.startswith(MAY_NAME_ROLES):
            found += [
                Finding(path, line, f"names the role {role}; ask for a permission instead")
                for line, role in _named(path, text)
                if (path, role) not in OTHER_MEANING
            ]
    rows = _rows(sources.get(TABLE, ""))
    for permission, grant in grants.items():
        line = rows.get(permission.name, 1)
        if not grant.roles and permission is not Permission.SIGNED_IN:
            found.append(Finding(TABLE, line, f"nobody has the permission {permission.name}"))
        if permission.name not in asked:
            found.append(Finding(TABLE, line, f"nobody asks for {permission.name}"))
    return found


def read_sources() -> dict[str, str]:
    """The Python files and templates of the service, by path."""
    paths = [*ROOT.glob("service/**/*.py"), *ROOT.glob("service/web/templates/**/*.html")]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(paths)}


@cache
def _nodes(text: str) -> tuple[ast.AST, ...]:
    """Everything in a file; the tests look at the same files many times."""
    return tuple(ast.walk(ast.parse(text)))


def _asked(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The permissions that a file asks for, by the name of the member."""
    if path.endswith(".html"):
        names = {permission.value: permission.name for permission in Permission}
        for match in _TEMPLATE_MAY.finditer(text):
            yield _line(text, match), names.get(match[1], match[1])
    elif path != TABLE:
        yield from _attributes(text, "Permission")


def _named(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The roles that a file names."""
    if path.endswith(".html"):
        for block in _JINJA.finditer(text):
            for match in _TEMPLATE_ROLE.finditer(block[0]):
                yield _line(text, block), match[1]
        return
    yield from _attributes(text, "Role")
    yield from _attributes(text, "HouseRole")
    for node in _nodes(text):
        if isinstance(node, ast.Constant) and node.value in tuple(Role):
            yield node.lineno, str(node.value)


def _attributes(text: str, name: str) -> Iterator[tuple[int, str]]:
    for node in _nodes(text):
        of_it = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if of_it and node.value.id == name and node.attr.isupper():  # type: ignore[attr-defined]
            yield node.lineno, node.attr  # type: ignore[attr-defined]


def _rows(table: str) -> dict[str, int]:
    """The line of each row of the table."""
    rows = re.finditer(r"^    Permission\.(\w+): Grant\(", table, re.MULTILINE)
    return {match[1]: _line(table, match) for match in rows}


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


if __name__ == "__main__":
    wrong = findings(read_sources())
    sys.stdout.writelines(f"{each}\n" for each in wrong)
    sys.exit(bool(wrong))
