"""What the host lends to a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.engine import changes as c
from service.feel import FeelFunction

Service = Callable[[c.JobCreated], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Host:
    """What the host lends to a step: functions for expressions, and services that are carried out
    inside the step.

    Job types that begin with `reserved` are the host's own: no worker would ever take one that it
    does not lend.
    """

    functions: Mapping[str, FeelFunction] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    reserved: str = ""
