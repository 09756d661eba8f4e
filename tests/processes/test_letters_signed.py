"""Every letter that the procedure sends is the bank's: with its name, and how to reach it."""

from __future__ import annotations

from dataclasses import replace

from service import letters
from service.execution import Runtime
from service.letters import Bank
from tests.kit.walker import complain

BANK = Bank("First Bank of Trials", "0800-555-0199", "Trialtown", "en")


def test_the_letters_of_a_case_are_signed(runtime: Runtime) -> None:
    walk = complain(replace(runtime, bank=BANK)).work(until="ask-customer")
    with runtime.database.read() as connection:
        sent = [
            each["body"]
            for each in letters.list_letters(connection, walk.root)
            if each["audience"] == "customer"
        ]
    assert len(sent) >= 2
    for body in sent:
        assert BANK.name in body and BANK.contact in body, body
