"""Every letter that the procedure sends is the bank's: with its name, and how to reach it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import service
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


def test_no_step_is_made_without_the_bank_that_signs() -> None:
    """A view of a case comes from `case_view`, which knows the bank. Those made by hand send
    nothing: they decide, prove, measure, play or review."""
    root = Path(service.__file__).parent
    made = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "CaseView(\n" in (text := path.read_text("utf-8")) or "CaseView(None" in text
    }
    assert made == {
        "bench/recording.py",
        "execution/load_view.py",
        "operations/choose_regime.py",
        "operations/evaluate_decision.py",
        "operations/prove_bundle.py",
        "operations/review_process.py",
        "scenarios/case.py",
    }
