"""What is shown beside a form is the letter that the customer gets, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from service import letters, tasks
from service.builtins import LetterEffect, RecordEffect
from service.execution import Runtime, read_case
from service.execution.apply_effects import letters_of
from service.letters import compose
from service.operations import complete_task, foresee_letters, writes_letters
from tests.kit import walker
from tests.kit.walker import Walk, complain

MONEY = {"outcome": "upheld", "remedies": ["compensation"], "compensationAmount": 8_000}
NONE = {
    "outcome": "not upheld",
    "remedies": [],
    "reason": "Both sums were taken for what the customer had bought on that day.",
}


def bodies(runtime: Runtime, root: int) -> list[str]:
    with runtime.database.read() as connection:
        filed = letters.list_letters(connection, root)
    return [each["body"] for each in filed if each["audience"] == "customer"]


@pytest.mark.parametrize("proposal", [MONEY, NONE], ids=["money", "none"])
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_every_letter_of_a_walk_is_foreseen_word_for_word(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, proposal: dict[str, Any], language: str
) -> None:
    seen: list[str] = []

    def watched(runtime: Runtime, key: int, answer: Any, *, actor: Any, now: Any) -> Any:
        with runtime.database.read() as connection:
            task = tasks.get_task(connection, key)
            bundle = runtime.bundles.get(connection, task.bundle_key)
        before = bodies(runtime, task.root_key)
        foreseen = foresee_letters(runtime, key, answer, actor=actor, now=now)
        assert bodies(runtime, task.root_key) == before, "nothing is kept"
        done = complete_task(runtime, key, answer, actor=actor, now=now)
        filed = bodies(runtime, task.root_key)[len(before) :]
        assert [each.written.body for each in foreseen] == filed, task.element_id
        if task.element_id == "write-reply":
            assert writes_letters(bundle, task.process_id, task.element_id)
        seen.extend(each.written.template for each in foreseen)
        return done

    monkeypatch.setattr(walker, "complete_task", watched)
    complain(runtime, language=language).work(propose_solution=proposal)
    assert "outcome" in seen


def test_what_is_typed_stands_in_it(runtime: Runtime) -> None:
    walk: Walk = complain(runtime).work(until="write-reply", propose_solution=NONE)
    with runtime.database.read() as connection:
        [task] = tasks.list_open_tasks(connection, walk.root)
    actor = walker.Actor(task.assignee or "handler-1", frozenset(task.candidate_groups))
    told = "Nothing was charged twice on the tenth."
    answer = {"decisionText": told, "rightsExplained": True}
    letter, *_ = foresee_letters(runtime, task.key, answer, actor=actor, now=walk.now)
    assert told in letter.written.body


def test_what_the_step_records_stands_in_a_letter_that_it_writes(runtime: Runtime) -> None:
    walk: Walk = complain(runtime)
    with runtime.database.read() as connection:
        instance, view = read_case(connection, runtime, walk.root, now=walk.now)
        assert view.complaint is not None and view.complaint.severity != "P2"
        view.effects[:] = [
            RecordEffect({"severity": "P2"}),
            LetterEffect("probe", "customer", "", {}),
        ]
        probe = "subject: Probe\n\nIts severity is {{ severity }}.\n"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compose, "letter_text", lambda *given: probe)
            [letter] = letters_of(connection, instance, view, now=walk.now)
    assert "Its severity is P2." in letter.written.body, letter.missing
