"""A caller's float stands for the decimal it is written as, also where a comparison takes the quick
way."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.feel import Why, compile_expression

FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.1, 0.3, 0.1 + 0.2, 2.0**53, -0.0]
)
SIGNS = ("<", "<=", ">", ">=")


@example(0.1, Decimal("0.1000000000000000055"))  # the same float, another decimal
@example(0.3, Decimal("0.299999999999999999"))
@given(FLOATS, FLOATS | st.decimals(-(10**20), 10**20, places=18))
def test_a_float_compares_like_its_decimal(given_value: float, constant: float | Decimal) -> None:
    written = format(Decimal(str(constant)), "f")
    exact = Decimal(repr(given_value))
    for sign in SIGNS:
        condition = compile_expression(f"a {sign} {written}")
        assert condition.evaluate({"a": given_value}) is condition.evaluate({"a": exact}), (
            sign,
            written,
        )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("sign", SIGNS)
def test_a_float_that_is_no_number_is_null_with_a_reason(value: float, sign: str) -> None:
    why = Why()
    assert compile_expression(f"a {sign} 5").evaluate({"a": value}, why=why) is None
    assert why.reasons
