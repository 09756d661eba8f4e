"""No letter leaves with something still to be filled in, whoever wrote it and in whatever
brackets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.definitions import shipped_files
from service.engine.parts import read_parts
from service.errors import InvalidInput, Severity
from service.letters import LANGUAGES, tells_rights, write_letter
from service.letters.check import EXAMPLE, check_letters
from service.letters.rights import rights_of
from service.letters.template import said_by
from service.letters.texts import SUFFIX, path_of
from service.letters.unfinished import unfinished
from service.policy import load_profile
from service.policy.files import SHIPPED

PROFILES = sorted(path.stem for path in (SHIPPED / "profiles").glob("*.json"))
GAPS = (
    "[referral wording: to be confirmed by Legal]",
    "[amount]",
    "［金額］",
    "【轉介文字:待法務確認】",
    "〔日期〕",
    "TODO",
    "TBC",
    "FIXME: ask Legal",
    "XXXX",
    "<customer name>",
    "<<amount>>",
    "${amount}",
    "«amount»",
    "%(amount)s",
    "______",
    "Lorem ipsum",
    "the date to be confirmed by the branch",
    "insert date",
    "○○○ 先生",
    "地址待補",
    "请填入金额",
)


@pytest.mark.parametrize("gap", [*GAPS, "{{ amount }}", "{% if %}", "{# note #}"])
def test_a_gap_is_seen_wherever_it_stands(gap: str) -> None:
    for text in (gap, f"Dear Owen,\n\nWe pay {gap} to you.", f"我們 {gap}。"):
        assert unfinished(text), text


@pytest.mark.parametrize(
    "text",
    [
        "We pay GBP 1,280.50 by 2 March (within 8 weeks).",
        "See the terms [1] and the note you wrote [sic] on the card […].",
        "本行將於 2026-03-09 前支付您 1,280 元(含利息)。",
        "Write to owen@customer.invalid or visit https://bank.example/a?b=1&c=2#d.",
        "5 < 7 and 9 > 8; a_b; XL; 待您回覆後辦理。",
    ],
)
def test_ordinary_words_are_no_gap(text: str) -> None:
    assert unfinished(text) == []


@pytest.mark.parametrize("gap", GAPS)
def test_a_letter_with_a_gap_is_not_written_and_its_version_not_released(gap: str) -> None:
    text = f"Subject\n\nDear {{{{ customer }}}},\n\nWe pay {gap} to you."
    with pytest.raises(InvalidInput, match="still has something to be filled in"):
        write_letter("notice", language="en", recipient="", facts=EXAMPLE, text=text)
    files = {path_of("notice", each): text.encode() for each in LANGUAGES}
    found = check_letters(files, read_parts(files)[0].processes)
    assert {(each.code, each.severity) for each in found} == {
        ("letter-placeholder", Severity.ERROR)
    }


@pytest.mark.parametrize("gap", ["[amount]", "TODO"])
def test_a_gap_that_a_person_wrote_into_the_decision_stops_the_letter(gap: str) -> None:
    facts = {**EXAMPLE, "variables": {"decisionText": f"We pay {gap}."}}
    text = shipped_files()[path_of("outcome", "en")].decode()
    with pytest.raises(InvalidInput, match="filled in"):
        write_letter("outcome", language="en", recipient="", facts=facts, text=text)


def test_the_name_of_a_customer_does_not_stop_a_letter() -> None:
    facts = {**EXAMPLE, "customer": "【TODO】 Ltd [London]"}
    text = shipped_files()[path_of("acknowledgement", "en")].decode()
    written = write_letter("acknowledgement", language="en", recipient="", facts=facts, text=text)
    assert "[London]" in written.body


def test_no_shipped_letter_has_a_gap() -> None:
    letters = {path: text for path, text in shipped_files().items() if path.endswith(SUFFIX)}
    assert len(letters) > 40
    gaps = {path: unfinished(said_by(text.decode())) for path, text in letters.items()}
    assert {path: found for path, found in gaps.items() if found} == {}


@pytest.mark.parametrize("profile_id", PROFILES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_policy_has_the_rights_of_a_final_answer(profile_id: str, language: str) -> None:
    profile = load_profile(profile_id)
    rights = rights_of(profile, language)
    assert rights and not unfinished(rights)
    text = shipped_files()[path_of("deadlock", language)].decode()
    facts = {**EXAMPLE, "rights": rights}
    body = write_letter("deadlock", language=language, recipient="", facts=facts, text=text).body
    assert tells_rights(profile, language, body)
    assert not tells_rights(profile, language, body.replace(rights[:20], ""))


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(GAPS), st.text(max_size=60))
def test_nothing_around_a_gap_hides_it(before: str, gap: str, after: str) -> None:
    assert unfinished(f"{before} {gap} {after}")


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert all(len(each) <= 80 for each in unfinished(text))
