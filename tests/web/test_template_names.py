"""No page gives another meaning to a name that every template has: macros and the frame of the page
are rendered with the same names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from service.app import create_app
from service.clock import VirtualClock
from service.config import Settings
from service.execution import Runtime
from service.web import edge
from tests.kit.clock import NOW

WEB = Path(edge.__file__).parent
BOUND = re.compile(r"{%-?\s*(?:set\s+(\w+)|for\s+(\w+)(?:\s*,\s*(\w+))?\s+in\b)")


def shared_names(app: Flask) -> set[str]:
    """What every template can call."""
    with app.test_request_context("/"):
        return {name for name, value in edge._context().items() if callable(value)}


def bound_in_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((WEB / "templates").rglob("*.html")):
        for match in BOUND.finditer(path.read_text("utf-8")):
            for name in filter(None, match.groups()):
                yield name, path.name


def given_by_views() -> Iterator[tuple[str, str]]:
    for path in sorted(WEB.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("render_template"):
                for keyword in node.keywords:
                    yield keyword.arg or "", f"{path.name}:{node.lineno}"


def test_no_name_that_all_templates_call_has_another_meaning(runtime: Runtime) -> None:
    settings = Settings(secret_key="k" * 40)
    app = create_app(settings, runtime=runtime, clock=VirtualClock(NOW))
    taken = shared_names(app)
    assert {"_", "may", "moment", "in_figures"} <= taken
    given = [*bound_in_templates(), *given_by_views()]
    assert len(given) > 300
    assert [f"{where}: {name}" for name, where in given if name in taken] == []
