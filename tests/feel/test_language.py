"""What the standard says of the language itself: operators, names, lists, contexts, functions,
ranges, tests."""

from typing import Any

import pytest

from service.feel import (
    FeelFunction,
    FeelSyntaxError,
    SimpleType,
    Why,
    compile_expression,
    compile_unary_tests,
    equal,
    from_json,
    to_json,
)

SCOPE: dict[str, Any] = {
    "amount": 1500.5,
    "severity": "P1",
    "Applicant Age": 42,
    "A - B": 3,
    "people": [{"name": "Ann", "age": 30}, {"name": "Bo", "age": 20}],
    "nothing": None,
}


def value(text: str) -> Any:
    return compile_expression(text, names=SCOPE).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 ** 2", "19"),
        # a comparison without its left side is a range; several expressions are a list
        ('range("[2..)") = >=2', "true"),
        ('range("(..2)") = <2', "true"),
        ("5 in > 4", "true"),
        ("(< 10).end", "10"),
        ("1 + 1, 2 + 2", "[2, 4]"),
        ('"a", [1], null', '["a", [1], null]'),
        ("-3 ** 2", "9"),
        ("10 / 4", "2.5"),
        ("0.1 + 0.2 = 0.3", "true"),
        ("1 / 3 * 3 < 1", "true"),
        ('"a" + "b"', '"ab"'),
        ('amount > 1000 and severity = "P1"', "true"),
        ("Applicant Age + A - B", "45"),
        ("false and nothing", "false"),
        ("true or nothing", "true"),
        ("people.name", '["Ann", "Bo"]'),
        ("people[age > 25].name", '["Ann"]'),
        ("people[-1].name", '"Bo"'),
        ("people[item.age < 25][1].age", "20"),
        ("{a: 1, b c: a + 1, d: b c * 2}.d", "4"),
        ('{"with-dash": 5}.with-dash', "5"),
        ("for x in [1, 2], y in 1..x return x * y", "[1, 2, 4]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in (1..4) return i", "[2, 3]"),
        ("for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2]", "[1, 1, 2, 3, 5]"),
        ("some p in people satisfies p.age < 25", "true"),
        ("every p in people satisfies p.age < 25", "false"),
        ("if nothing then 1 else 2", "2"),
        ("5 between 1 and 5", "true"),
        ("5 in (< 3, [5..6])", "true"),
        ("5 in ]5..6]", "false"),
        ("]1..3[.end included", "false"),
        ("(function(a, b) a - b)(b: 1, a: 3)", "2"),
        ("sort([2, 3, 1], function(x, y) x > y)", "[3, 2, 1]"),
        ('@"2026-03-15T10:00:00@Europe/Paris" = @"2026-03-15T09:00:00Z"', "true"),
        ('@"2026-01-31" + @"P1M"', '@"2026-02-28"'),
        ('@"2026-03-29T01:30:00@Europe/Paris" + @"PT1H"', '@"2026-03-29T03:30:00@Europe/Paris"'),
        ('@"2026-03-15" - @"2026-03-01"', '@"P14D"'),
        ('@"10:00:00" - @"PT11H"', '@"23:00:00"'),
        ('@"P1DT2H30M".hours', "2"),
        ("[1, 2] instance of list<number>", "true"),
        ('{a: 1, b: ""} instance of context<a: number>', "true"),
        ("(function(a: number) 1) instance of function<number> -> number", "true"),
        ("null instance of Any", "false"),
        ('"\\u0041\\U01F40E"', '"A🐎"'),
        ("/* one */ 1 // two", "1"),
        ("1 = [1]", "null"),
        ('1 < "a"', "null"),
        ("not(nothing)", "null"),
        ("[1, 2, 3][item > 5]", "[]"),
        ("`A - B`", "3"),
    ],
)
def test_expression(text: str, expected: str) -> None:
    assert equal(value(text), compile_expression(expected).evaluate({})) is True, value(text)


@pytest.mark.parametrize(
    ("cell", "tested", "passes"),
    [
        ("-", None, True),
        ("5", 5, True),
        ("< 5, > 10", 11, True),
        ("[1..5]", 6, False),
        ("not(1, 2)", 3, True),
        ("not(1, 2)", 2, False),
        ('"a", "b"', "b", True),
        ("? * 2 = 10", 5, True),
        ("count(?) > 1", [1, 2], True),
        ("[1, 2, 3]", 2, True),
        ("true", True, True),
        # a literal is compared with the input; a test that was computed has passed
        ("true", None, False),
        ("true", "x", False),
        ("false", None, False),
        ("? = null", None, True),
        ("false", False, True),
        ("null", None, True),
        ('date("2026-01-01")', from_json(None), False),
        ("> limit", 5, True),
    ],
)
def test_cell(cell: str, tested: Any, passes: bool) -> None:
    found = compile_unary_tests(cell).evaluate({"?": tested, "limit": 4})
    assert (found is True) is passes


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1 +", (1, 4)),
        ("(1", (1, 3)),
        ("if a then b", (1, 12)),
        ("a\n + * b", (2, 4)),
        ('"open', (1, 1)),
        ("a b", (1, 3)),
        ("a == b", (1, 4)),
        ("1, ", (1, 4)),
    ],
)
def test_syntax_errors_say_where(text: str, position: tuple[int, int]) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    assert caught.value.position == position


def test_null_has_a_reason() -> None:
    why = Why()
    assert compile_expression('1 + upper case("a", 2)').evaluate({}, why=why) is None
    first = why.reasons[0]
    assert first.function == "upper case"
    assert first.arguments == ("string", "number")
    assert first.position == (1, 5)


def test_names_are_the_free_variables() -> None:
    assert compile_expression("a + sum(b) + (for c in d return c + e)").names == {
        "a",
        "b",
        "d",
        "e",
    }


def test_host_functions_are_checked() -> None:
    number = SimpleType("number")
    add = FeelFunction("add days", ("n", "m"), lambda n, m: n + m, types=(number, number))
    code = compile_expression("add days(n: 1, m: x)", names=["add days"])
    assert code.evaluate({"add days": add, "x": 2}) == 3
    assert code.evaluate({"add days": add, "x": "2"}) is None


def test_a_variable_does_not_hide_a_builtin_from_a_call() -> None:
    assert compile_expression("count(count)").evaluate({"count": [1, 2]}) == 2


def test_external_functions_are_refused() -> None:
    why = Why()
    text = 'function(x) external {java: {class: "java.lang.Runtime", method signature: "exec(x)"}}'
    assert compile_expression(f"({text})(1)").evaluate({}, why=why) is None
    assert "refused" in why.reasons[0].message


def test_now_is_never_the_wall_clock() -> None:
    why = Why()
    assert compile_expression("now()").evaluate({}, why=why) is None
    assert why.reasons


def test_json_round_trip() -> None:
    found = to_json(compile_expression('{a: 1.50, b: @"2026-01-31", c: [2.0, null]}').evaluate({}))
    assert found == {"a": from_json(1.5), "b": "2026-01-31", "c": [2, None]}
    assert type(found["c"][0]) is int


def test_what_a_host_function_answers_becomes_a_feel_value() -> None:
    fee = FeelFunction("fee", (), lambda: {"rates": [0.1, 0.2]})
    code = compile_expression(
        "{f: fee(), total: sum(f.rates), three: for r in f.rates return r * 3}"
    )
    found = code.evaluate({"fee": fee})
    assert to_json(found["total"]) == from_json(0.3)
    assert [str(each) for each in found["three"]] == ["0.3", "0.6"]
