"""Every example in docs/feel.md holds, and every built-in has one."""

import re
from pathlib import Path

import pytest

from service.feel import BUILTINS, camunda, compile_expression, equal
from tests.kit.clock import EXAMPLES_AT

PAGE = Path(__file__).parents[2] / "docs" / "feel.md"
EXAMPLES = re.findall(r"^- `(.*)`$", PAGE.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(example: str) -> None:
    left, right = example.rsplit(" = ", 1)
    found = compile_expression(left).evaluate({}, now=EXAMPLES_AT)
    assert equal(found, compile_expression(right).evaluate({})) is True, found


def test_the_page_tells_the_standard_from_camundas_additions() -> None:
    """The built-ins of `service.feel.camunda` stand in their own part of the page, and only
    those."""
    standard, _, added = PAGE.read_text("utf-8").partition("## Camunda 8's additions")
    own = {name for name, made in BUILTINS.items() if made.call.__module__ == camunda.__name__}
    assert own
    for name in BUILTINS:
        assert (name in _called(standard)) is (name not in own), name
        assert name not in own or name in _called(added), name


def _called(text: str) -> set[str]:
    """The built-ins that a text calls; of `context put(` not `put`."""
    names = sorted(map(re.escape, BUILTINS), key=len, reverse=True)
    return set(re.findall(rf"(?<![\w])({'|'.join(names)})\(", text))


def test_every_builtin_has_an_example() -> None:
    text = "\n".join(EXAMPLES)
    assert [
        name for name in BUILTINS if not re.search(rf"(^|[^\w ]|\n){re.escape(name)}\(", text)
    ] == []
