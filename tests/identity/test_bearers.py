"""Bearers: taken until their hour is over, and never when anything about them was changed."""

from __future__ import annotations

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.identity import LIFE, make_bearer, read_bearer
from tests.kit.clock import NOW

SECRET = "s" * 40


def test_a_bearer_names_its_token_until_it_is_over() -> None:
    bearer = make_bearer("ab" * 32, "amy", secret=SECRET, now=NOW)
    assert read_bearer(bearer, secret=SECRET, now=NOW) == "ab" * 32
    assert read_bearer(bearer, secret=SECRET, now=NOW + LIFE) is None
    assert read_bearer(bearer, secret="t" * 40, now=NOW) is None


def test_a_bearer_without_a_signature_is_none() -> None:
    head, claims, _ = make_bearer("ab", "amy", secret=SECRET, now=NOW).split(".")
    unsigned = base64.urlsafe_b64encode(orjson.dumps({"alg": "none"})).rstrip(b"=").decode()
    for wrong in (
        f"{head}.{claims}.",
        f"{unsigned}.{claims}.",
        f"{head}.{claims}",
        "a.b.c",
        "..",
        "",
        "é.é.é",
    ):
        assert read_bearer(wrong, secret=SECRET, now=NOW) is None


@given(st.integers(0, 10_000), st.characters(codec="ascii"))
def test_a_changed_bearer_is_none(place: int, letter: str) -> None:
    bearer = make_bearer("ab" * 32, "amy", secret=SECRET, now=NOW)
    place %= len(bearer)
    changed = bearer[:place] + letter + bearer[place + 1 :]
    if changed != bearer:
        assert read_bearer(changed, secret=SECRET, now=NOW) is None


@given(st.text(max_size=60))
def test_nonsense_is_none(text: str) -> None:
    assert read_bearer(text, secret=SECRET, now=NOW) is None


@pytest.mark.parametrize("name", ["amy", "x" * 100])
def test_its_claims_can_be_read_by_clients(name: str) -> None:
    claims = make_bearer("ab", name, secret=SECRET, now=NOW).split(".")[1]
    read = orjson.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert (read["sub"], read["exp"] - read["iat"]) == (name, 3600)
