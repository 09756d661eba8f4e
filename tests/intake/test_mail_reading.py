"""What a raw mail says, however it is written; and what is not taken apart at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake.charsets import decode_text, decode_words, guess_language
from service.intake.mail_html import safe_html, text_of_html
from service.intake.mail_parts import Unreadable
from service.intake.mail_reading import Mail, fingerprint_of, read_mail
from tests.kit import mails

OURS = "<131074.0123456789abcdef@bank.invalid>"
TRADITIONAL = "同一筆消費被重複扣款兩次,請盡速處理並退還款項。"
SIMPLIFIED = "同一笔消费被重复扣款两次,请尽快处理并退还款项。"


def test_an_ordinary_mail_is_read() -> None:
    mail = read_mail(mails.write(files=(("statement.pdf", b"%PDF-1.7 ..."),)))
    assert (mail.sender, mail.sender_name, mail.subject) == (
        "wang@customer.invalid",
        "Wang Mei",
        "Charged twice",
    )
    assert mail.text == "The fee was charged twice. Please return it."
    assert mail.message_id == "<m1@customer.invalid>"
    assert [(each.name, each.content) for each in mail.attachments] == [
        ("statement.pdf", b"%PDF-1.7 ...")
    ]
    assert (mail.mark, mail.letters, mail.numbers) == ("", (), ())


@pytest.mark.parametrize(
    ("label", "real", "text"),
    [
        ("utf-8", "utf-8", TRADITIONAL),
        ("big5", "big5", TRADITIONAL),
        ("gb2312", "gb18030", SIMPLIFIED),
        ("us-ascii", "utf-8", TRADITIONAL),
        ("iso-8859-1", "gb18030", SIMPLIFIED),
        ("x-no-such-charset", "utf-8", TRADITIONAL),
        ("utf-8", "gb18030", SIMPLIFIED),
        ("utf-16", "utf-8", "plain words"),
        ("idna", "utf-8", TRADITIONAL),
    ],
)
def test_a_charset_may_be_a_lie(label: str, real: str, text: str) -> None:
    mail = read_mail(mails.wrong_charset(label, text, real, identity="<c@c.invalid>"))
    if label not in ("utf-16", "iso-8859-1"):
        assert mail.text == text
    assert "\x00" not in mail.text and mail.text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TRADITIONAL, "zh-Hant"),
        (SIMPLIFIED, "zh-Hans"),
        ("The fee 費用 was charged twice, see the statement.", "en"),
    ],
)
def test_the_language_is_guessed(text: str, language: str) -> None:
    assert guess_language(text) == language


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=12)))
def test_any_bytes_are_some_text(payload: bytes, charset: str | None) -> None:
    decode_text(payload, charset).encode("utf-8")


@given(st.text(max_size=200))
def test_any_header_is_one_line(value: str) -> None:
    assert "\n" not in decode_words(value, 100)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_mail_or_unreadable(raw: bytes) -> None:
    try:
        assert isinstance(read_mail(raw), Mail)
    except Unreadable as error:
        assert error.message
    assert len(fingerprint_of(raw)[1]) == 64


def test_html_is_read_as_text_and_shown_without_teeth() -> None:
    page = (
        "<html><head><title>t</title><style>p{}</style></head><body onload=alert(1)><p>First "
        "&amp; line</p><script>x()"
        '</script><img src="http://t.invalid/x.png"><a '
        'href="javascript:alert(1)">link</a><br>last</body></html>'
    )
    assert text_of_html(page) == "First & line\nlink\nlast"
    shown = safe_html(page)
    for bad in ("script", "onload", "img", "href", "javascript", "style", "http"):
        assert bad not in shown


def test_a_mail_of_html_alone_has_a_text() -> None:
    raw = (
        b"From: a@b.invalid\r\nContent-Type: text/html; "
        b"charset=utf-8\r\n\r\n<p>Fee</p><p>twice</p><script>1</script>"
    )
    assert read_mail(raw).text == "Fee\ntwice"


@pytest.mark.parametrize(
    ("headers", "mark"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto-reply"),
        ({"Precedence": "auto_reply"}, "auto-reply"),
        ({"X_Spam_Flag": "YES"}, "spam"),
        ({"X_Spam_Status": "Yes, score=9"}, "spam"),
        ({"X_MS_Exchange_Organization_SCL": "7"}, "spam"),
        ({"List_Unsubscribe": "<mailto:x@y.invalid>"}, "bulk"),
        ({"Auto_Submitted": "no"}, ""),
        ({"X_Spam_Status": "No, score=-1"}, ""),
    ],
)
def test_marks_of_mail_that_nobody_wrote(headers: dict[str, str], mark: str) -> None:
    assert read_mail(mails.write(**headers)).mark == mark


def test_a_returned_letter_names_the_letter() -> None:
    mail = read_mail(mails.bounce(OURS))
    assert (mail.mark, mail.bounced) == ("bounce", "refused with status 5.1.1")
    assert mail.letters == ((131074, "0123456789abcdef"),)


def test_a_delay_is_no_return() -> None:
    assert read_mail(mails.bounce(OURS, action="delayed", status="4.4.1")).mark == ""


def test_an_answer_names_letter_and_number() -> None:
    mail = read_mail(
        mails.write(
            subject="Re: your complaint c-2026-0000001-k", References=f"<x@y.invalid> {OURS}"
        )
    )
    assert mail.letters == ((131074, "0123456789abcdef"),)
    assert mail.numbers == ("C-2026-0000001-K",)


@pytest.mark.parametrize(
    "raw", [mails.nested(200), mails.nested(2_000), mails.many_parts(900), mails.many_parts(30_000)]
)
def test_bombs_are_not_taken_apart(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read_mail(raw)


def test_a_mail_in_a_mail_is_a_file() -> None:
    inner = mails.write("inner")
    raw = (
        b'From: a@b.invalid\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
        b"Content-Type: text/plain\r\n\r\nsee below\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"\r\n--x--\r\n"
    )
    mail = read_mail(raw)
    assert mail.text == "see below"
    assert [each.name for each in mail.attachments] == ["part-2.eml"]
    assert b"inner" in mail.attachments[0].content


def test_the_same_message_has_one_fingerprint_wherever_it_lies() -> None:
    raw = mails.write()
    again = b"Received: from mx2\r\nX-Spam-Status: No\r\n" + raw
    other = mails.write("Another text.")
    assert fingerprint_of(raw)[1] == fingerprint_of(again)[1] != fingerprint_of(other)[1]
