"""A model, loaded once and evaluated many times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.dmn import tables as _tables  # registers the compiler of decision tables
from service.dmn.evaluation import Environment
from service.dmn.graph import Engine
from service.dmn.items import Types
from service.dmn.links import Library, build_library
from service.dmn.outside import read_value
from service.dmn.parts import Decision, DecisionService, Definitions, InputData, Knowledge, Table
from service.dmn.read import read_definitions
from service.dmn.result import DecisionResult, Run
from service.dmn.types import ANY
from service.errors import DefinitionInvalid, NotFound, Problem, Severity
from service.feel import FeelFunction, FeelLimitExceeded, FeelType
from service.feel import Run as FeelRun
from service.sentence import Sentence

__all__ = ["DecisionInfo", "InputInfo", "Model", "load_model"]
assert _tables


@dataclass(frozen=True, slots=True)
class InputInfo:
    """A value that a decision needs from outside."""

    id: str
    name: str
    type_ref: str


@dataclass(frozen=True, slots=True)
class DecisionInfo:
    """What a caller may know of a decision. `inputs` are all input data it needs, also through
    other decisions."""

    id: str
    name: str
    type_ref: str
    inputs: tuple[InputInfo, ...]


class Model:
    """A DMN file ready to evaluate. Holds no state between evaluations; may be shared by
    threads."""

    def __init__(self, definitions: Definitions, imports: Mapping[str, Model]) -> None:
        self.definitions = definitions
        self.problems: list[Problem] = []
        self.library: Library = build_library(
            definitions, {key: each.library for key, each in imports.items()}
        )
        self.imported = {
            entry: next(each for each in imports.values() if each.library is library)
            for entry, library in self.library.imports
        }
        self._check_imports()
        self.types = Types(definitions, self._outer_type, self.problems)
        self.engine: Engine = Engine(
            self.library, self.types, self.problems, {k: m.engine for k, m in self.imported.items()}
        )

    @property
    def id(self) -> str:
        return self.definitions.id

    @property
    def name(self) -> str:
        return self.definitions.name

    @property
    def namespace(self) -> str:
        return self.definitions.namespace

    @property
    def decisions(self) -> dict[str, DecisionInfo]:
        """Every decision of this file by its id."""
        return {
            each.place.id or each.name: DecisionInfo(
                id=each.place.id or each.name,
                name=each.name,
                type_ref=each.variable.type_ref,
                inputs=tuple(_inputs_of(self.library, each)),
            )
            for each in self.definitions.decisions
        }

    def output_names(self, decision: str) -> tuple[str, ...]:
        """The names of a decision table's outputs; of any other decision the name of its variable.
        Empty for an unknown decision."""
        found = self.library.named(decision, (Decision,))
        if found is None:
            return ()
        element = found.element
        logic = element.logic if isinstance(element, Decision) else None
        if isinstance(logic, Table) and all(clause.name for clause in logic.outputs):
            return tuple(clause.name for clause in logic.outputs)
        return (element.variable.name,)

    def check(self) -> None:
        """Raise `DefinitionInvalid` where the model has errors."""
        errors = [each for each in self.problems if each.severity is Severity.ERROR]
        if errors:
            raise DefinitionInvalid(errors)

    def read_inputs(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """JSON inputs as FEEL values: a text declared a date, time or duration becomes one."""
        kinds = {each.variable.name: self.engine.kind(each) for each in self.definitions.inputs}
        return {name: read_value(value, kinds.get(name, ANY)) for name, value in values.items()}

    def evaluate(
        self,
        decision: str,
        inputs: Mapping[str, Any],
        *,
        now: datetime | None,
        functions: Mapping[str, FeelFunction] | None = None,
        trace: bool = True,
    ) -> DecisionResult:
        """Evaluate the decision with this id or name. An input that is missing is null."""
        found = self.library.named(decision, (Decision,))
        if found is None:
            raise self._unknown(Sentence("decision"), decision, self.definitions.decisions)
        environment = Environment(self.engine, inputs, functions or {}, {})
        return _carry_out(lambda run: environment.value(found, run), now=now, trace=trace)

    def evaluate_decision_service(
        self,
        service: str,
        inputs: Mapping[str, Any],
        *,
        now: datetime | None,
        functions: Mapping[str, FeelFunction] | None = None,
        trace: bool = True,
    ) -> DecisionResult:
        """Evaluate a decision service, or a business knowledge model, with its parameters by
        name."""
        found = self.library.named(service, (DecisionService, Knowledge))
        if found is None:
            known = (*self.definitions.services, *self.definitions.knowledge)
            raise self._unknown(Sentence("decision service"), service, known)
        environment = Environment(self.engine, inputs, functions or {}, {})
        return _carry_out(lambda run: environment.invoke(found, inputs, run), now=now, trace=trace)

    def _unknown(self, kind: Sentence, name: str, known: tuple[Any, ...]) -> NotFound:
        return NotFound(
            "Expected the id or name of a {kind} in {file}, found {name!r}; known: {known}.",
            kind=kind,
            file=self.definitions.file,
            name=name,
            known=[repr(each.name) for each in known[:20]] or Sentence("none"),
        )

    def _check_imports(self) -> None:
        for entry in self.definitions.imports:
            if "/DMN/" in entry.kind and entry not in self.imported:
                message = Sentence(
                    "The imported model {entry_name!r} was not handed in.",
                    entry_name=entry.name or entry.namespace,
                )
                fix = "Check and deploy the files together."
                file, spot = self.definitions.file, entry.place
                self.problems.append(
                    Problem("dmn-import-missing", file, spot.line, spot.id, message, fix)
                )

    def _outer_type(self, name: str) -> FeelType | None:
        for entry, model in self.imported.items():
            if not entry.name:
                found = model.types.resolve(name)
            elif name.startswith(f"{entry.name}."):
                found = model.types.resolve(name[len(entry.name) + 1 :])
            else:
                continue
            if found is not None:
                return found
        return None


def _carry_out(step: Callable[[Run], Any], *, now: datetime | None, trace: bool) -> DecisionResult:
    run = Run(FeelRun(now, None), traced=trace)
    try:
        value = step(run)
    except RecursionError:
        raise FeelLimitExceeded("Decisions and functions call each other too deeply.") from None
    return DecisionResult(value, tuple(run.trace), tuple(run.reasons))


def _inputs_of(library: Library, decision: Decision) -> list[InputInfo]:
    found: dict[str, InputInfo] = {}
    seen: set[str] = set()
    waiting = [decision]
    while waiting:
        each = waiting.pop(0)
        if each.place.id in seen:
            continue
        seen.add(each.place.id)
        for href in (*each.required_inputs, *each.required_decisions):
            link = library.find(href)
            if link is not None and isinstance(link.element, Decision):
                waiting.append(link.element)
            elif link is not None and isinstance(link.element, InputData):
                slot = link.element.variable
                name = ".".join(link.names)
                found.setdefault(name, InputInfo(link.element.place.id, name, slot.type_ref))
    return list(found.values())


def _too_deep(file: str) -> Problem:
    message = "Boxed expressions are nested too deeply."
    return Problem("dmn-too-deep", file, 0, "", message, "Move parts into decisions of their own.")


def load_model(
    xml: bytes, *, file: str, imports: Mapping[str, Model] | None = None, strict: bool = True
) -> Model:
    """Read and compile. Raises `DefinitionInvalid` with all problems; `strict=False` raises only
    for those of form.

    `imports` are the models that this one may import, by namespace (or by the import's location or
    name).
    """
    try:
        model = Model(read_definitions(xml, file=file), imports or {})
    except RecursionError:
        raise DefinitionInvalid([_too_deep(file)]) from None
    if strict:
        model.check()
    return model
