"""What the product around the diagrams offers and takes: functions, services, groups, clocks,
clauses, messages, and the variables that cases start with. Handed in by whoever checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.lint.kinds import ANY, Kind

Variables = Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function; `texts` are the only texts that make sense, where they are
    known, and `what` is their name."""

    name: str
    kind: Kind = ANY
    texts: frozenset[str] | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A function of the product."""

    parameters: tuple[Parameter, ...]
    result: Kind


@dataclass(frozen=True, slots=True)
class Service:
    """A built-in service: the variables it reads, those it gives back, and its headers with the
    texts that each may have (None: any). One that `says` a letter reads what the letter reads."""

    reads: Variables = field(default_factory=dict)
    writes: Variables = field(default_factory=dict)
    headers: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    says: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """Everything. `starts` are the processes that the product starts, with the variables they get;
    `follows` is the header of a service by which it starts another process. `reads` are variables
    that the product looks at beside the diagrams, `properties` the extension properties it knows
    with the texts that each may have."""

    functions: Mapping[str, Offered] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    clocks: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()
    messages: Mapping[str, Variables] = field(default_factory=dict)
    starts: Mapping[str, Variables] = field(default_factory=dict)
    follow_service: str = ""
    follow_gives: Variables = field(default_factory=dict)
    reads: frozenset[str] = frozenset()
    properties: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    letter_reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
