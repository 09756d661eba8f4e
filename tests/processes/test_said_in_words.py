"""What the shipped procedure shows to people is said in words: no expression stands on the plan as
it is written, and no card is called by a variable."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from service.bpmn.briefing import VALUE, named
from service.definitions import say_value, shipped_files
from service.engine import load_bundle
from service.i18n.dates import Times
from service.reporting.briefing_values import Reader, find_label, variable_names
from service.reporting.plan import execution_plan

BUNDLE = load_bundle(shipped_files())
LANGUAGES = ("en", "zh-Hant", "zh-Hans")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_date_of_the_plan_is_said_in_words(language: str) -> None:
    names = variable_names(BUNDLE, language)
    dues = {line.due for line in execution_plan(BUNDLE) if line.due}
    assert len(dues) > 10
    told = {due: say_value(f"={due}", language, names=names) for due in dues}
    assert {due: said for due, said in told.items() if "=" in said or "after(" in said} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_of_one_variable_has_a_title(language: str) -> None:
    reader = Reader(Times(language, ZoneInfo("Asia/Taipei"), UTC))  # type: ignore[arg-type]
    wanted = {
        name
        for model in BUNDLE.models.values()
        for element in model.elements.values()
        for name in named(VALUE, _cards(element.properties.get("redress.briefing", "")))
    }
    assert wanted >= {"investigator", "sampleNumber", "why"}
    assert [name for name in sorted(wanted) if find_label(BUNDLE, reader, name)[0] == name] == []


def _cards(briefing: str) -> list[str]:
    return [each.strip() for each in briefing.split(";")]
