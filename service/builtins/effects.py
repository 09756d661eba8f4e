"""What a step wants done beside moving its tokens: services note effects, the write transaction
makes rows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service.definitions.review_states import Verb
from service.policy import Deadline


@dataclass(frozen=True, slots=True)
class LetterEffect:
    """Write a letter from a template to the customer, or a notice to staff: to a person or to
    everybody of a group, who are told unless it `rings` not. `meets` names the clock it meets."""

    template: str
    audience: str
    to: str
    variables: Mapping[str, Any]
    meets: str = ""
    rings: bool = True


@dataclass(frozen=True, slots=True)
class RecordEffect:
    """Record facts of the complaint. A decided amount is payable at once, unless it is only
    `offered`."""

    facts: Mapping[str, Any]
    offered: bool = False


@dataclass(frozen=True, slots=True)
class OfferEffect:
    """The decided amount, the total of all rounds, is offered to the customer `until`; or where it
    needs no acceptance, None, it is payable."""

    amount: Decimal
    until: datetime | None


@dataclass(frozen=True, slots=True)
class OweEffect:
    """These parts of the decided amount are owed by law: payable now. So much of them has been
    paid, by a provisional `credit` that is final now."""

    parts: Mapping[str, Decimal]
    credit: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class OfferAnsweredEffect:
    """What became of the open offer: `state` is one of `cases.ANSWERS`; who said so, how, in what
    words."""

    state: str
    answered_by: str = ""
    channel: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class DeadlinesEffect:
    """Set clocks: start, stop, resume or extend them. `what` is the word of the history."""

    deadlines: tuple[Deadline, ...]
    what: str = "started"


@dataclass(frozen=True, slots=True)
class RegimeEffect:
    """Put the complaint under other regimes. `record` is `Choice.as_record`; clocks of the names
    `dropped` belonged to a regime that governs no more."""

    record: Mapping[str, Any]
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseEffect:
    """Close the complaint."""

    outcome: str | None


@dataclass(frozen=True, slots=True)
class ArchiveEffect:
    """Archive the complaint."""

    retain_until: date


@dataclass(frozen=True, slots=True)
class LinkEffect:
    """Link the complaint to another one."""

    other_key: int
    kind: str


@dataclass(frozen=True, slots=True)
class FollowEffect:
    """Start a process of its own that outlives the case."""

    process_id: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlarmEffect:
    """The complaint is an emergency of that level: open one, or raise the one it belongs to."""

    level: str
    cause: str


@dataclass(frozen=True, slots=True)
class SpikeEffect:
    """So many `similar` complaints, by their fingerprints, came within the window that the policy
    calls it an emergency."""

    bands: tuple[int, ...]
    similar: int


@dataclass(frozen=True, slots=True)
class LevelEffect:
    """Set the level of the emergency."""

    level: str


@dataclass(frozen=True, slots=True)
class LogEffect:
    """Append to the action log of the emergency."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TeamEffect:
    """Call the teams of the emergency's level."""

    level: str


@dataclass(frozen=True, slots=True)
class EndEmergencyEffect:
    """The emergency is over: stood down, or a false alarm."""

    status: str


@dataclass(frozen=True, slots=True)
class VersionEffect:
    """Decide on the version that the instance reviews."""

    verb: Verb
    reason: str


Effect = (
    LetterEffect
    | RecordEffect
    | OfferEffect
    | OweEffect
    | OfferAnsweredEffect
    | DeadlinesEffect
    | RegimeEffect
    | CloseEffect
    | ArchiveEffect
    | LinkEffect
    | FollowEffect
    | AlarmEffect
    | SpikeEffect
    | LevelEffect
    | LogEffect
    | TeamEffect
    | EndEmergencyEffect
    | VersionEffect
)
