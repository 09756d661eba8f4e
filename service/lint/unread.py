"""Variables that are written and that nothing reads: mostly a name spelled in two ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.bpmn.model import Element, Process
from service.bpmn.names import SCOPES
from service.bpmn.near import nearest
from service.errors import Severity
from service.lint.decisions import decided
from service.lint.flow import followed
from service.lint.given import Bundle
from service.lint.issue import Issue
from service.sentence import Sentence

Reads = Mapping[str, frozenset[str]]
"""By process: every variable that something in it, or in what it calls, reads."""


def reads_of(bundle: Bundle, own: Mapping[str, set[str]]) -> Reads:
    """What each process reads, those included that it starts, as they see its variables."""
    found = {
        process.id: set(own.get(process.id, ())) | _by_product(bundle, process)
        for process in bundle.processes.values()
    }
    changed = True
    while changed:
        changed = False
        for process in bundle.processes.values():
            size = len(found[process.id])
            for element in process.elements.values():
                called = element.called_process
                if called is not None and called.source in found:
                    found[process.id] |= found[called.source]
            changed = changed or len(found[process.id]) > size
    return {key: frozenset(names) for key, names in found.items()}


def _by_product(bundle: Bundle, process: Process) -> set[str]:
    """What services, decisions, letters and forms of a process read."""
    found: set[str] = set()
    for element in process.elements.values():
        found |= element_reads(bundle, element) or set()
    return found


def element_reads(bundle: Bundle, element: Element) -> set[str] | None:
    """The variables that the work of an element reads by their names; None: whatever there is."""
    if element.job_type is not None:
        return _service_reads(bundle, element)
    if element.kind == "businessRuleTask" and element.decision is not None:
        model = bundle.models.get(element.decision.source)
        return None if model is None else set(decided(model, element.decision.source).reads)
    if element.kind == "userTask":
        form = bundle.forms.get(element.form_id or "")
        return None if form is None else set(form.get("schema", {}).get("properties", {}))
    return set()


def _service_reads(bundle: Bundle, element: Element) -> set[str] | None:
    world = bundle.world
    service = world.services.get(element.job)
    if service is None or followed(bundle, element) is not None:
        return None if service is None else set()
    if not service.says:
        return set(service.reads)
    said = world.letter_reads.get(element.headers.get("template", ""))
    return None if said is None else {*service.reads, *said}


def unread_issues(
    bundle: Bundle, process: Process, reads: Reads
) -> Iterator[tuple[Element, Issue]]:
    """Every mapping whose variable nothing reads."""
    outside = _read_outside(bundle, process, reads)
    if outside is None:
        return
    known = reads[process.id] | outside | bundle.world.reads
    if _reads_all(bundle, process):
        return
    for element in process.elements.values():
        for mapped in element.outputs:
            name = mapped.target.partition(".")[0]
            if name not in known:
                yield element, _issue("the output", name, known)
        if element.result_variable and not _is_read(element, known):
            yield element, _issue("the result variable", element.result_variable, known)
        for name in _unread_inputs(bundle, element, reads):
            inner = reads.get(
                element.called_process.source if element.called_process else "", known
            )
            yield element, _issue("the input", name, inner)


def _is_read(element: Element, known: frozenset[str]) -> bool:
    return element.result_variable in known


def _reads_inside(bundle: Bundle, element: Element, reads: Reads) -> set[str] | None:
    """What an activity reads of its inputs; None where that cannot be told."""
    if element.kind in SCOPES:
        return None
    follows = followed(bundle, element)
    if follows is not None:
        return set(reads[follows])
    if element.called_process is not None:
        called = reads.get(element.called_process.source)
        return None if called is None else set(called)
    return element_reads(bundle, element)


def _unread_inputs(bundle: Bundle, element: Element, reads: Reads) -> Iterator[str]:
    """Inputs of an activity that nothing in it reads."""
    wanted = _reads_inside(bundle, element, reads)
    if wanted is None:
        return
    told = {name for mapped in element.outputs for name in _names(mapped.source.source)}
    own = {name for mapped in element.inputs for name in _names(mapped.source.source)}
    for mapped in element.inputs:
        name = mapped.target.partition(".")[0]
        if name not in wanted | told | own:
            yield name


def _names(source: str) -> set[str]:
    return set(source.replace(".", " ").replace("=", " ").replace("(", " ").split())


def _reads_all(bundle: Bundle, process: Process) -> bool:
    """Whether a worker of others takes whatever there is."""
    return any(
        element_reads(bundle, element) is None and element.job_type is not None
        for element in process.elements.values()
    )


def _read_outside(bundle: Bundle, process: Process, reads: Reads) -> frozenset[str] | None:
    """What those read who call a process; None where it gives everything to them."""
    found: set[str] = set()
    for other in bundle.processes.values():
        for element in other.elements.values():
            called = element.called_process
            if called is None or called.source != process.id:
                continue
            if element.propagate_child and not element.outputs:
                found |= reads[other.id]
            for mapped in element.outputs:
                found |= _names(mapped.source.source)
    return frozenset(found)


def _issue(what: str, name: str, known: frozenset[str]) -> Issue:
    found = nearest(name, known)
    fix = (
        Sentence("Did you mean {wanted!r}?", wanted=found)
        if found
        else "Correct the name, or remove the mapping."
    )
    message = Sentence("{what} {name!r} is read by nothing", what=Sentence(what), name=name)
    return Issue("data-never-read", message, fix, Severity.WARNING)
