"""How alike complaints are: in Chinese and English, by contact and by text, found without comparing
all."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cases.similarity import Likable, compare, jaccard, marks_of, pairs_of

TWICE = "同一筆信用卡消費被重複扣款兩次,致電客服後三週仍未收到回覆,請盡速退還款項。"
TWICE_AGAIN = "我的同一筆信用卡消費被重複扣款兩次!致電客服後三週仍未收到回覆,請退還款項。"
QUEUE = "海港路分行每週一排隊都要一個小時,行員態度冷淡,希望增加櫃台人手。"


def like(
    content: str = TWICE, *, name: str = "", phone: str = "", email: str = "", incident: str = ""
) -> Likable:
    return Likable(name or None, phone or None, email or None, content, incident or None)


def test_alike_texts_are_alike_and_others_are_not() -> None:
    assert jaccard(pairs_of(TWICE), pairs_of(TWICE_AGAIN)) > 0.7
    assert jaccard(pairs_of(TWICE), pairs_of(QUEUE)) < 0.1
    assert pairs_of("ABC Fee") == pairs_of("ABC  fee!")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (like(email="Mei+bank@Customer.invalid"), like(email="mei@customer.invalid"), True),
        (like(phone="+886 2-5550-0101"), like(phone="(02)55500101"), True),
        (like(phone="0912-345-678"), like(phone="+886912345678"), True),
        (like(phone="123"), like(phone="123"), False),
        (like(email="mei@a.invalid"), like(email="mei@b.invalid"), False),
        (like(name="Mei Lin"), like(name="Lin, Mei"), False),
        (like(), like(), False),
    ],
)
def test_the_same_customer_is_known_by_contact(one: Likable, other: Likable, same: bool) -> None:
    assert compare(one, other).same_customer is same


def test_the_reasons_are_said() -> None:
    found = compare(
        like(name="林美玲", email="a@b.invalid"),
        like(TWICE_AGAIN, name="林美玲", email="A@b.invalid"),
    )
    assert found.score == 1.0
    assert (
        found.reasons[:2] == ("same e-mail address", "same name")
        and "text alike by" in found.reasons[2]
    )
    assert compare(like(QUEUE, incident="I-1"), like(TWICE, incident="I-1")).reasons == (
        "same incident",
    )
    assert compare(like(QUEUE), like(TWICE)).score == 0


def test_alike_texts_share_a_mark_and_unlike_ones_none() -> None:
    chance = random.Random(3)
    words = [f"word{n}" for n in range(400)]
    missed = shared = 0
    for _ in range(60):
        text = chance.choices(words, k=80)
        changed = list(text)
        for place in chance.sample(range(80), 6):  # about 0.75 of the pairs stay
            changed[place] = "other"
        missed += not marks_of(like(" ".join(text))) & marks_of(like(" ".join(changed)))
        shared += bool(
            marks_of(like(" ".join(text))) & marks_of(like(" ".join(chance.choices(words, k=80))))
        )
    assert missed <= 3 and shared == 0


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    there, back = compare(like(one), like(other)), compare(like(other), like(one))
    assert there == back and 0 <= there.score <= 1
    assert marks_of(like(one)) == marks_of(like(one))
