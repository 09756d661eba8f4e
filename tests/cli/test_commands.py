"""The table of commands: `--help` loads none of them, and says of each what it says itself."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from service.cli import COMMANDS, main
from tests.kit.dmn_samples import decision, definitions

LIST = (
    "from service.cli import main; main(['--help'], standalone_mode=False); import sys; "
    "print(*sys.modules)"
)


def test_help_imports_no_command() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", LIST], capture_output=True, text=True, check=True
    ).stdout
    help_text, _, listed = printed.rstrip().rpartition("\n")
    modules = listed.split()
    lines = [line[2:] for line in help_text.partition("Commands:\n")[2].splitlines()]
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == sorted(COMMANDS)
    ours = sorted(name for name in modules if name.split(".")[0] == "service")
    assert ours == ["service", "service.cli", "service.cli.lazy"]
    heavy = {
        "SpiffWorkflow",
        "sqlalchemy",
        "alembic",
        "lxml",
        "flask",
        "granian",
        "jsonschema_rs",
        "pydantic",
        "rich",
    }
    assert heavy.isdisjoint(name.split(".")[0] for name in modules)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_line_is_how_the_command_begins(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    said = (command.help or "").strip().replace("\n", " ")
    assert said.startswith(COMMANDS[name][1].removesuffix("."))


def test_a_command_that_is_not_there_is_a_usage_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service", "fly"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "No such command 'fly'" in done.stderr


def test_each_finding_of_the_check_is_a_sentence_and_what_to_do(tmp_path):
    """A message that ends with a full stop of its own is given no second one."""
    cells = "<inputEntry><text>(1..1]</text></inputEntry><outputEntry><text>1</text></outputEntry>"
    table = (
        '<decisionTable><input id="i"><inputExpression typeRef="number"><text>amount</text>'
        f'</inputExpression></input><output id="o" name="d"/><rule id="r">{cells}</rule>'
        "</decisionTable>"
    )
    (tmp_path / "it.dmn").write_bytes(definitions(decision("d", table)))
    done = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert "dmn-rule-unreachable" in done.output
    assert ".. " not in done.output.replace("(1..1]", "")
    assert ". Correct its cell" in done.output
