"""The check of a bundle's data: every issue as a problem, on the element that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.bpmn.model import Element, Process
from service.dmn import Model
from service.dmn.parts import Decision
from service.engine.parts import Parts
from service.errors import Problem, Severity
from service.feel.tree import Node
from service.lint.decisions import inputs_of
from service.lint.elements import Looker, element_issues
from service.lint.flow import Flow, analyse, followed
from service.lint.forms import form_issues
from service.lint.given import Bundle
from service.lint.issue import Issue
from service.lint.judge import Judge
from service.lint.kinds import ANY
from service.lint.labels import label_issues, near_group, near_service, process_issues
from service.lint.scope import Scope
from service.lint.trees import tree_of
from service.lint.unread import reads_of, unread_issues
from service.lint.world import World
from service.sentence import Sentence

MOST_ELEMENTS = 20_000


@dataclass(slots=True)
class Analysis:
    """What is known of the data of a bundle."""

    bundle: Bundle
    flows: Mapping[str, Flow]
    reads: dict[str, set[str]] = field(default_factory=dict)


def bundle_of(parts: Parts, world: World) -> Bundle:
    names = tuple(sorted(name for name in world.functions if not name.isidentifier()))
    return Bundle(parts.processes, parts.decisions, parts.forms, world, names)


def analysis_of(bundle: Bundle) -> Analysis:
    """The variables at every element. A process that neither the product nor another process starts
    is open: whoever starts it may give it any."""
    started = {
        name
        for process in bundle.processes.values()
        for element in process.elements.values()
        for name in (_called(element), followed(bundle, element))
        if name
    }
    world = bundle.world
    starts = {
        key: Scope(world.starts[key]) if key in world.starts else Scope(open=True)
        for key in bundle.processes
        if key in world.starts or key not in started
    }
    return Analysis(bundle, analyse(bundle, starts))


def _called(element: Element) -> str:
    return "" if element.called_process is None else element.called_process.source


def check_data(parts: Parts, world: World) -> list[Problem]:
    """Every problem that the data show: unknown names, kinds that do not fit, conditions that never
    hold, variables that nothing writes or reads."""
    if sum(len(process.elements) for process in parts.processes.values()) > MOST_ELEMENTS:
        return [_too_large()]
    bundle = bundle_of(parts, world)
    analysis = analysis_of(bundle)
    found = list(_forms(bundle))
    for process in bundle.processes.values():
        found += _process(analysis, process)
    reads = reads_of(bundle, analysis.reads)
    for process in bundle.processes.values():
        if not _is_open(analysis, process):
            for element, issue in unread_issues(bundle, process, reads):
                found.append(_problem(process, element.id, element.line, issue))
    return list(dict.fromkeys([*found, *_decisions(analysis)]))


def _too_large() -> Problem:
    message = Sentence(
        "the data were not checked: there are more than {most} elements", most=MOST_ELEMENTS
    )
    fix = "Check the diagrams in smaller bundles."
    return Problem("data-not-checked", "", 0, "", message, fix, Severity.WARNING)


def _is_open(analysis: Analysis, process: Process) -> bool:
    flow = analysis.flows.get(process.id)
    starts = [e for e in process.children.get("", ()) if e.kind == "startEvent"]
    entries = [flow.entry.get(start.id) for start in starts] if flow is not None else []
    return any(entry is None or entry.open for entry in entries) or not entries


def _process(analysis: Analysis, process: Process) -> Iterator[Problem]:
    bundle, flow = analysis.bundle, analysis.flows.get(process.id)
    if flow is None:
        return
    look = Looker(bundle, process, analysis.reads.setdefault(process.id, set()))
    ours = not _is_open(analysis, process)
    for issue in process_issues(bundle, process) if ours else ():
        yield _problem(process, process.id, process.line, issue)
    for element in process.elements.values():
        entry = flow.entry.get(element.id)
        if entry is None:
            continue  # no token comes here, which is told already
        inner = flow.inner.get(element.id, entry)
        done = flow.done.get(element.id, inner)
        issues = list(element_issues(look, element, entry, inner, done))
        issues += label_issues(bundle, process, element, inner) if ours else ()
        issues += () if ours else near_group(bundle, element)
        issues += near_service(bundle, element)
        yield from (_problem(process, element.id, element.line, issue) for issue in issues)
        yield from _flows(look, process, element, flow)


def _flows(look: Looker, process: Process, element: Element, flow: Flow) -> Iterator[Problem]:
    after = flow.after.get(element.id)
    for each in element.outgoing if after is not None else ():
        for issue in look.condition(after or Scope(), each.condition, "the condition"):
            yield _problem(process, each.id, element.line, issue)


def _forms(bundle: Bundle) -> Iterator[Problem]:
    for form_id, form in bundle.forms.items():
        is_schema = form_id.endswith(".json")
        file = f"forms/{form_id}" if is_schema else f"forms/{form_id}.form.json"
        for issue in form_issues(form):
            yield Problem(issue.code, file, 0, form_id, issue.message, issue.fix, issue.severity)


def _decisions(analysis: Analysis) -> Iterator[Problem]:
    """What a decision table reads that nothing gives it."""
    for model in dict.fromkeys(analysis.bundle.models.values()):
        callers = _scopes_of_callers(analysis, model)
        for decision, literal in inputs_of(model):
            tree = tree_of(literal.text, analysis.bundle.functions)
            if tree is None:
                continue
            for issue in _unread_input(analysis, model, decision, tree, callers):
                yield Problem(
                    issue.code,
                    model.definitions.file,
                    literal.place.line,
                    decision.place.id,
                    issue.message,
                    issue.fix,
                    issue.severity,
                )


def _unread_input(
    analysis: Analysis, model: Model, decision: Decision, tree: Node, callers: Iterable[Scope]
) -> Iterable[Issue]:
    """What is wrong with an input expression. A table that declares no inputs reads the variables
    of the steps that ask it."""
    info = model.decisions.get(decision.place.id or decision.name)
    if info is None:
        return ()
    names = {each.name: ANY for each in info.inputs}
    names |= {each.variable.name: ANY for each in model.definitions.decisions}
    scopes = [Scope(names)] if info.inputs else [each.put(names) for each in callers]
    return dict.fromkeys(issue for scope in scopes for issue in _judged(analysis, scope, tree))


def _judged(analysis: Analysis, scope: Scope, tree: Node) -> list[Issue]:
    judge = Judge(analysis.bundle.world, scope)
    judge.kind(tree)
    return judge.issues


def _scopes_of_callers(analysis: Analysis, model: Model) -> list[Scope]:
    """The variables at each step that asks a decision of this file."""
    found = []
    for process in analysis.bundle.processes.values():
        flow = analysis.flows.get(process.id)
        for element in process.elements.values():
            source = element.decision
            asked = None if source is None else analysis.bundle.models.get(source.source)
            if flow is not None and asked is model and element.id in flow.inner:
                found.append(flow.inner[element.id])
    return found


def _problem(process: Process, element: str, line: int, issue: Issue) -> Problem:
    return Problem(
        issue.code, process.file, line, element, issue.message, issue.fix, issue.severity
    )
