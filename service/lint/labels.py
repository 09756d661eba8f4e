"""Names that stand on elements without being expressions: groups, clocks, clauses, headers,
properties, messages, and the variables that services take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from service.bpmn.model import Element, Process
from service.bpmn.names import BUILT_IN
from service.bpmn.near import advice, nearest
from service.errors import Severity
from service.i18n.languages import LANGUAGES
from service.lint.given import Bundle, value_of
from service.lint.issue import Issue
from service.lint.scope import Scope
from service.sentence import Sentence

CATCHING = ("receiveTask", "intermediateCatchEvent", "boundaryEvent", "startEvent")


def process_issues(bundle: Bundle, process: Process) -> Iterator[Issue]:
    """Every issue of what stands on the process itself."""
    yield from _properties(bundle, process.properties)
    yield from _clauses(bundle, process.properties.get("clause", ""))


def near_service(bundle: Bundle, element: Element) -> Iterator[Issue]:
    """A job that a worker of others would have to take, and that is nearly one of the product."""
    job = element.job_type
    if job is None or job.expression is not None or job.source in bundle.world.services:
        return
    found = nearest(job.source, bundle.world.services, least=0.85)
    if found is not None and not job.source.startswith(BUILT_IN):
        message = Sentence(
            "there is no built-in service {source!r}, and a worker would have to do it",
            source=job.source,
        )
        yield Issue("unknown-service", message, Sentence("Did you mean {found!r}?", found=found))


def label_issues(
    bundle: Bundle, process: Process, element: Element, scope: Scope
) -> Iterator[Issue]:
    """Every issue of an element of a process that the product itself starts."""
    yield from _groups(bundle, element, scope)
    yield from _properties(bundle, element.properties)
    yield from _clauses(bundle, element.properties.get("clause", ""))
    yield from _headers(bundle, element)
    yield from _message(bundle, element)
    if element.kind == "userTask" and element.lane and not _is_offered(element):
        yield from _lane(bundle, element)


def _is_offered(element: Element) -> bool:
    return any((element.assignee, element.candidate_groups, element.candidate_users))


def _lane(bundle: Bundle, element: Element) -> Iterator[Issue]:
    known = {group.casefold() for group in bundle.world.groups}
    if known and (element.lane or "").casefold() not in known:
        yield _unknown("group", element.lane or "", bundle.world.groups, "the lane's name is none")


def _groups(bundle: Bundle, element: Element, scope: Scope) -> Iterator[Issue]:
    if not bundle.world.groups or element.candidate_groups is None:
        return
    kind = value_of(bundle, scope, element.candidate_groups)
    items = kind.item.texts if kind.item is not None else None
    literal = element.candidate_groups.expression is None
    for each in sorted(kind.texts or items or ()):
        for group in each.split(",") if literal else (each,):
            if group.strip() not in bundle.world.groups | _NOBODY:
                yield _unknown("group", group.strip(), bundle.world.groups)


_TRANSLATED = ("name", "documentation")
"""What is told in other languages by properties, beside properties of its own."""

_NOBODY = frozenset({"none"})
"""What a decision says where no group is meant."""


def _unknown_parts(what: str, value: str, texts: Collection[str]) -> Iterator[Issue]:
    for part in map(str.strip, value.split(",")):
        if part not in texts:
            yield _unknown(what, part, texts)


def _properties(bundle: Bundle, properties: Mapping[str, str]) -> Iterator[Issue]:
    known = bundle.world.properties
    for name, value in properties.items() if known else ():
        base, colon, language = name.partition(":")
        if colon and language in LANGUAGES and (base in known or base in _TRANSLATED):
            continue
        if name not in known:
            message = Sentence("the product knows no property {name!r}", name=name)
            yield Issue("data-unknown-property", message, advice(name, known), Severity.WARNING)
            continue
        texts = known[name]
        if texts is not None:
            yield from _unknown_parts("clock" if name == "meets" else name, value, texts)


def _clauses(bundle: Bundle, value: str) -> Iterator[Issue]:
    for clause in value.split(",") if bundle.world.clauses and value else ():
        if clause.strip() not in bundle.world.clauses:
            yield _unknown("clause", clause.strip(), bundle.world.clauses)


def _headers(bundle: Bundle, element: Element) -> Iterator[Issue]:
    service = bundle.world.services.get(element.job)
    if service is None:
        return
    for name, value in element.headers.items():
        if name not in service.headers:
            message = Sentence("{job} reads no header {name!r}", job=element.job, name=name)
            yield Issue(
                "data-unknown-header", message, advice(name, service.headers), Severity.WARNING
            )
            continue
        texts = service.headers[name]
        for part in value.split(",") if texts is not None else ():
            if part.strip() not in (texts or ()):
                yield _unknown(_what(name), part.strip(), texts or ())


def _what(header: str) -> str:
    return "clock" if header == "meets" else header


def _message(bundle: Bundle, element: Element) -> Iterator[Issue]:
    """A message that is waited for and that nobody sends."""
    name = element.event.name
    if element.event.kind != "message" or element.kind not in CATCHING or name is None:
        return
    sent = {*bundle.world.messages, *_thrown(bundle)}
    if name.expression is None and name.source and name.source not in sent:
        message = Sentence("nobody sends the message {source!r}", source=name.source)
        yield Issue("data-unsent-message", message, advice(name.source, sent), Severity.WARNING)


def _thrown(bundle: Bundle) -> Iterator[str]:
    for process in bundle.processes.values():
        for element in process.elements.values():
            name = element.event.name
            throws = element.kind in ("endEvent", "intermediateThrowEvent")
            if throws and element.event.kind == "message" and name is not None:
                yield name.source


def near_group(bundle: Bundle, element: Element) -> Iterator[Issue]:
    """In a process of others, whose groups nobody here knows: only what is nearly a known one."""
    source = element.candidate_groups
    if source is None or source.expression is not None:
        return
    for group in source.source.split(","):
        name = group.strip()
        if name not in bundle.world.groups and nearest(name, bundle.world.groups, least=0.85):
            yield _unknown("group", name, bundle.world.groups)


def _unknown(what: str, name: str, known: Iterable[str], why: str = "") -> Issue:
    message = Sentence("there is no {what} {name!r}", what=Sentence(what), name=name)
    if why:
        message = Sentence("{message} ({why})", message=message, why=Sentence(why))
    return Issue(f"data-unknown-{what}", message, advice(name, known))
