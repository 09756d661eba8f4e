"""The kinds that FEEL's operators take and give."""

from __future__ import annotations

from service.bpmn.near import advice
from service.lint.issue import Issue
from service.lint.kinds import ANY, Kind, of
from service.lint.signatures import DAY, MOMENT, SPANS, TEMPORAL, TIME
from service.sentence import Sentence

ORDERED = frozenset({"number", "string", *TEMPORAL})
_DAYS, _MONTHS = SPANS
_PLUS: dict[tuple[str, str], str] = {
    ("number", "number"): "number",
    ("string", "string"): "string",
    (_DAYS, _DAYS): _DAYS,
    (_MONTHS, _MONTHS): _MONTHS,
    **{(moment, span): moment for moment in (DAY, MOMENT) for span in SPANS},
    **{(span, moment): moment for moment in (DAY, MOMENT) for span in SPANS},
    (TIME, _DAYS): TIME,
    (_DAYS, TIME): TIME,
}
_MINUS: dict[tuple[str, str], str] = {
    ("number", "number"): "number",
    (_DAYS, _DAYS): _DAYS,
    (_MONTHS, _MONTHS): _MONTHS,
    **{(one, other): _DAYS for one in (DAY, MOMENT) for other in (DAY, MOMENT)},
    **{(moment, span): moment for moment in (DAY, MOMENT) for span in SPANS},
    (TIME, TIME): _DAYS,
    (TIME, _DAYS): TIME,
}
_TIMES: dict[tuple[str, str], str] = {
    ("number", "number"): "number",
    **{("number", span): span for span in SPANS},
    **{(span, "number"): span for span in SPANS},
}
_OVER: dict[tuple[str, str], str] = {
    ("number", "number"): "number",
    **{(span, "number"): span for span in SPANS},
    **{(span, span): "number" for span in SPANS},
}
_TABLES = {"+": _PLUS, "-": _MINUS, "*": _TIMES, "/": _OVER, "**": {("number", "number"): "number"}}


def arithmetic(sign: str, left: Kind, right: Kind) -> tuple[Kind, Issue | None]:
    """The kind of a sum and the like; an issue where it can only be null."""
    table = _TABLES[sign]
    if left.unknown or right.unknown or left.only_null or right.only_null:
        return _one_known(table, left, right), None  # a null is told where it comes from
    found = {
        table[one, other] for one in left.solid for other in right.solid if (one, other) in table
    }
    if found:
        return of(*found), None
    fix = "Convert one of them, or correct the name of the variable."
    what = Sentence("{left} {sign} {right} has no value", left=left, sign=sign, right=right)
    return ANY, Issue(
        "feel-types", Sentence("{what}: the result is always null", what=Sentence(what)), fix
    )


def _one_known(table: dict[tuple[str, str], str], left: Kind, right: Kind) -> Kind:
    """What comes out when one side is not known, or always null."""
    found = {
        result
        for (one, other), result in table.items()
        if _could(left, one) and _could(right, other)
    }
    return ANY if len(found) > 2 or not found else of(*found)


def _could(kind: Kind, name: str) -> bool:
    return kind.only_null or kind.may(name)


def comparison(sign: str, left: Kind, right: Kind) -> Issue | None:
    """An issue where the comparison can never be true (or, with !=, never false)."""
    if left.unknown or right.unknown or left.only_null or right.only_null:
        return None
    common = left.solid & right.solid
    if not common:
        fix = Sentence("Compare it with {left}.", left=left) if left.solid else "Correct it."
        return Issue(
            "feel-types",
            Sentence("{left} is compared with {right}: they never agree", left=left, right=right),
            fix,
        )
    if sign in ("=", "!="):
        return _texts(left, right) if common == {"string"} else None
    if not common & ORDERED:
        return Issue(
            "feel-types",
            Sentence("{left} has no order to be compared by", left=left),
            "Use = or !=.",
        )
    return None


def _texts(left: Kind, right: Kind) -> Issue | None:
    if left.texts is None or right.texts is None or left.texts & right.texts:
        return None
    wanted, given = (right, left) if len(left.texts) <= len(right.texts) else (left, right)
    if len(given.texts or ()) != 1:
        return None
    from_text = next(iter(given.texts or ()))
    return Issue(
        "data-unknown-value",
        Sentence("the value can never be {value!r}", value=from_text),
        advice(from_text, wanted.texts or ()),
    )
