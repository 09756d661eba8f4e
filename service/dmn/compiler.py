"""From boxed expressions to closures: each becomes a step, a function of the scope and the run.

FEEL text that does not parse becomes a problem of the definition and a step that answers null with
the reason, so that one bad cell does not take a whole model with it where the caller chose to load
it anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.dmn import parts
from service.dmn.parts import Boxed, Place
from service.dmn.result import Run
from service.dmn.types import ANY, base_of, coerce, describe, lenient, title
from service.errors import Problem
from service.feel import (
    Expression,
    FeelError,
    FeelFunction,
    FeelType,
    FunctionType,
    Why,
    compile_expression,
    compile_unary_tests,
)
from service.sentence import Sentence

Scope = dict[str, Any]
Step = Callable[[Scope, Run], Any]
_STRANGE = "(no boolean)"  # no name that FEEL can write
_FEEL = {"", "feel"}
_FEEL_URIS = ("/FEEL/", "/FEEL")


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles for one element of one model. `names` are those in scope, `members` those that may
    follow a dot; `read` collects the names that the texts look for in what is handed in."""

    file: str
    owner: str
    resolve: Callable[[str], FeelType | None]
    problems: list[Problem] = field(default_factory=list)
    names: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    types: Mapping[str, FeelType] = field(default_factory=dict)
    allowed_texts: Mapping[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def within(self, *names: str) -> Compiler:
        return replace(self, names=self.names | set(names))

    def expression(self, text: str, spot: Place) -> Expression | None:
        try:
            return self._noted(
                compile_expression(text, names=self.names | self.members, types=self.types)
            )
        except FeelError as error:
            self.blame(spot, text, error)
            return None

    def tests(self, text: str, spot: Place) -> Expression | None:
        try:
            return self._noted(
                compile_unary_tests(text, names=self.names | self.members, types=self.types)
            )
        except FeelError as error:
            self.blame(spot, text, error)
            return None

    def _noted(self, expression: Expression) -> Expression:
        self.read.update(expression.names)
        return expression

    def blame(self, spot: Place, text: str, error: FeelError) -> None:
        self.problem(
            "feel-syntax",
            spot,
            Sentence("{text!r} is not FEEL: {message}", text=text, message=error),
            "Mend the expression.",
        )

    def problem(self, code: str, spot: Place, message: str, fix: str) -> None:
        element = spot.id or self.owner
        self.problems.append(
            Problem(
                code=code,
                file=self.file,
                line=spot.line,
                element=element,
                message=message,
                fix=fix,
            )
        )

    def type_of(self, type_ref: str, spot: Place) -> FeelType:
        if not type_ref:
            return ANY
        kind = self.resolve(type_ref)
        if kind is None:
            message = Sentence("The type {type_ref!r} is not defined.", type_ref=type_ref)
            self.problem(
                "dmn-unknown-type", spot, message, "Add an item definition, or choose a type."
            )
            return ANY
        return lenient(kind)


def compile_boxed(compiler: Compiler, node: Boxed | None) -> Step:
    """The step that evaluates `node` and makes its value fit the type it declares."""
    if node is None:
        return _missing
    step = _COMPILERS[type(node)](compiler, node)
    kind = compiler.type_of(node.type_ref, node.place)
    if isinstance(node, parts.Function) and not isinstance(base_of(kind), FunctionType):
        return step
    return fitted(step, kind, element=node.place.id or compiler.owner)


def fitted(step: Step, kind: FeelType, *, element: str) -> Step:
    """`step`, whose value becomes null with a reason where it does not fit `kind`."""
    if kind is ANY:
        return step

    def fit(scope: Scope, run: Run) -> Any:
        return fit_value(step(scope, run), kind, run, element=element)

    return fit


def fit_value(value: Any, kind: FeelType, run: Run, *, element: str) -> Any:
    fits, made = coerce(value, kind, run.feel)
    if not fits:
        message = Sentence(
            "Expected {kind}, found {value}; the value is null.",
            kind=title(kind),
            value=describe(value),
        )
        run.note(message, element=element)
    return made


def _missing(scope: Scope, run: Run) -> Any:
    run.note(Sentence("There is no expression here."))
    return None


def evaluate_expression(
    expression: Expression, scope: Mapping[str, Any], run: Run, element: str
) -> Any:
    """One FEEL evaluation, its null reasons kept under `element`."""
    feel = run.feel
    if not run.traced:
        return expression.evaluate_within(feel, scope)
    before, why = feel.why, Why()
    feel.why = why
    try:
        value = expression.evaluate_within(feel, scope)
    finally:
        feel.why = before
    for reason in why.reasons:
        run.explain(reason, element=element, text=expression.text)
    return value


def compile_literal(compiler: Compiler, node: parts.Literal) -> Step:
    if not node.text:
        return _missing
    language = node.language.lower()
    if (
        language not in _FEEL
        and not node.language.rstrip("/").endswith("FEEL")
        and "/FEEL/" not in node.language
    ):
        message = Sentence(
            "The expression language {language!r} is not supported.", language=node.language
        )
        compiler.problem(
            "dmn-expression-language", node.place, message, "Write the expression in FEEL."
        )
        return _refused(message, node.place.id)
    expression = compiler.expression(node.text, node.place)
    if expression is None:
        return _refused("The text is not a FEEL expression.", node.place.id, node.text)
    ready, element = expression, node.place.id or compiler.owner

    def literal(scope: Scope, run: Run) -> Any:
        run.step()
        return evaluate_expression(ready, scope, run, element)

    return literal


def _refused(message: str, element: str, text: str = "") -> Step:
    def refused(scope: Scope, run: Run) -> Any:
        run.note(message, element=element, text=text)
        return None

    return refused


def _compile_context(compiler: Compiler, node: parts.Context) -> Step:
    steps: list[tuple[str, Step]] = []
    for slot, boxed in node.entries:
        name = slot.name if slot is not None else ""
        # A function may call itself by the name of its entry.
        step = compile_boxed(
            compiler.within(name) if isinstance(boxed, parts.Function) else compiler, boxed
        )
        if slot is not None:
            step = fitted(
                step, compiler.type_of(slot.type_ref, slot.place), element=slot.place.id or name
            )
            compiler = compiler.within(name)
        steps.append((name, step))

    def context(scope: Scope, run: Run) -> Any:
        inner, made = dict(scope), {}
        for name, step in steps:
            value = step(inner, run)
            if not name:
                return value
            inner[name] = made[name] = value
        return made

    return context


def _compile_invocation(compiler: Compiler, node: parts.Invocation) -> Step:
    callee = compile_boxed(compiler, node.callee)
    arguments = []
    for index, (slot, boxed) in enumerate(node.bindings):
        kind = compiler.type_of(slot.type_ref, slot.place)
        step = fitted(compile_boxed(compiler, boxed), kind, element=slot.place.id or slot.name)
        arguments.append((f"_argument{index}", step))
    # FEEL itself makes the call: named arguments, defaults and refusals are the same as in text.
    named = ", ".join(
        f"{slot.name}: {key}" for (slot, _), (key, _) in zip(node.bindings, arguments, strict=True)
    )
    call = compiler.within(*(slot.name for slot, _ in node.bindings)).expression(
        f"_callee({named})", node.place
    )
    if call is None:
        return _refused("A parameter's name is not a FEEL name.", node.place.id)
    ready = call

    def invoke(scope: Scope, run: Run) -> Any:
        run.step()
        called = callee(scope, run)
        if called is None:
            run.note(Sentence("The function to invoke is null."), element=node.place.id)
            return None
        inner = {key: step(scope, run) for key, step in arguments}
        return evaluate_expression(
            ready, {"_callee": called, **inner}, run, node.place.id or compiler.owner
        )

    return invoke


def _compile_items(compiler: Compiler, node: parts.Items) -> Step:
    steps = [compile_boxed(compiler, each) for each in node.items]
    return lambda scope, run: [step(scope, run) for step in steps]


def _compile_relation(compiler: Compiler, node: parts.Relation) -> Step:
    kinds = [compiler.type_of(column.type_ref, column.place) for column in node.columns]
    names = [column.name for column in node.columns]
    rows = [
        [
            fitted(compile_boxed(compiler, each), kind, element=each.place.id)
            for each, kind in zip(row, kinds, strict=False)
        ]
        for row in node.rows
    ]

    def relation(scope: Scope, run: Run) -> Any:
        return [dict(zip(names, [step(scope, run) for step in row], strict=False)) for row in rows]

    return relation


def _compile_conditional(compiler: Compiler, node: parts.Conditional) -> Step:
    test, then, otherwise = (
        compile_boxed(compiler, each) for each in (node.test, node.then, node.otherwise)
    )

    def conditional(scope: Scope, run: Run) -> Any:
        found = test(scope, run)
        if found is not None and type(found) is not bool:
            message = Sentence(
                "The condition must be a boolean, it was {found}.", found=describe(found)
            )
            run.note(message, element=node.place.id)
            return None
        return then(scope, run) if found is True else otherwise(scope, run)

    return conditional


def _iterate(
    compiler: Compiler,
    node: parts.Filter | parts.Iterator,
    frame: str,
    body: Boxed | None,
    names: tuple[str, ...],
) -> Step:
    """Leans on FEEL's own iteration: `frame` is its text, `_body` calls back for each element."""
    source = compile_boxed(compiler, node.source)
    each = compile_boxed(compiler.within(*names), body)
    loop = compiler.within(*names).expression(frame, node.place)
    if loop is None:
        return _refused("The iterator's variable is not a FEEL name.", node.place.id)
    ready = loop
    asks = node.kind != "for" if isinstance(node, parts.Iterator) else False

    def iterate(scope: Scope, run: Run) -> Any:
        def call(*values: Any) -> Any:
            run.step()
            inner = {**scope, **dict(zip(names, values, strict=False))}
            if isinstance(values[0], dict) and isinstance(node, parts.Filter):
                inner = {**scope, **values[0], "item": values[0]}
            found = each(inner, run)
            if asks and found is not None and type(found) is not bool:
                scope[_STRANGE].append(found)
            return found

        inner = {"_source": source(scope, run), "_body": FeelFunction("_body", names, call)}
        return evaluate_expression(ready, inner, run, node.place.id or compiler.owner)

    return iterate


def _compile_filter(compiler: Compiler, node: parts.Filter) -> Step:
    return _iterate(compiler, node, "_source[_body(item)]", node.match, ("item",))


def _compile_iterator(compiler: Compiler, node: parts.Iterator) -> Step:
    name = node.variable
    if node.kind == "for":
        frame = f"for {name} in _source return _body({name}, partial)"
        return _iterate(compiler, node, frame, node.body, (name, "partial"))
    frame = f"{node.kind} {name} in _source satisfies _body({name})"
    return _only_booleans(_iterate(compiler, node, frame, node.body, (name,)), node)


def _only_booleans(step: Step, node: parts.Iterator) -> Step:
    """A boxed `some` or `every` is null as soon as it meets what is no boolean, though other
    elements would decide it."""

    def quantified(scope: Scope, run: Run) -> Any:
        strange: list[Any] = []
        value = step({**scope, _STRANGE: strange}, run)
        if not strange:
            return value
        message = Sentence(
            "The condition must be a boolean, it was {strange}.", strange=describe(strange[0])
        )
        run.note(message, element=node.place.id)
        return None

    return quantified


def register(kind: type, compile_node: Callable[..., Step]) -> None:
    """Lets `tables` and `functions` add themselves without this module importing them."""
    _COMPILERS[kind] = compile_node


_COMPILERS: dict[type, Callable[..., Step]] = {
    parts.Literal: compile_literal,
    parts.Context: _compile_context,
    parts.Invocation: _compile_invocation,
    parts.Items: _compile_items,
    parts.Relation: _compile_relation,
    parts.Conditional: _compile_conditional,
    parts.Filter: _compile_filter,
    parts.Iterator: _compile_iterator,
}
