"""What CONTRIBUTING tells a newcomer is there, and as much as it says."""

from __future__ import annotations

import re
from pathlib import Path

from service import api
from service.definitions import shipped_files
from service.identity import Role

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
LETTER = re.compile(r'key="template" value="([\w-]+)"')


def section(title: str) -> str:
    """What is said under a bold title, up to the next one."""
    return re.split(r"\n\*\*|\n## ", PAGE.split(f"\n**{title}**")[1])[0]


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:service|tests|docs|processes|forms|tools)/[\w./*-]+)`", PAGE))
    assert len(named) > 15
    known = [each for each in named if not re.search("NAME|LANGUAGE", each)]
    gone = [each for each in known if not list(ROOT.glob(each.rstrip("/")))]
    assert gone == []


def test_an_endpoint_is_at_most_nine_files() -> None:
    steps = re.findall(r"^(\d)\.", section("An endpoint"), re.MULTILINE)
    assert 0 < len(steps) <= 8  # the last of them is two files


def test_every_module_with_endpoints_is_imported() -> None:
    folder = Path(api.__file__).parent
    has = {path.stem for path in folder.glob("*.py") if "\n@operation(" in path.read_text("utf-8")}
    assert len(has) > 15
    assert has <= set(vars(api))


def test_a_letter_is_three_texts_and_a_step() -> None:
    files = shipped_files()
    sent = {
        name
        for path, content in files.items()
        if path.endswith(".bpmn")
        for name in LETTER.findall(content.decode())
    }
    assert len(sent) > 8
    for name in sent:
        texts = [path for path in files if path.startswith(f"processes/letters/{name}.")]
        assert len(texts) == 3, name


def test_a_role_is_named_in_two_files() -> None:
    told = section("A role")
    assert set(re.findall(r"`(service/[\w/.]+)`", told)) == {
        "service/identity/roles.py",
        "service/identity/permissions.py",
    }
    assert len(Role) > 5


def test_every_line_of_the_changelog_stands_under_who_reads_it() -> None:
    page = (ROOT / "CHANGELOG.md").read_text("utf-8")
    releases = re.split(r"\n## ", page)[1:]
    assert releases
    for release in releases:
        before_any = release.split("\n### ")[0]
        assert "\n- " not in before_any, before_any[:200]
