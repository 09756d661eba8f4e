"""Which variables can have been written at each element of a process, over every path, and of which
kinds they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from service.bpmn.model import Element, Listener, Process
from service.bpmn.names import SCOPES
from service.bpmn.reach import link_targets
from service.lint.concurrent import concurrent
from service.lint.given import Bundle, collected, given_by, locals_of, targeted, value_of
from service.lint.kinds import Kind, join
from service.lint.scope import Scope, both, either

MOST_VISITS = 40
"""Times that one element is looked at again before its variables count as they are."""


@dataclass(slots=True)
class Flow:
    """`entry` are the variables where a token comes to an element, `inner` those that it sees with
    its inputs, `done` those that its outputs are mapped from, `after` those that its flows see,
    `end` those at the end of the process."""

    entry: dict[str, Scope] = field(default_factory=dict)
    inner: dict[str, Scope] = field(default_factory=dict)
    done: dict[str, Scope] = field(default_factory=dict)
    after: dict[str, Scope] = field(default_factory=dict)
    end: Scope | None = None

    def see(self, element: Element) -> Scope:
        return self.inner.get(element.id) or Scope(open=True)


@dataclass(slots=True)
class _Walk:
    bundle: Bundle
    process: Process
    start: Scope
    ends: Mapping[str, Scope]
    """The variables at the end of every process that may be called."""
    flow: Flow = field(default_factory=Flow)
    written: dict[str, dict[str, Kind]] = field(default_factory=dict)
    leaving: dict[str, Scope] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    waiting: deque[str] = field(default_factory=deque)

    def run(self) -> Flow:
        self.start = told(self.start, self.process.listeners)
        for element in self.process.children.get("", ()):
            if element.kind == "startEvent":
                self.come(element, self.start)
        self.open_events("", self.start)
        while self.waiting:
            self.look(self.process.elements[self.waiting.popleft()])
        self.finish()
        return self.flow

    def come(self, element: Element, scope: Scope, *, along: bool = False) -> None:
        """A token comes; what was written on the way is joined to what was known."""
        known = self.flow.entry.get(element.id)
        merge = both if along and element.kind == "parallelGateway" else either
        found = merge(known, scope)
        visited = self.visits.get(element.id, 0)
        if found != known and visited < MOST_VISITS:
            self.flow.entry[element.id] = found
            self.visits[element.id] = visited + 1
            if element.id not in self.waiting:
                self.waiting.append(element.id)

    def look(self, element: Element) -> None:
        entry = self.flow.entry[element.id]
        local = locals_of(self.bundle, element, entry)
        inner = told(entry.put(local), element.listeners)
        self.flow.inner[element.id] = inner
        for event in self.process.attached.get(element.id, ()):
            self.come(event, entry)
        if element.kind in SCOPES:
            self.enter(element, inner)
        else:
            self.leave(element, inner)

    def enter(self, element: Element, inner: Scope) -> None:
        """A sub-process: its start events, or what can begin in it, and what waits in it."""
        for each in self.process.choices(element.id):
            self.come(each, inner)
        for start in self.process.children.get(element.id, ()):
            if start.kind == "startEvent":
                self.come(start, inner)
        self.open_events(element.id, inner)

    def open_events(self, scope: str, variables: Scope) -> None:
        for inner, _ in self.process.event_starts(scope):
            self.come(inner, variables)

    def leave(self, element: Element, inner: Scope) -> None:
        """An element is done: its outputs, or what it gives, go to the variables around it."""
        entry = self.flow.entry[element.id]
        child = self.child_of(element)
        if child is None and calls_known(self.bundle, element):
            return  # looked at in a later round, when it is known what the called process gives
        given = given_by(self.bundle, element, inner, child)
        done = replace(inner.put(given.names), open=inner.open or given.open)
        self.flow.done[element.id] = done
        after = told(self.after(element, entry, done), element.listeners)
        self.note(element, after, entry)
        self.go_on(element, after)

    def child_of(self, element: Element) -> Scope | None:
        called = element.called_process
        return None if called is None else self.ends.get(called.source)

    def after(self, element: Element, entry: Scope, done: Scope) -> Scope:
        local = frozenset(locals_of(self.bundle, element, entry))
        results = collected(self.bundle, element, done)
        quiet = element.kind == "callActivity" and not element.propagate_child
        if element.outputs or quiet:
            found: dict[str, Kind] = {}
            for mapped in element.outputs:
                kind = value_of(self.bundle, done, mapped.source)
                found |= targeted(mapped.target, kind, found)
            return entry.put({**found, **results})
        return done.without(local, entry).put(results)

    def note(self, element: Element, after: Scope, entry: Scope) -> None:
        """Remember what an element wrote: work at the same time may see it."""
        mine = self.written.setdefault(element.id, {})
        for name, kind in after.names.items():
            if entry.names.get(name) != kind:
                mine[name] = join(mine[name], kind) if name in mine else kind

    def go_on(self, element: Element, after: Scope) -> None:
        self.flow.after[element.id] = after
        siblings = self.process.children.get(element.scope, ())
        for flow in element.outgoing:
            target = self.process.elements.get(flow.target)
            if target is not None:
                self.come(target, after, along=True)
        for target in link_targets(element, siblings):
            self.come(target, after)
        if not element.outgoing:
            self.end(element, after)

    def end(self, element: Element, after: Scope) -> None:
        """A path of a scope ends: so may the scope."""
        found = either(self.leaving.get(element.scope), after)
        if found == self.leaving.get(element.scope):
            return
        self.leaving[element.scope] = found
        host = self.process.elements.get(element.scope)
        if host is None:
            return
        if host.id in self.flow.inner:
            entry = self.flow.entry[host.id]
            self.flow.done[host.id] = found
            after = self.after(host, entry, found)
            self.note(host, after, entry)
            if not host.triggered_by_event:
                self.go_on(host, after)
            else:
                self.end(host, after)

    def finish(self) -> None:
        """Work beside may have written what a path alone does not show."""
        self.flow.end = self.leaving.get("", self.start)
        every = frozenset(name for names in self.written.values() for name in names)
        others = concurrent(self.process)
        for key in list(self.flow.entry):
            beside: dict[str, Kind] = {}
            for other in others.get(key, ()):
                for name, kind in self.written.get(other, {}).items():
                    beside[name] = join(beside[name], kind) if name in beside else kind
            later = every - frozenset(beside)
            for table in (self.flow.entry, self.flow.inner, self.flow.done, self.flow.after):
                if key in table:
                    table[key] = replace(table[key], beside=beside, later=later)


def told(scope: Scope, listeners: tuple[Listener, ...]) -> Scope:
    """A worker that listens may give variables that nobody here knows of."""
    return replace(scope, open=True) if listeners else scope


def analyse(bundle: Bundle, starts: Mapping[str, Scope]) -> dict[str, Flow]:
    """The variables of every process; those of a called one start as its callers leave them."""
    begin, ends = dict(starts), dict[str, Scope]()
    flows: dict[str, Flow] = {}
    for _ in range(MOST_ROUNDS):
        before = (dict(begin), dict(ends))
        for process in bundle.processes.values():
            start = begin.get(process.id)
            if start is None:
                continue
            flow = flows[process.id] = _Walk(bundle, process, start, ends).run()
            ends[process.id] = flow.end or start
            for called, scope in _calls(bundle, process, flow):
                begin[called] = either(begin.get(called), scope)
        if (begin, ends) == before:
            break
    return flows


MOST_ROUNDS = 40
"""Calls that are followed into each other."""


def _calls(bundle: Bundle, process: Process, flow: Flow) -> Iterator[tuple[str, Scope]]:
    """The processes that a process starts, with the variables it gives them."""
    for element in process.elements.values():
        inner = flow.inner.get(element.id)
        if inner is None:
            continue
        if element.called_process is not None and calls_known(bundle, element):
            local = locals_of(bundle, element, flow.entry[element.id])
            plain = replace(inner, beside={}, later=frozenset())
            given = plain if element.propagate_parent else Scope(local)
            seen = {**inner.beside, **given.names} if element.propagate_parent else given.names
            yield element.called_process.source, replace(given, names=seen)
        follows = followed(bundle, element)
        if follows is not None:
            local = locals_of(bundle, element, flow.entry[element.id])
            yield follows, Scope({**local, **bundle.world.follow_gives})


def calls_known(bundle: Bundle, element: Element) -> bool:
    """Whether the process that an element calls is in the bundle."""
    called = element.called_process
    return called is not None and called.source in bundle.processes


def followed(bundle: Bundle, element: Element) -> str | None:
    """The process that a task starts by a service."""
    job = element.job_type
    if job is None or job.source != bundle.world.follow_service:
        return None
    named = element.headers.get("process", "")
    return named if named in bundle.processes else None
