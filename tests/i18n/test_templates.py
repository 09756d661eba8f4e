"""What templates may not do by themselves: write dates, put English marks beside what is said, or
count in one form."""

from __future__ import annotations

import re

import pytest

from service.i18n.extract import ROOT

TEMPLATES = sorted((ROOT / "service" / "web" / "templates").rglob("*.html"))
PAGES = sorted((ROOT / "service" / "web").glob("*.py"))
MACHINES = re.compile(r'(datetime|value|min|max)="[^"]*"|:\{\{ p\.line \}\}')
"""What is read by browsers; and the line of a file."""
FORBIDDEN = {
    "a mark of English: use {{ colon }}, {{ bracketed(…) }}, {{ sentence(…) }} or {{ _(', ') }}": (
        re.compile(r"\}\}(</\w+>)?(: |, \{\{)|\}\} \(\{\{|\{\{ \", \" if|join\(\", \"\)")
    ),
    "a date: use moment(…), day_of(…), day(…) or weekday(…)": re.compile(
        r"isoformat|strftime|\[:1[06]\]|%[YH]"
    ),
    "a number in one form: use _n(…)": re.compile(r'_\("\{(n|count)\} \w+s\b'),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_leave_it_to_the_language(what: str) -> None:
    found = [
        f"{path.name}:{number}: {line.strip()[:100]}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if FORBIDDEN[what].search(MACHINES.sub("", line))
    ]
    assert not found, f"{what}\n" + "\n".join(found)


def test_pages_write_no_date_themselves() -> None:
    """But for the fields of a browser (`%Y-%m-%dT%H:%M`) and keys of pages."""
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in PAGES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"%Y-%m-%d(?!T)|%d[ .]%b", line)
    ]
    assert found == []


def test_a_mark_of_english_is_found() -> None:
    marks = next(iter(FORBIDDEN.values()))
    for bad in ("{{ a }}: {{ b }}", "{{ a }}, {{ b }}", "{{ a }} ({{ b }})", "{{ a }}</b>: x"):
        assert marks.search(bad), bad
    assert not marks.search("{{ a }}{{ colon }}{{ b }}")
