"""What a version of a procedure is called on pages: Complaints, version 3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from service import definitions
from service.db import Connection
from service.definitions import COMPLAINT_PROCESS
from service.sentence import Sentence


class Titled(Protocol):
    """A version: the name of its procedure, and its number from 1."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Numbered:
    """A version of which only name and number are known."""

    name: str
    version: int


def find_own_name(connection: Connection) -> str:
    """The name under which the complaint procedure is in force; "" where it is not yet."""
    return definitions.find_name_in_force(connection, COMPLAINT_PROCESS)


def title_of(version: Titled, own: str) -> str:
    """`own` is the name of the complaint procedure: readers know it as Complaints."""
    procedure = Sentence("Complaints") if version.name == own else version.name
    return Sentence("{procedure}, version {number}", procedure=procedure, number=version.version)
