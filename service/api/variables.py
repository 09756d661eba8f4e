"""Variables of process instances, with the fields and paths of Camunda 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field

from service import operations, reporting
from service.api.operation import Call, operation
from service.api.searching import page_given, query_of, search_model
from service.api.shapes import MAX_KEY, TENANT, Flag, Given, Key, Page, Sent, Variables
from service.db import Field as Known
from service.db import Kind, Source, element_of
from service.errors import InvalidInput
from service.identity import Permission
from service.reporting import Variable

Digits = Annotated[str, Field(pattern=r"^[0-9]{1,25}$")]
_no = sa.null()
VARIABLES = Source(
    sa.select(_no),
    {
        "variableKey": Known(_no, Kind.TEXT),
        "processInstanceKey": Known(_no, Kind.KEY),
        "scopeKey": Known(_no, Kind.KEY),
        "name": Known(_no),
        "value": Known(_no),
        "isTruncated": Known(_no, Kind.FLAG),
    },
    (),
)
VariableSearch = search_model("VariableSearch", VARIABLES)


class VariableFound(Given):
    """A variable; `value` is JSON, cut in a search when it is long."""

    variable_key: Digits
    scope_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    name: str
    value: str
    is_truncated: bool
    tenant_id: str


class VariablesSent(Sent):
    """Variables to write, and why; with `local` into this very scope."""

    variables: Variables
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    local: Flag = False
    operation_reference: int | None = None


@operation(
    "PUT /v2/element-instances/{elementInstanceKey}/variables",
    may=Permission.CHANGE_INSTANCES,
    takes=VariablesSent,
)
def set_variables(call: Call, key: int, sent: VariablesSent) -> None:
    """Write variables where they are known, seen from an active element instance or a whole
    instance."""
    root_key, scope = element_of(key)
    operations.set_variables(
        call.runtime,
        root_key,
        scope,
        sent.variables,
        local=sent.local,
        reason=sent.reason,
        actor=call.actor,
        now=call.now,
    )


@operation(
    "POST /v2/variables/search",
    may=Permission.READ_INSTANCES,
    takes=VariableSearch,
    gives=Page[VariableFound],
    optional=True,
)
def search_variables(call: Call, sent: Any) -> Any:
    """Variables of one process instance, which the filter has to name."""
    query, plain = query_of(sent)
    root_key = instance_of(plain, "scopeKey")
    with call.runtime.database.read() as connection:
        found = reporting.find_variables(connection, call.runtime, root_key)
        rows = [variable_json(each) for each in found]
    return page_given(reporting.sift(rows, query), cut_variable)


@operation("GET /v2/variables/{variable}", may=Permission.READ_INSTANCES, gives=VariableFound)
def get_variable(call: Call, key: str) -> Any:
    """One variable, whole."""
    if not (key.isascii() and key.isdecimal() and len(key) <= 25):
        raise InvalidInput("expected the key of a variable: digits")
    with call.runtime.database.read() as connection:
        return variable_json(reporting.get_variable(connection, call.runtime, int(key)))


def instance_of(plain: Mapping[str, Any], *others: str) -> int:
    """The one instance that a filter is about. Raises InvalidInput: nothing is read that was not
    asked for."""
    for name in ("processInstanceKey", *others):
        value = plain.get(name)
        if isinstance(value, Mapping):
            value = value.get("$eq")
        if value is not None:
            return element_of(int(value))[0] if int(value) <= MAX_KEY else -1
    raise InvalidInput(
        "expected the filter to name {others}", others=" or ".join(("processInstanceKey", *others))
    )


def variable_json(each: Variable) -> dict[str, Any]:
    """A variable as it travels."""
    return {
        "variableKey": str(each.key),
        "scopeKey": str(each.scope_key),
        "processInstanceKey": str(each.root_key),
        "rootProcessInstanceKey": str(each.root_key),
        "name": each.name,
        "value": each.value,
        "isTruncated": False,
        "tenantId": TENANT,
    }


def cut_variable(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same in a search: a long value is cut."""
    value: str = row["value"]
    most = reporting.LONGEST_SHOWN
    return {**row, "value": value[:most], "isTruncated": len(value) > most}
