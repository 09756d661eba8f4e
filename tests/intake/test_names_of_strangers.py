"""What a stranger calls themselves goes out in the bank's name only where it is a name."""

from __future__ import annotations

import pytest

from service import letters
from service.cases import get_complaint
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import OPERATOR, SYSTEM, Standing, create_account
from service.intake import parse_complaint
from service.intake.portal_help import TEMPLATE, ask_portal_link
from service.letters.signature import name_for_letters
from service.operations import register_complaint
from service.operations.change_account import change_account
from tests.kit.clock import NOW

NAMES = [
    *(
        "王小明",
        "Lin Mei-Ling",
        "J. R. Smith Jr.",
        "St. John",
        "O'Brien",
        "Åse Ødegård",
        "D. Müller",
    ),
    *("臺北市ABC股份有限公司", "Acme Co., Ltd.", "Jean-Luc d'Hérelle", "Dr. A.B. Chen"),
]
NO_NAMES = [
    "Win now https://evil.example/x",
    "visit www.evil.example",
    "evil.example",
    "pay at evil.io/abc",
    "me@evil.example",
    "<a href=x>",
    "{{ number }}",
    "Your account is locked. Call 0800 " * 5,
    "a\u202eb",
    "\u2028",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_said(name: str) -> None:
    assert name_for_letters(name, "en") == name


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_more_than_a_name_is_not(name: str) -> None:
    assert name_for_letters(name, "en") == "Customer"


@pytest.mark.parametrize("name", NO_NAMES[:-3])
def test_no_letter_opens_with_it(runtime: Runtime, name: str) -> None:
    given = {"customerName": name, "content": "x", "contact": {"email": "victim@home.invalid"}}
    new = parse_complaint({**given, "language": "en"}, now=NOW)
    made = register_complaint(runtime, new, actor=SYSTEM, now=NOW)
    ask_portal_link(runtime, made.number, address="192.0.2.1", now=NOW)
    with runtime.database.read() as connection:
        complaint = get_complaint(connection, made.number)
        written = letters.list_letters(connection, complaint.root_key)
    assert TEMPLATE in {each["template"] for each in written}
    for each in written:
        if each["audience"] == "customer":
            assert name not in each["body"] and name not in each["subject"]


def test_a_name_is_one_line() -> None:
    new = parse_complaint({"customerName": "Amy\r\n\r\nDear all\u2028Lin"}, now=NOW)
    assert new.customer_name == "Amy Dear all Lin"


@pytest.mark.parametrize("email", ["amy", "a@b", "a@b.c, d@e.f", "a@b.example\nBcc: x@y.z"])
def test_an_account_has_an_address_that_mail_can_be_sent_to(runtime: Runtime, email: str) -> None:
    with runtime.database.transaction() as connection:
        create_account(connection, "amy", None, [], now=NOW)
    with pytest.raises(InvalidInput, match="e-mail address"):
        change_account(
            runtime, "amy", Standing((), "", email, active=True), actor=OPERATOR, now=NOW
        )
