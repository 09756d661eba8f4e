"""Whether a case will escalate: the gateways ahead of it that lead to an alarm, and the decisions
they depend on, evaluated with what is known now. It reads, and moves nothing.

A gateway is one of escalation where one of its flows leads to a service task that opens an
emergency or tells a group of staff. A value that a step before it will still set is foretold by the
decisions ahead; a fact that people will enter is unknown, and so is what depends on it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import cases, tasks
from service.bpmn.model import Element, Flow, Process
from service.builtins import CaseView, functions_of
from service.db import Connection
from service.engine import Bundle, inspect
from service.errors import RedressError
from service.execution import Runtime, read_case
from service.feel import FeelFunction, Why, from_json, to_json
from service.operations.ahead import start_called

ALARM, NOTICE = "redress.emergency", "redress.notify"


@dataclass(frozen=True, slots=True)
class FlowAhead:
    """A flow of a gateway: its condition, the values that it reads, and whether it holds. None is
    for what is not known, `why` says it. Without a condition it is the default flow."""

    flow: str
    condition: str | None
    values: Mapping[str, Any]
    holds: bool | None
    why: str
    leads_to: str


@dataclass(frozen=True, slots=True)
class GatewayAhead:
    """A gateway of escalation. `outcome` are the elements that it leads to as things stand. `after`
    is the open element of the case that has to be done first, `due_at` when that is due."""

    process_id: str
    element: str
    name: str
    flows: tuple[FlowAhead, ...]
    outcome: tuple[str, ...]
    after: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionAhead:
    """A decision that a gateway of escalation depends on, as its table answers now. `why` says what
    had no value, or why there is no result."""

    process_id: str
    element: str
    decision: str
    inputs: Mapping[str, Any]
    outputs: Any
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """What stands now, and what is ahead."""

    complaint: cases.Complaint
    emergency: cases.Emergency | None
    gateways: tuple[GatewayAhead, ...]
    decisions: tuple[DecisionAhead, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """An element ahead, and the active element that it lies behind."""

    process: Process
    element: Element
    after: str


def foresee_escalation(runtime: Runtime, number: str, *, now: datetime) -> Foresight:
    """Evaluate what is ahead of the complaint. Raises NotFound."""
    with runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        emergency = cases.find_emergency_of(connection, complaint.root_key)
        instance, view = read_case(connection, runtime, complaint.root_key, now=now)
        if not instance.engine_state:
            return Foresight(complaint, emergency, (), ())
        bundle = runtime.bundles.get(connection, instance.bundle_key)
        due = _due_dates(connection, complaint.root_key)
        # while it is connected: the functions read the case's clocks and its money
        gateways, decisions = _foresee(bundle, instance.engine_state, view, due)
    return Foresight(complaint, emergency, gateways, decisions)


def _foresee(
    bundle: Bundle, state: bytes, view: CaseView, due: Mapping[str, datetime | None]
) -> tuple[tuple[GatewayAhead, ...], tuple[DecisionAhead, ...]]:
    snapshot = inspect(bundle, state)
    ahead = list(_ahead(bundle, [(each.process_id, each.element_id) for each in snapshot.active]))
    known: dict[str, Any] = {}
    for scope in snapshot.variables.values():
        known |= {name: value for name, value in scope.items() if value is not None}
    gateways = [step for step in ahead if _is_escalation(step)]
    functions = functions_of(view)
    decisions = tuple(
        _evaluate(bundle, step, known, functions, view.now)
        for step in _needed(bundle, ahead, _names_of(gateways))
    )
    context = _context(functions, known)
    return tuple(_gateway(step, context, due, view.now) for step in gateways), decisions


def _context(functions: Mapping[str, FeelFunction], known: Mapping[str, Any]) -> dict[str, Any]:
    return {**functions, **{name: from_json(value) for name, value in known.items()}}


def _due_dates(connection: Connection, root_key: int) -> dict[str, datetime | None]:
    return {each.element_id: each.due_at for each in tasks.list_open_tasks(connection, root_key)}


def _ahead(bundle: Bundle, active: list[tuple[str, str]]) -> Iterator[_Step]:
    """The elements behind the active ones in the order of the flow, into called processes; each
    once."""
    queue = deque(
        (process_id, element_id, _waits_at(bundle, process_id, element_id, active))
        for process_id, element_id in active
    )
    seen = set()
    while queue:
        process_id, element_id, after = queue.popleft()
        process = bundle.models.get(process_id)
        element = process.elements.get(element_id) if process is not None else None
        if process is None or element is None or (process_id, element_id) in seen:
            continue
        seen.add((process_id, element_id))
        if (process_id, element_id) not in active:
            yield _Step(process, element, after)
            queue.extend((*start, after) for start in start_called(bundle, element))
        queue.extend((process_id, flow.target, after) for flow in element.outgoing)


def _waits_at(
    bundle: Bundle, process_id: str, element_id: str, active: list[tuple[str, str]]
) -> str:
    """Where the case stands that has to go on first: a call activity goes on when what it called is
    done."""

    def calls(process_id: str, element_id: str) -> bool:
        process = bundle.models.get(process_id)
        found = process.elements.get(element_id) if process is not None else None
        return found is not None and found.called_process is not None

    if not calls(process_id, element_id):
        return element_id
    return next((leaf for process, leaf in active if not calls(process, leaf)), element_id)


def groups_told(bundle: Bundle) -> list[str]:
    """The groups that the procedure tells of an escalation: those of the notices beside its
    emergencies."""
    told = set()
    for process in bundle.models.values():
        for element in process.elements.values():
            targets = [process.elements[flow.target] for flow in element.outgoing]
            kinds = [each.job for each in targets]
            if ALARM in kinds:
                told |= {each.headers["group"] for each in targets if "group" in each.headers}
    return sorted(told)


def _is_escalation(step: _Step) -> bool:
    if len(step.element.outgoing) < 2:
        return False
    targets = [step.process.elements[flow.target] for flow in step.element.outgoing]
    return any(_raises(each) for each in targets)


def _raises(element: Element) -> bool:
    return element.job == ALARM or (element.job == NOTICE and "group" in element.headers)


def _names_of(gateways: list[_Step]) -> set[str]:
    return {
        name
        for step in gateways
        for flow in step.element.outgoing
        if flow.condition is not None
        for name in flow.condition.names
    }


def _needed(bundle: Bundle, ahead: list[_Step], wanted: set[str]) -> list[_Step]:
    """The decisions ahead that `wanted` values come from, in their order."""
    rules = [step for step in ahead if step.element.kind == "businessRuleTask"]
    needed: list[_Step] = []
    names = set(wanted)
    for step in reversed(rules):
        if _gives(step.element) & names:
            needed.insert(0, step)
            names |= _takes(bundle, step.element)
    return needed


def _gives(element: Element) -> set[str]:
    return {each.target.split(".")[0] for each in element.outputs} or {
        element.result_variable or ""
    }


def _takes(bundle: Bundle, element: Element) -> set[str]:
    model = bundle.decisions.get(_decision_of(element))
    return {each.variable.name for each in model.definitions.inputs} if model is not None else set()


def _decision_of(element: Element) -> str:
    return element.decision.source if element.decision is not None else ""


def _evaluate(
    bundle: Bundle,
    step: _Step,
    known: dict[str, Any],
    functions: Mapping[str, FeelFunction],
    now: datetime,
) -> DecisionAhead:
    """The decision as its table answers; what it answers joins what is `known`."""
    decision = _decision_of(step.element)
    model = bundle.decisions.get(decision)
    inputs = {name: known.get(name) for name in sorted(_takes(bundle, step.element))}

    def found(outputs: Any, *why: str) -> DecisionAhead:
        return DecisionAhead(step.process.id, step.element.id, decision, inputs, outputs, why)

    if model is None:
        return found(None, "The version of this case has no such decision.")
    try:
        result = model.evaluate(
            decision, model.read_inputs(inputs), now=now, functions=functions, trace=False
        )
    except RedressError as error:
        return found(None, error.message)
    context = {**_context(functions, known), step.element.result_variable or decision: result.value}
    for each in step.element.outputs:
        if each.source.expression is not None:
            known[each.target] = to_json(each.source.expression.evaluate(context, now=now))
    return found(to_json(result.value), *(each.message for each in result.reasons))


def _taken(flows: Sequence[FlowAhead], *, only_one: bool) -> tuple[str, ...]:
    """Where the flows lead whose conditions hold, or else those without one; nowhere while that
    cannot be told."""
    asked = [each for each in flows if each.condition is not None]
    taken = [each for each in asked if each.holds]
    if not taken and all(each.holds is False for each in asked):
        taken = [each for each in flows if each.condition is None]
    elif only_one:
        taken = taken[:1]
    return tuple(each.leads_to for each in taken)


def _gateway(
    step: _Step, context: Mapping[str, Any], due: Mapping[str, datetime | None], now: datetime
) -> GatewayAhead:
    flows = tuple(_flow(flow, context, now) for flow in step.element.outgoing)
    return GatewayAhead(
        step.process.id,
        step.element.id,
        step.element.name,
        flows,
        _taken(flows, only_one=step.element.kind == "exclusiveGateway"),
        step.after,
        due.get(step.after),
    )


def _flow(flow: Flow, context: Mapping[str, Any], now: datetime) -> FlowAhead:
    if flow.condition is None:
        return FlowAhead(flow.id, None, {}, None, "", flow.target)
    why = Why()
    values = {name: to_json(context.get(name)) for name in sorted(flow.condition.names)}
    try:
        found = flow.condition.evaluate(context, now=now, why=why)
        reasons = "; ".join(each.message for each in why.reasons)
    except RedressError as error:
        found, reasons = None, error.message
    missing = [name for name, value in values.items() if value is None]
    holds = found if isinstance(found, bool) else None
    return FlowAhead(
        flow.id, flow.condition.text, values, holds, reasons or _say(missing), flow.target
    )


def _say(missing: list[str]) -> str:
    return f"without a value: {', '.join(missing)}" if missing else ""
