"""Drill files: `processes/drills/<name>.drill.json`, what is rehearsed and what happens when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.errors import InvalidInput

SUFFIX = ".drill.json"
MOST_COMPLAINTS = 500
Level = Literal["I", "II", "III", "IV"]
Answer = dict[str, Any] | Annotated[list[dict[str, Any]], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Complaints(_Part):
    """Complaints that customers make. `{n}` in `content` is the number of the complaint; `facts`
    are fields of one.

    `belongs` says how they come to the emergency: a rule gathers them, a person links each as it
    comes, or not at all.
    """

    number: int = Field(ge=1, le=MOST_COMPLAINTS)
    content: str
    within: timedelta = timedelta(0)
    facts: dict[str, Any] = Field(default_factory=dict)
    belongs: Literal["by rule", "by hand", "no"] = "by rule"


class Call(_Part):
    """A person calls it an emergency."""

    level: Level
    cause: str


class Inject(_Part):
    """What happens `after` the start of the drill, and what the plan wants to be done about it."""

    after: timedelta
    says: str
    expected: str
    complaints: Complaints | None = None
    emergency: Call | None = None


class Drill(_Part):
    """One drill. `reaction` is how long a player takes for a task; an element's own goes before
    `*`."""

    file: str = ""
    name: str
    names: dict[str, str] = Field(default_factory=dict)
    kind: Literal["tabletop", "functional", "live", "no-notice"] = "functional"
    objectives: list[str] = Field(min_length=1)
    at: AwareDatetime
    length: timedelta
    level: Level | None = None
    injects: list[Inject] = Field(min_length=1)
    answers: dict[str, Answer] = Field(default_factory=dict)
    reaction: dict[str, timedelta] = Field(default_factory=dict)

    @property
    def ends_at(self) -> datetime:
        return self.at + self.length


def parse_drill(file: str, content: bytes) -> Drill:
    """Raises InvalidInput that says where the file is wrong."""
    try:
        found = TypeAdapter(Drill).validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InvalidInput(
            "{file}: {where}: {msg}", file=file, where=where, msg=first["msg"]
        ) from None
    if found.file:
        raise InvalidInput("{file}: file: is not written in the file", file=file)
    late = [inject.says for inject in found.injects if inject.after > found.length]
    if late:
        raise InvalidInput(
            "{file}: injects: expected all of them within {length}, {late!r} comes later",
            file=file,
            length=found.length,
            late=late[0],
        )
    return found.model_copy(update={"file": file})


def drills_of(files: Mapping[str, bytes]) -> list[Drill]:
    """The drills among the files of a bundle. Raises InvalidInput."""
    return [
        parse_drill(path, content)
        for path, content in sorted(files.items())
        if path.endswith(SUFFIX)
    ]
