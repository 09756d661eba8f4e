"""Variables as the API sees them: of an active instance from its state, of one that ended those of
its outermost scope.

Business data live in tables; these are the few that route the case, so they are read where they are
and kept nowhere twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa

from service.db import CHILD_BITS, Connection, element_key
from service.engine import inspect
from service.errors import NotFound
from service.execution import Runtime
from service.instances.tables import process_instance

_SPAN = 10**11
LONGEST_SHOWN = 8_191


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in a scope: the instance itself ("") or an element instance. `value` is JSON."""

    root_key: int
    scope: str
    name: str
    value: str

    @property
    def scope_key(self) -> int:
        return element_key(self.root_key, self.scope) if self.scope else self.root_key

    @property
    def key(self) -> int:
        """Made from instance, scope and name, so that it leads back to the instance; at most 23
        digits."""
        mark = sha256(f"{self.scope}\0{self.name}".encode()).digest()[:8]
        return (self.root_key >> CHILD_BITS) * _SPAN + int.from_bytes(mark, "big") % _SPAN


def find_variables(connection: Connection, runtime: Runtime, root_key: int) -> list[Variable]:
    """Every variable of an instance; none where there is no such instance."""
    columns = [
        process_instance.c[name] for name in ("bundle_key", "engine_state", "final_variables")
    ]
    row = connection.execute(
        sa.select(*columns).where(process_instance.c.root_key == root_key)
    ).one_or_none()
    return [] if row is None else list(_variables(connection, runtime, root_key, row))


def _variables(
    connection: Connection, runtime: Runtime, root_key: int, row: Any
) -> Iterator[Variable]:
    scopes: Any = {"": row.final_variables or {}}
    if row.engine_state is not None:
        scopes = inspect(
            runtime.bundles.get(connection, row.bundle_key), row.engine_state
        ).variables
    for scope, values in sorted(scopes.items()):
        for name, value in sorted(values.items()):
            yield Variable(root_key, scope, name, orjson.dumps(value, default=_number).decode())


def _number(value: Any) -> Any:
    return orjson.Fragment(format(value, "f"))


def get_variable(connection: Connection, runtime: Runtime, key: int) -> Variable:
    """A variable by its key. Raises NotFound."""
    root_key = (key // _SPAN) << CHILD_BITS
    if root_key < 1 << 62:
        for each in find_variables(connection, runtime, root_key):
            if each.key == key:
                return each
    raise NotFound("There is no variable {key}.", key=key)
