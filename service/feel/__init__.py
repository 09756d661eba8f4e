"""FEEL 1.5, the expression language of DMN, in pure Python.

Text is compiled once into closures and evaluated against a context of plain values. Nothing a user
writes reaches Python's own `eval`, attributes or imports; type errors give null with a reason in
`Why`; work is bounded. The package knows no database, no clock and no XML; any package above it may
use it, through the names below.
"""

from service.feel import (  # noqa: F401 - imported for what they register
    builtins_list,
    builtins_number,
    builtins_range,
    builtins_string,
    builtins_temporal,
    camunda,
    regex,
)
from service.feel.civil import date_of
from service.feel.conformance import coerce, is_instance, type_of
from service.feel.convert import from_json, to_json, to_text
from service.feel.errors import (
    FeelAssertionFailed,
    FeelError,
    FeelLimitExceeded,
    FeelSyntaxError,
    Null,
    Reason,
    Why,
)
from service.feel.expression import (
    Expression,
    compile_expression,
    compile_unary_tests,
    fixed_value,
    split_unary_tests,
)
from service.feel.registry import BUILTINS
from service.feel.scope import Run
from service.feel.temporal import DateTime, DaysTimeDuration, Time, YearsMonthsDuration
from service.feel.tree import Node
from service.feel.type_reader import parse_type
from service.feel.types import (
    AnyType,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NullType,
    RangeType,
    SimpleType,
    UnknownType,
)
from service.feel.values import FeelFunction, Range, compare, equal, in_range, kind_of, order_keys

__all__ = [
    "BUILTINS",
    "AnyType",
    "ConstrainedType",
    "ContextType",
    "DateTime",
    "DaysTimeDuration",
    "Expression",
    "FeelAssertionFailed",
    "FeelError",
    "FeelFunction",
    "FeelLimitExceeded",
    "FeelSyntaxError",
    "FeelType",
    "FunctionType",
    "ListType",
    "Node",
    "Null",
    "NullType",
    "Range",
    "RangeType",
    "Reason",
    "Run",
    "SimpleType",
    "Time",
    "UnknownType",
    "Why",
    "YearsMonthsDuration",
    "coerce",
    "compare",
    "compile_expression",
    "compile_unary_tests",
    "date_of",
    "equal",
    "fixed_value",
    "from_json",
    "in_range",
    "is_instance",
    "kind_of",
    "order_keys",
    "parse_type",
    "split_unary_tests",
    "to_json",
    "to_text",
    "type_of",
]
