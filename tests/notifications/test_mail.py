"""Letters render in every language and leave as mail that nobody can bend."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from service.definitions import shipped_files
from service.errors import InvalidInput
from service.letters import Letter, write_letter
from service.letters.texts import path_of
from service.notifications import Mailer
from tests.kit.clock import NOW

FACTS = {
    "number": "C-2026-0000001-A",
    "customer": "林美玲",
    "registered": "2026-03-02 10:00",
    "final_response": "2026-04-01",
    "expected": "2026-05-01",
    "terms": "You will have our answer within 30 days.",
    "authority": "Ombudsman",
    "currency": "TWD",
    "paid": 0,
    "rights": "You may turn to the Ombudsman.",
    "severity": "P3",
    "variables": dict.fromkeys(
        (
            "decisionText",
            "outcome",
            "compensationAmount",
            "reason",
            "newDate",
            "apology",
            "round",
            "task",
            "text",
        )
    ),
}


def _write(template: str, language: str, facts: dict[str, object]) -> Letter:
    text = shipped_files()[path_of(template, language)].decode()
    return write_letter(template, language=language, recipient="", facts=facts, text=text)


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
@pytest.mark.parametrize(
    "template", ["acknowledgement", "holding", "deadlock", "withdrawn", "satisfaction"]
)
def test_a_letter_names_the_case(template: str, language: str) -> None:
    written = _write(template, language, FACTS)
    assert FACTS["number"] in written.subject + written.body


def test_facts_are_never_run_as_a_template() -> None:
    facts = {**FACTS, "customer": "{{ 7 * 7 }}{% include 'x' %}"}
    written = _write("acknowledgement", "en", facts)
    assert "{{ 7 * 7 }}" in written.body


def test_a_template_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="no letter template"):
        write_letter("../../config", language="en", recipient="", facts=FACTS)


def test_without_a_server_mail_is_a_file_with_one_id_for_ever(tmp_path: Path) -> None:
    mailer = Mailer(None, "bank@bank.invalid", tmp_path)
    for _ in range(2):
        mailer.deliver(42, {"to": "a@b.invalid", "subject": "投訴", "body": "您好\n"}, now=NOW)
    (file,) = tmp_path.iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["Message-ID"] == "<42@bank.invalid>"
    assert message["Subject"] == "投訴"


@pytest.mark.parametrize(
    "to",
    [
        "a@b.invalid\r\nBcc: c@d.invalid",
        "a@b.invalid\nX: y",
        "林@bank.invalid",
        "a@b@c",
        "@",
        "x,a@b.invalid",
    ],
)
def test_a_bent_address_is_refused_and_not_sent(tmp_path: Path, to: str) -> None:
    with pytest.raises(InvalidInput, match="address"):
        Mailer(None, "bank@bank.invalid", tmp_path).deliver(
            1, {"to": to, "subject": "s", "body": "b"}, now=NOW
        )
    assert not list(tmp_path.iterdir())
