"""Whatever stands in a file, only our own errors come out, and in bounded time."""

from __future__ import annotations

import contextlib
import random
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from service.dmn import check_model, load_model
from service.errors import RedressError
from tests.kit.dmn_samples import decision, definitions, input_data, needs, table

PIECES = [
    "1",
    "?",
    "-",
    "not(",
    ")",
    '"a"',
    "[",
    "..",
    "]",
    ",",
    "<",
    "=",
    "date(",
    "@",
    '"',
    "for i in ",
    "n",
    " return ",
    "9" * 40,
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(
    TEXTS,
    TEXTS,
    st.sampled_from(["UNIQUE", "ANY", "FIRST", "PRIORITY", "COLLECT"]),
    st.integers() | st.text(max_size=5),
)
def test_cells(cell: str, output: str, policy: str, sent: int | str):
    # `table` escapes quotes and `<`; hypothesis may bring anything else that XML wants escaped
    logic = table({"n": ""}, [[cell, output], ["-", "1"]], policy=policy)
    data = definitions(input_data("n") + decision("d1", logic, requires=needs("n")))
    with contextlib.suppress(RedressError):
        check_model(data, file="h.dmn")
        model = load_model(data, file="h.dmn", strict=False)
        model.evaluate("d1", {"n": sent}, now=None)
        model.evaluate("d1", {"n": sent}, now=None, trace=False)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | TEXTS.map(lambda text: definitions(escape(text))))
def test_bytes(data: bytes):
    with contextlib.suppress(RedressError):
        load_model(data, file="h.dmn")


def test_a_large_table_is_verified_whole():
    rows = [[f"[{n}..{n + 1})", f"> {n % 7}", f"{n}"] for n in range(1100)]
    logic = table({"a": "number", "b": "number"}, rows)
    body = (
        input_data("a", "number")
        + input_data("b", "number")
        + decision("d1", logic, requires=needs("a", "b"))
    )
    problems = check_model(definitions(body), file="h.dmn")
    assert {each.code for each in problems} == {"dmn-table-gap"}
    assert '{"a": -1, "b": -1}' in problems[0].message


def test_a_wide_table_is_verified_whole():
    names = [f"c{n}" for n in range(14)]
    rows = [["-"] * at + [f"> {at}"] + ["-"] * (13 - at) + [str(at)] for at in range(14)]
    logic = table(dict.fromkeys(names, "number"), rows, policy="FIRST")
    body = "".join(input_data(name, "number") for name in names) + decision(
        "d1", logic, requires=needs(*names)
    )
    (problem,) = check_model(definitions(body), file="h.dmn")
    assert problem.code == "dmn-table-gap"


def test_a_table_whose_rules_multiply_is_given_up_on_in_bounded_time():
    chance = random.Random(
        5
    )  # the same table each time: a puzzle of the hard kind, three cells in each rule
    names = [f"c{n}" for n in range(60)]
    rows = []
    for number in range(250):
        cells = ["-"] * 60
        for at in chance.sample(range(60), 3):
            cells[at] = chance.choice(("true", "false"))
        rows.append([*cells, str(number)])
    logic = table(dict.fromkeys(names, "boolean"), rows, policy="FIRST")
    body = "".join(input_data(name, "boolean") for name in names) + decision(
        "d1", logic, requires=needs(*names)
    )
    assert "dmn-not-analysed" in {
        each.code for each in check_model(definitions(body), file="h.dmn")
    }
