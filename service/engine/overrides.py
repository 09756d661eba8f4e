"""What of SpiffWorkflow is overridden here, and whether it still is what this release was tested
with.

SpiffWorkflow is pinned, but an installation may carry another version or a patch. A method that is
overridden, or a place where it names a class by literal, that reads otherwise than it did, is a
reason to look before cases run on it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from types import FunctionType
from typing import Any

from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.workflow import Workflow

from service.engine import (
    catching,
    compensating,
    definitions,
    flat,
    listening,
    parse,
    parse_tasks,
    specs,
    specs_ad_hoc,
    specs_events,
    specs_gateways,
    specs_many,
    specs_scopes,
    specs_tasks,
    token,
)
from service.engine.errors import EngineError
from service.engine.fingerprints import FINGERPRINTS

MODULES = (
    token,
    flat,
    catching,
    definitions,
    specs,
    listening,
    compensating,
    specs_tasks,
    specs_gateways,
    specs_events,
    specs_scopes,
    specs_many,
    specs_ad_hoc,
    parse,
    parse_tasks,
)
LITERALS = (
    (Workflow, "__init__"),
    (BpmnProcessSpec, "__init__"),
    (TaskParser, "_add_boundary_event"),
    (EventBasedGatewayParser, "create_task"),
)
"""Where SpiffWorkflow names classes of its own that ours stand in for."""
_LIBRARY = "SpiffWorkflow."
_UNTOLD = frozenset({"__module__", "__doc__", "__dict__", "__weakref__", "__qualname__"})


def overrides() -> dict[str, tuple[type, ...]]:
    """Every method of ours that overrides one of SpiffWorkflow's, as `Class.method`, with the
    classes whose method it overrides."""
    found: dict[str, set[type]] = {}
    for concrete in _classes():
        mro = concrete.__mro__
        for at, ours in enumerate(mro):
            if ours.__module__.startswith(_LIBRARY) or not ours.__module__.startswith("service."):
                continue
            for name in _methods(ours):
                stock = _overridden(mro[at + 1 :], name)
                if stock is not None:
                    found.setdefault(f"{ours.__name__}.{name}", set()).add(stock)
    return {
        name: tuple(sorted(found[name], key=lambda each: each.__qualname__))
        for name in sorted(found)
    }


def _classes() -> Iterator[type]:
    for module in MODULES:
        for each in vars(module).values():
            if (
                isinstance(each, type)
                and each.__module__ == module.__name__
                and any(base.__module__.startswith(_LIBRARY) for base in each.__mro__)
            ):
                yield each


def _methods(ours: type) -> list[str]:
    return [
        name
        for name, value in vars(ours).items()
        if name not in _UNTOLD and isinstance(value, FunctionType | property | classmethod)
    ]


def _overridden(rest: tuple[type, ...], name: str) -> type | None:
    for base in rest:
        if base.__module__.startswith(_LIBRARY) and name in vars(base):
            return base
    return None


def fingerprints() -> dict[str, str]:
    """The source of every method that is overridden or names a class, as a short hash."""
    places = {
        (stock, name.partition(".")[2]) for name, all_ in overrides().items() for stock in all_
    }
    found = {}
    for stock, name in sorted(
        places | set(LITERALS), key=lambda each: (each[0].__module__, each[0].__name__, each[1])
    ):
        module = stock.__module__.rpartition(".")[2]
        found[f"{module}.{stock.__qualname__}.{name}"] = _hash(vars(stock)[name])
    return found


def _hash(method: Any) -> str:
    function: Any = method.fget if isinstance(method, property) else method
    function = getattr(function, "__func__", function)
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):
        text = repr(function)
    return sha256(text.encode()).hexdigest()[:12]


@cache
def check_library() -> None:
    """Raises EngineError("library") where SpiffWorkflow is not what this release was tested
    with."""
    now = fingerprints()
    different = [name for name, known in FINGERPRINTS.items() if now.get(name) != known]
    if different or set(now) != set(FINGERPRINTS):
        raise EngineError(
            "library",
            "",
            "SpiffWorkflow differs from the version that this release was tested with, in "
            "{methods}: install the version that requirements.lock names.",
            methods=different or sorted(set(now) ^ set(FINGERPRINTS)),
        )


def as_module() -> str:
    """The text of `fingerprints.py`."""
    rows = "".join(f'    "{name}": "{known}",\n' for name, known in fingerprints().items())
    return (
        '"""What SpiffWorkflow\'s methods read when this release was tested, written by\n'
        '`python -m service.engine.overrides`."""\n\n'
        f"FINGERPRINTS = {{\n{rows}}}\n"
    )


if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).with_name("fingerprints.py").write_text(as_module(), encoding="utf-8")
