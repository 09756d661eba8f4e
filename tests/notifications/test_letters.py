"""Letters: whole in every language or not sent at all, threaded, and followed to their end."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service import jobs, letters
from service.definitions import shipped_files
from service.errors import InvalidInput, StateConflict
from service.execution import Runtime
from service.i18n.dates import Times
from service.identity import Actor
from service.intake import parse_complaint
from service.letters import LANGUAGES, Letter, letter_page, write_letter
from service.letters.template import TEMPLATES
from service.letters.texts import path_of
from service.operations import register_complaint
from tests.kit.clock import NOW

CLERK = Actor("clerk", frozenset({"clerk"}))
STAFF = ("emergency", "emergency-report", "mailbox-silent", "notice", "reply-received", "told")
OWN = (
    *("mailbox-silent", "password-code", "password-code-line"),
    *("portal-access", "portal-link", "told"),
)
SHIPPED = sorted(path for path in shipped_files() if path.endswith(".letter.txt"))
_NAMES = {Path(path).name.partition(".")[0] for path in SHIPPED}
CUSTOMER = sorted((_NAMES | {"portal-access", "portal-link"}) - {*STAFF})


class Variables(dict[str, Any]):
    """What a step of the diagram gives to its letter: for a letter of tomorrow, its own names."""

    def __missing__(self, name: str) -> str:
        return name.upper()


FACTS: dict[str, Any] = {
    "number": "C-2026-0000001-A",
    "customer": "林美玲",
    "registered": "2026-03-02 10:00",
    "today": "2026-03-02",
    "final_response": "2026-04-01",
    "authority": "財團法人金融消費評議中心",
    "expected": "2026-04-20",
    "rights": "RIGHTS OF THE POLICY",
    "terms": "WORDS OF THE LAW",
    "currency": "TWD",
    "severity": "P3",
    "paid": 0,
    "level": "II",
    "duties": "Answer the telephones.",
    "minutes": 16,
    "since": "2026-03-02 10:00",
    "kind": "near",
    "by": "clerk",
    "link": "https://bank.example/portal/follow#C-2026-0000001-A.CODE",
    "variables": Variables(
        report={"to": "Internal report"},
        decisionText="DECISION",
        question="QUESTION",
        outcome="upheld",
        reason="REASON",
        compensationAmount=1280,
        creditAmount=250,
        creditedOn="2026-03-01",
        main="C-2026-0000002-B",
        screening="duplicate",
        otherNumber="C-2026-0000002-B",
    ),
}

MONEY = {"en": "TWD 1,280", "zh-Hant": "新臺幣1,280元", "zh-Hans": "新台币1,280元"}


def write(template: str, language: str, facts: dict[str, Any] = FACTS) -> Letter:
    """As it is shipped: with the procedure, or the product's own."""
    content = shipped_files().get(path_of(template, language))
    text = None if content is None else content.decode()
    return write_letter(template, language=language, recipient="", facts=facts, text=text)


def test_every_template_is_there_in_every_language() -> None:
    own = {path.name for path in TEMPLATES.glob("*.txt")}
    assert own == {f"{name}.{language}.txt" for name in OWN for language in LANGUAGES}
    assert set(SHIPPED) == {
        path_of(name, each) for name in {*CUSTOMER, *STAFF} - {*OWN} for each in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", [*CUSTOMER, *STAFF])
def test_a_letter_is_whole(template: str, language: str) -> None:
    written = write(template, language, FACTS)
    text = written.subject + written.body
    assert "{" not in text and "None" not in text and "\n\n\n" not in written.body
    assert template == "mailbox-silent" or str(FACTS["number"]) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_names_what_happened_and_by_whom(language: str) -> None:
    kinds = ("assignment", "mention", "near", "breach")
    subjects = {kind: write("told", language, {**FACTS, "kind": kind}).subject for kind in kinds}
    assert len(set(subjects.values())) == len(kinds)
    assert [kind for kind, subject in subjects.items() if "clerk" in subject] == [
        "assignment",
        "mention",
    ]


@pytest.mark.parametrize(
    ("language", "customer", "opening", "ending"),
    [
        (
            "zh-Hant",
            "林美玲",
            "親愛的林美玲先生/女士 您好：",
            "敬祝　順心\n幸福銀行　敬啟\n聯絡方式：0800\n案件編號：C-1\n臺北，2026年3月2日",
        ),
        ("zh-Hant", "幸福股份有限公司", "親愛的幸福股份有限公司 您好：", ""),
        ("zh-Hant", "客戶", "親愛的客戶 您好：", ""),
        ("zh-Hant", "Ada Lovelace", "親愛的Ada Lovelace 先生/女士 您好：", ""),
        ("zh-Hans", "张三", "尊敬的张三先生/女士：", "此致\n敬礼！\n幸福銀行\n联系方式：0800"),
        ("zh-Hans", "客户", "尊敬的客户：", ""),
        ("en", "Ada", "Dear Ada,", "Yours sincerely,\n幸福銀行\nContact: 0800\nOur reference: C-1"),
    ],
)
def test_a_letter_opens_and_ends_as_letters_of_its_language_do(
    language: str, customer: str, opening: str, ending: str
) -> None:
    facts = {
        "number": "C-1",
        "customer": customer,
        "bank": "幸福銀行",
        "contact": "0800",
        "place": "臺北",
        "today": "2026年3月2日",
    }
    text = "Subject\n\n{{ salutation }}\n\nBody.\n\n{{ closing }}\n"
    body = write_letter("x", language=language, recipient="", facts=facts, text=text).body
    assert body.startswith(opening + "\n")
    assert ending in body
    assert body.endswith("2026年3月2日\n")


@pytest.mark.parametrize("template", sorted({*CUSTOMER} - {*OWN}))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_to_a_customer_is_addressed_and_signed(template: str, language: str) -> None:
    body = write(template, language, {**FACTS, "bank": "幸福銀行"}).body
    assert "林美玲" in body.partition("\n")[0]
    assert "幸福銀行" in body.rpartition("\n\n")[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_outcome_says_what_was_found_and_paid(language: str) -> None:
    texts = set()
    for outcome in ("upheld", "partly upheld", "not upheld"):
        facts = {**FACTS, "variables": {"decisionText": "DECISION", "outcome": outcome}}
        texts.add(write("outcome", language, facts).body)
    assert len(texts) == 3 and all("DECISION" in text and "1280" not in text for text in texts)
    assert MONEY[language] in write("outcome", language, FACTS).body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["outcome", "deadlock"])
def test_an_answer_tells_the_rights_of_the_policy(template: str, language: str) -> None:
    assert "RIGHTS OF THE POLICY" in write(template, language, FACTS).body


@pytest.mark.parametrize(
    ("template", "missing"),
    [("outcome", "decisionText"), ("clarification", "question"), ("acknowledgement", "number")],
)
def test_a_missing_value_writes_nothing(template: str, missing: str) -> None:
    variables = {name: value for name, value in FACTS["variables"].items() if name != missing}
    facts = {name: value for name, value in FACTS.items() if name != missing} | {
        "variables": variables
    }
    with pytest.raises(InvalidInput, match=missing):
        write(template, "en", facts)


@pytest.mark.parametrize(
    "evil",
    ["{{ number.__class__ }}", "{{ ''.__class__.__mro__ }}", "{% set x = variables.clear() %}"],
)
def test_a_template_cannot_reach_out(evil: str) -> None:
    from service.letters.template import _environment

    with pytest.raises(Exception, match=r"unsafe|undefined|not callable"):
        _environment().from_string(evil + "{{ variables.outcome.x.y }}").render(**FACTS)


def test_a_letter_that_cannot_be_written_is_a_persons_work(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise InvalidInput(
            "The letter template 'acknowledgement' (en) cannot be filled: 'branch' is undefined"
        )

    monkeypatch.setattr(letters, "write_letter", broken)
    given = {
        "content": "Charged twice.",
        "customerName": "Owen",
        "contact": {"email": "owen@customer.invalid"},
    }
    root_key = register_complaint(
        runtime, parse_complaint(given, now=NOW), actor=CLERK, now=NOW
    ).root_key
    with runtime.database.read() as connection:
        filed = letters.list_letters(connection, root_key)
        incidents = jobs.list_incidents(connection)
        due = {row["kind"] for row in incidents}
        waiting, total = letters.list_on_paper(connection)
    assert {row["delivery"] for row in filed} == {"incomplete"} and {
        row["body"] for row in filed
    } == {""}
    assert due == {"letter-incomplete"} and "branch" in incidents[0]["message"]
    assert total == len(waiting) == len(filed)
    with runtime.database.transaction() as connection:
        assert jobs.claim_outbox(connection, now=NOW, owner="w", lease=NOW - NOW) == []


def test_a_letter_without_an_address_goes_on_paper_once(runtime: Runtime) -> None:
    given = {
        "content": "Charged twice.",
        "customerName": "Owen",
        "contact": {"address": "10 Harbour Road"},
    }
    register_complaint(runtime, parse_complaint(given, now=NOW), actor=CLERK, now=NOW)
    with runtime.database.transaction() as connection:
        [letter], total = letters.list_on_paper(connection)
        assert (total, letter["template"], letter["delivery"]) == (1, "acknowledgement", "print")
        letters.set_delivery(
            connection, letter["key"], "printed", was=("print",), now=NOW, by="clara"
        )
        assert letters.list_on_paper(connection) == ([], 0)
    with pytest.raises(StateConflict), runtime.database.transaction() as connection:
        letters.set_delivery(
            connection, letter["key"], "printed", was=("print",), now=NOW, by="clara"
        )


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("請提供截圖。", "請提供：請提供截圖。請回覆。"),
        ("請提供截圖", "請提供：請提供截圖。請回覆。"),
        ("可以嗎？", "請提供：可以嗎？請回覆。"),
        ("wait...", "請提供：wait...。請回覆。"),
        ("a.b", "請提供：a.b。請回覆。"),
    ],
)
def test_a_sentence_that_a_person_ended_is_not_ended_once_more(said: str, read: str) -> None:
    text = "標題\n\n請提供：{{ variables.question }}。請回覆。\n"
    facts = {**FACTS, "variables": {"question": said}}
    letter = write_letter("x", language="zh-Hant", recipient="", facts=facts, text=text)
    assert letter.body == f"{read}\n"


@pytest.mark.parametrize("name", ["acknowledgement", "outcome", "satisfaction"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_printed_letter_has_its_date_once(name: str, language: str) -> None:
    zone = ZoneInfo("Asia/Taipei")
    day = Times(language, zone).letter_day(NOW)
    text = shipped_files()[path_of(name, language)].decode()
    facts = {**FACTS, "today": day}
    letter = write_letter(name, language=language, recipient="", facts=facts, text=text)
    row = {"language": language, "subject": letter.subject, "body": letter.body, "written_at": NOW}
    assert letter_page(row, bank="Bank", address="", zone=zone).count(day) == 1
