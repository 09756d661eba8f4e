"""Reads and runs the standard's own test cases (`*-test-*.xml` beside the models that they
name)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from service.dmn import Model, load_models, parse_xml
from service.errors import RedressError
from service.feel import compile_expression
from tests.kit.clock import NOW

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
CONVERSIONS = {
    "date": compile_expression("date(text)"),
    "time": compile_expression("time(text)"),
    "dateTime": compile_expression("date and time(text)"),
    "duration": compile_expression("duration(text)"),
}
EQUAL = compile_expression("a = b")


@dataclass(frozen=True)
class Case:
    """One result node of one test case: what is asked, with which inputs, and what is expected."""

    folder: str
    model: Path
    id: str
    invocable: str
    inputs: dict[str, Any]
    result: str
    expected: Any

    @property
    def name(self) -> str:
        return f"{self.folder}/{self.id}"


def find_cases(root: Path) -> list[Case]:
    return [case for file in find_files(root) for case in read_cases(file, root)]


def find_files(root: Path) -> list[Path]:
    """Every test file, whatever its name: the kit has more than one way to name them."""
    return [file for file in sorted(root.rglob("*.xml")) if b"testCases" in file.read_bytes()]


@dataclass(frozen=True)
class Tally:
    """What the files of a folder hold: test cases, their result nodes, and cases that the kit has
    commented out."""

    files: int
    cases: int
    results: int
    without_result: int
    commented_out: int


def count_elements(root: Path) -> Tally:
    """Counted from the files themselves, so that no case can be lost between them and the tests
    that run."""
    files = find_files(root)
    texts = [file.read_text("utf-8") for file in files]
    live = [re.sub("<!--.*?-->", "", text, flags=re.DOTALL) for text in texts]
    cases = [
        re.findall(r"<(?:\w+:)?testCase[\s>].*?</(?:\w+:)?testCase>", text, re.DOTALL)
        for text in live
    ]
    results = [
        [len(re.findall(r"<(?:\w+:)?resultNode[\s/>]", case)) for case in each] for each in cases
    ]
    tags = sum(len(re.findall(r"<(?:\w+:)?testCase[\s>]", text)) for text in texts)
    return Tally(
        files=len(files),
        cases=sum(map(len, cases)),
        results=sum(map(sum, results)),
        without_result=sum(each.count(0) for each in results),
        commented_out=tags - sum(map(len, cases)),
    )


def read_cases(file: Path, root: Path) -> Iterator[Case]:
    document = parse_xml(file.read_bytes(), file=str(file))
    model = file.parent / (document.findtext("{*}modelName") or "").strip()
    folder = str(file.parent.relative_to(root)) if file.parent != root else file.parent.name
    for number, element in enumerate(document.iterfind("{*}testCase"), 1):
        inputs = {
            each.get("name", ""): read_value(each) for each in element.iterfind("{*}inputNode")
        }
        results = element.findall("{*}resultNode")
        for position, result in enumerate(results, 1):
            suffix = f"#{position}" if len(results) > 1 else ""
            expected = result.find("{*}expected")
            yield Case(
                folder=folder,
                model=model,
                id=f"{file.stem.rpartition('-')[2]}:{element.get('id') or number}{suffix}",
                invocable=element.get("invocableName", "")
                if element.get("type") != "decision"
                else "",
                inputs=inputs,
                result=result.get("name", ""),
                expected=None if expected is None else read_value(expected),
            )


def read_value(element: etree._Element) -> Any:
    if element.get(NIL) in ("true", "1"):
        return None
    children = [child for child in element if isinstance(child.tag, str)]
    kinds = {etree.QName(child).localname for child in children}
    if "component" in kinds:
        return {child.get("name", ""): read_value(child) for child in children}
    for child in children:
        match etree.QName(child).localname:
            case "list":
                return [read_value(item) for item in child]
            case "value":
                return None if child.get(NIL) in ("true", "1") else read_simple(child)
    return None


def read_simple(element: etree._Element) -> Any:
    text = "".join(element.itertext())
    kind = element.get(TYPE, "string").rpartition(":")[2]
    if kind in CONVERSIONS:
        return CONVERSIONS[kind].evaluate({"text": text.strip()})
    if kind == "boolean":
        return text.strip() in ("true", "1")
    return text if kind == "string" else Decimal(text.strip())


@cache
def load_case_model(path: Path) -> Model:
    """The model, with those in its folder at hand for its imports."""
    files = {path.name: path.read_bytes()}
    if b"import" in files[path.name]:
        files |= {each.name: each.read_bytes() for each in sorted(path.parent.glob("*.dmn"))}
    return load_models(files, strict=False, only=path.name)[path.name]


def run_case(case: Case) -> tuple[Any, str]:
    """The value, and the reasons for nulls as one text."""
    try:
        model = load_case_model(case.model)
        if case.invocable:
            result = model.evaluate_decision_service(case.invocable, case.inputs, now=NOW)
            value = result.value
            whole = (
                isinstance(case.expected, dict)
                and isinstance(value, dict)
                and value.keys() == case.expected.keys()
            )
            if isinstance(value, dict) and case.result in value and not whole:
                value = value[
                    case.result
                ]  # a service of several decisions answers a context of them
        else:
            result = model.evaluate(case.result, case.inputs, now=NOW)
            value = result.value
    except RedressError as error:
        return None, f"{type(error).__name__}: {error}"
    return value, "; ".join(f"{each.text}: {each.message}" for each in result.reasons[:5])


def same(actual: Any, expected: Any) -> bool:
    """Equal as the kit means it: numbers to eight decimal places, structures member by member."""
    if expected is None or actual is None:
        return actual is expected
    if isinstance(expected, bool) or isinstance(actual, bool):
        return actual is expected
    if isinstance(expected, Decimal):
        return isinstance(actual, Decimal | int | float) and _close(Decimal(actual), expected)
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and actual.keys() == expected.keys()
            and all(same(actual[key], each) for key, each in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(same(a, e) for a, e in zip(actual, expected, strict=True))
        )
    return actual == expected or EQUAL.evaluate({"a": actual, "b": expected}) is True


def _close(actual: Decimal, expected: Decimal) -> bool:
    if not actual.is_finite() or not expected.is_finite():
        return str(actual) == str(expected)
    return abs(actual - expected) <= Decimal("1e-8") * max(Decimal(1), abs(expected))


def count(root: Path) -> tuple[int, int]:
    """(passed, all) of the kit in a folder, without pytest."""
    cases = find_cases(root)
    return sum(same(run_case(case)[0], case.expected) for case in cases), len(cases)


if __name__ == "__main__":
    print("{} of {} cases pass".format(*count(Path(sys.argv[1]))))
