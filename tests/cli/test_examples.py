"""Every example in a help text is one that its command takes, and every choice it offers is one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from service.cli import COMMANDS, main

EXAMPLE = re.compile(r"\bredress (.+)")


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            yield from commands(below, (*path, name))
    else:
        yield " ".join(path), command


ALL = dict(commands(main, ()))


def examples(command: click.Command) -> Iterator[str]:
    """What stands behind `Example:`, with lines that go on put together."""
    help_text = re.sub(r"\\\n\s*", "", command.help or "")
    _, _, shown = help_text.partition("Example")
    for line in shown.replace(" | redress", "\nredress").splitlines():
        found = EXAMPLE.search(line)
        if found:
            yield re.sub(r"\s*[|>].*", "", found[1])


GIVEN = [(name, text) for name, command in ALL.items() for text in examples(command)]


def test_most_commands_have_an_example() -> None:
    assert len({name for name, _ in GIVEN}) >= len(COMMANDS) // 2


@pytest.mark.parametrize(("name", "text"), GIVEN, ids=[text[:60] for _, text in GIVEN])
def test_the_command_takes_its_own_example(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in (click.Path, click.File):  # the files are the reader's
        monkeypatch.setattr(kind, "convert", lambda _self, value, *_: value)
    words = shlex.split(text)
    path = name.split()
    assert words[: len(path)] == path
    ALL[name].make_context(name, words[len(path) :])


@pytest.mark.parametrize("name", ALL)
def test_choices_are_words_and_no_names_of_members(name: str) -> None:
    for parameter in ALL[name].params:
        if isinstance(parameter.type, click.Choice):
            assert all(type(choice) is str for choice in parameter.type.choices), parameter.name
