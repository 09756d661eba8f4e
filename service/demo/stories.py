"""The stories of the demo's complaints: who complained of what and when, what was found, and where
the complaint stands. Texts and facts are files under `data`; here is their shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

DATA = Path(__file__).parent / "data"
Outcome = Literal["upheld", "partly upheld", "not upheld"]
HANDLERS = ("handler", "lin.weiting", "chen.yujun", "wu.shufen", "oconnor.maeve", "huang.zhiming")
Language = Literal["en", "zh-Hant", "zh-Hans"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Customer(_Part):
    """What the customer says of the outcome. One who is `silent` never answers; one who `waits` has
    not answered yet."""

    mark: int = Field(default=4, ge=1, le=5)
    settled: bool = True
    says: str = ""
    silent: bool = False
    waits: bool = False
    phone: bool = False


class Decision(_Part):
    """What the bank decided in a round, and what the customer says of it."""

    outcome: Outcome = "upheld"
    pay: int | None = None
    remedies: tuple[str, ...] = ()
    customer: Customer = Customer()


class File(_Part):
    """A file that is handed in; what is in it is drawn by its ending."""

    name: str
    kind: str = "document"


class Reply(_Part):
    """How a customer answers a question of the bank, so many hours after it."""

    text: str
    hours: float
    file: str = ""


class Happening(_Part):
    """Something that somebody of the bank does beside the tasks, so many hours `after` a task."""

    after: str
    hours: float
    do: Literal["comment", "file"]
    by: str
    text: str = ""
    name: str = ""
    kind: str = "document"


class Story(_Part):
    """One complaint. `begins` is how long ago it came in; `stop` names the tasks that are left open
    (`stop2`: those of the second round); `pace` stretches the time that people take.

    A story without a `matter` gets no further than its first task, or is no complaint.
    """

    id: str
    begins: timedelta
    matter: str
    customerName: str | None
    language: Language
    channel: str
    product: str
    amount: int | None
    text: str
    contact: Literal["", "email", "phone", "both", "address", "none"] = ""
    flags: Mapping[str, Any] = Field(default_factory=dict)
    handler: str = ""
    outcome: Outcome = "upheld"
    pay: int | None = None
    remedies: tuple[str, ...] = ()
    customer: Customer = Customer()
    second: Decision | None = None
    end: Literal["", "withdrawn", "inquiry", "duplicate"] = ""
    of: str = ""
    withdraw: str = ""
    withdrawn_after: float = 0
    proxy: str = ""
    improve: bool = False
    promise: str = ""
    stop: frozenset[str] = frozenset()
    stop2: frozenset[str] = frozenset()
    ask: str = ""
    reply: Reply | None = None
    departments: tuple[str, ...] | None = None
    door: bool = False
    files: tuple[File, ...] = ()
    calls: int = 0
    pace: float = 1.0
    happen: tuple[Happening, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Story:
        """Raises ValueError for a matter that has no texts."""
        if self.matter and self.matter not in read_matters():
            raise ValueError(f"expected a matter of matters.json, got {self.matter!r}")
        return self

    @property
    def investigator(self) -> str:
        """Who investigates it: named, or one of the bank's handlers by turns."""
        turn = int(self.id.removeprefix("p")) if self.id.startswith("p") else 0
        return self.handler or HANDLERS[turn % len(HANDLERS)]

    @property
    def is_open(self) -> bool:
        """Whether something of it is still to be done."""
        return bool(self.stop or self.stop2)

    @property
    def on_portal(self) -> bool:
        """Whether the customer follows the case there."""
        return self.door or self.channel == "online"

    @property
    def spoken(self) -> Literal["en", "zh"]:
        """What the bank's people write in."""
        return "en" if self.language == "en" else "zh"

    def decision(self, turn: int) -> Decision:
        """What was decided in the `turn`-th round, from 0."""
        if turn and self.second is not None:
            return self.second
        pay = self.amount if self.pay is None else self.pay
        return Decision(
            outcome=self.outcome, pay=pay, remedies=self.remedies, customer=self.customer
        )


class Matter(_Part):
    """What one kind of complaint comes to: the unit and the departments concerned, the root cause,
    what the bank's people write in English and Chinese, and what the customer is told."""

    unit: str
    departments: tuple[str, ...]
    cause: str
    en: Mapping[str, str]
    zh: Mapping[str, str]
    hant: Mapping[str, str] = Field(alias="zh-Hant")
    hans: Mapping[str, str] = Field(default_factory=dict, alias="zh-Hans")

    def told(self, language: Language) -> Mapping[str, str]:
        """What the customer is told in their language: `told` when they are right, else `not`."""
        return {"en": self.en, "zh-Hant": self.hant, "zh-Hans": self.hans}[language]


@cache
def read_matters() -> Mapping[str, Matter]:
    """The kinds of complaint, by id."""
    content = (DATA / "matters.json").read_bytes()
    return TypeAdapter(dict[str, Matter]).validate_json(content)


@cache
def read_phrases() -> Mapping[str, Mapping[str, str]]:
    """What people write whatever the matter is, by language (`en`, `zh`: the bank's people;
    `letter-…`: in letters)."""
    content = (DATA / "phrases.json").read_bytes()
    return TypeAdapter(dict[str, dict[str, str]]).validate_json(content)


@cache
def read_stories() -> tuple[Story, ...]:
    """Every story, the oldest first."""
    content = (DATA / "stories.json").read_bytes()
    found = TypeAdapter(list[Story]).validate_json(content)
    return tuple(sorted(found, key=lambda each: each.begins, reverse=True))
