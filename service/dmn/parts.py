"""What a DMN file says, as plain records: the outcome of reading, before anything is linked or
compiled.

Every record keeps the id and the line it came from, so that a problem or a reason can name its
place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file something stands."""

    id: str
    line: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A named, perhaps typed, slot: a decision's result, an input, a context entry, a parameter."""

    name: str
    type_ref: str
    place: Place


@dataclass(frozen=True, slots=True)
class Literal:
    """FEEL text."""

    place: Place
    type_ref: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """Entries in order, each seeing those before it; one without a name is the result."""

    place: Place
    type_ref: str
    entries: tuple[tuple[Variable | None, Boxed | None], ...]


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function called with named arguments."""

    place: Place
    type_ref: str
    callee: Boxed | None
    bindings: tuple[tuple[Variable, Boxed | None], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A boxed list."""

    place: Place
    type_ref: str
    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of contexts, written as rows under named columns."""

    place: Place
    type_ref: str
    columns: tuple[Variable, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition; `kind` is FEEL, Java or PMML (the last two are refused)."""

    place: Place
    type_ref: str
    kind: str
    parameters: tuple[Variable, ...]
    body: Boxed | None


@dataclass(frozen=True, slots=True)
class Conditional:
    """A boxed if, then, else."""

    place: Place
    type_ref: str
    test: Boxed | None
    then: Boxed | None
    otherwise: Boxed | None


@dataclass(frozen=True, slots=True)
class Filter:
    """The elements of a list that match."""

    place: Place
    type_ref: str
    source: Boxed | None
    match: Boxed | None


@dataclass(frozen=True, slots=True)
class Iterator:
    """A boxed for, some or every: `kind` says which."""

    place: Place
    type_ref: str
    kind: str
    variable: str
    source: Boxed | None
    source_type: str
    body: Boxed | None


class HitPolicy(StrEnum):
    """How many rules may match, and which of them count. The values are those of the file
    format."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of a rule."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of conditions."""

    place: Place
    label: str
    expression: Literal
    allowed: str


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of conclusions."""

    place: Place
    name: str
    label: str
    type_ref: str
    allowed: str
    default: Literal | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row; `words` is its description."""

    place: Place
    conditions: tuple[Cell, ...]
    conclusions: tuple[Cell, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    place: Place
    type_ref: str
    hit_policy: HitPolicy
    aggregation: str
    label: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]


Boxed = (
    Literal
    | Context
    | Invocation
    | Items
    | Relation
    | Function
    | Conditional
    | Filter
    | Iterator
    | Table
)


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type with a name. `components` make it a context, `function` a function."""

    name: str
    place: Place
    type_ref: str
    is_collection: bool
    allowed_values: str
    type_constraint: str
    components: tuple[ItemDefinition, ...]
    function: FunctionItem | None


@dataclass(frozen=True, slots=True)
class FunctionItem:
    """The signature of a function type."""

    parameters: tuple[Variable, ...]
    output_type_ref: str


@dataclass(frozen=True, slots=True)
class InputData:
    """A value handed in."""

    name: str
    place: Place
    variable: Variable


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, the hrefs of what it requires, and its logic."""

    name: str
    place: Place
    variable: Variable
    required_inputs: tuple[str, ...]
    required_decisions: tuple[str, ...]
    required_knowledge: tuple[str, ...]
    logic: Boxed | None
    names: Mapping[str, str]
    """What it is called in other languages, by tag."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function with a name."""

    name: str
    place: Place
    variable: Variable
    required_knowledge: tuple[str, ...]
    logic: Function | None


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Decisions offered as one function of the inputs named."""

    name: str
    place: Place
    variable: Variable
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """Another model, known here by `name` (none: its names are ours)."""

    name: str
    namespace: str
    location: str
    kind: str
    place: Place


@dataclass(frozen=True, slots=True)
class Definitions:
    """A whole file."""

    file: str
    id: str
    name: str
    namespace: str
    imports: tuple[Import, ...]
    items: tuple[ItemDefinition, ...]
    inputs: tuple[InputData, ...]
    decisions: tuple[Decision, ...]
    knowledge: tuple[Knowledge, ...]
    services: tuple[DecisionService, ...]
    prefixes: tuple[tuple[str, str], ...] = ()
    names: frozenset[str] = frozenset()  # those that are not a single word: a parser has to be told
