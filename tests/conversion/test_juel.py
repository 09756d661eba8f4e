"""JUEL and simple scripts in FEEL: what is said is the same, what is not known is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.conversion.juel import NoFeel, expression_in_feel, text_in_feel
from service.conversion.scripts import script_in_feel
from service.feel import compile_expression
from tests.kit.clock import NOON

SAME = {
    "${amount > 1000 && !approved}": "=amount > 1000 and not(approved)",
    "#{a eq 'x' or b ne 2}": '=a = "x" or b != 2',
    "${execution.getVariable('x') == \"a'b\"}": '=x = "a\'b"',
    "Dear ${name}, ${sum} due": '="Dear " + string(name) + ", " + string(sum) + " due"',
    "${a ? b : 'c'}": '=if a then b else "c"',
    "${items[0].price % 3}": "=modulo(items[1].price, 3)",
    "${items[i]}": "=items[i + 1]",
    "${S(customer).prop('age').numberValue() ge 18}": "=customer.age >= 18",
    "${dateTime().plusHours(3)}": '=now() + duration("PT3H")',
    "${(a + b) * c - d / 2}": "=(a + b) * c - d / 2",
    "${a - (b - c)}": "=a - (b - c)",
    "PT5M": "PT5M",
    "": "",
}
NOT = (
    "${bean.call(x)}", "${x.substring(1)}", "${in > 3}", "${a b}", "${a +}", "${'open}", "${a",
    "${" + "(" * 80 + "1" + ")" * 80 + "}", "${execution.getProcessInstance()}", "${a@b}", "${}",
    "${" + "1+" * 3000 + "1}",
)  # fmt: skip  # a table


@pytest.mark.parametrize(("juel", "feel"), SAME.items())
def test_it_says_the_same(juel, feel):
    assert text_in_feel(juel) == feel


@pytest.mark.parametrize("juel", NOT)
def test_nothing_is_guessed(juel):
    with pytest.raises(NoFeel):
        text_in_feel(juel)


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_empty_is_what_java_takes_for_empty(value):
    found = compile_expression(expression_in_feel("empty x"))
    assert found.evaluate({"x": value}, now=NOON) is True
    for other in ("a", [1], {"a": 1}, 0, False):
        assert found.evaluate({"x": other}, now=NOON) is False


VALUES = {"a": 7, "b": 3, "c": 2, "p": True, "q": False}
NUMBERS = st.recursive(
    st.sampled_from(["a", "b", "c", "1", "4"]),
    lambda inner: st.builds(
        lambda x, op, y: f"({x} {op} {y})", inner, st.sampled_from("+-*"), inner
    ),
    max_leaves=8,
)
TRUTHS = st.recursive(
    st.builds(
        lambda x, op, y: f"{x} {op} {y}",
        NUMBERS,
        st.sampled_from(["<", ">", "<=", ">=", "==", "!="]),
        NUMBERS,
    ),
    lambda inner: st.one_of(
        st.builds(lambda x, op, y: f"({x} {op} {y})", inner, st.sampled_from(["&&", "||"]), inner),
        st.builds(lambda x: f"!({x})", inner),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(TRUTHS)
def test_a_random_expression_has_the_same_value(juel):
    python = juel.replace("&&", " and ").replace("||", " or ").replace("!(", " not (")
    feel = compile_expression(expression_in_feel(juel))
    assert feel.evaluate(VALUES, now=NOON) is bool(eval(python, {}, dict(VALUES)))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1'\"(){}[].,+-*/!=<>&|?: $#\\", max_size=40))
def test_no_text_does_harm(text):
    try:
        text_in_feel("${" + text + "}")
        script_in_feel(text, "javascript")
    except NoFeel:
        pass


def test_scripts_set_variables_one_after_the_other():
    found = script_in_feel(
        "// rate\nvar rate = amount * 2;\nexecution.setVariable('total', rate + 1);", "javascript"
    )
    assert found.sets == ["total"]
    value = compile_expression(found.context()).evaluate({"amount": 5}, now=NOON)
    assert value == {"rate": 10, "total": 11}
    assert script_in_feel("x > 3", "groovy").value == "x > 3"
    for text, language in (
        ("x = 1; x = 2", "groovy"),
        ("println 'x'\ny = 1", "groovy"),
        ("x = 1", "ruby"),
        ("for (i in 1..2) { x = i }", "groovy"),
    ):
        with pytest.raises(NoFeel):
            script_in_feel(text, language)
