"""Modifying a process instance, with the path and fields of Camunda 8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from service import operations
from service.api.operation import Call, operation
from service.api.shapes import Key, Sent, Variables
from service.db import element_of
from service.engine.commands import Activate, Modify, Move, Which
from service.errors import InvalidInput
from service.identity import Permission

Element = Annotated[str, Field(min_length=1, max_length=200)]
AncestorKey = Annotated[str, Field(pattern=r"^(-1|[0-9]{1,19})$", examples=["-1"])]
"""-1: the one instance that there is of the scope around the element."""


class VariablesGiven(Sent):
    """Variables for a scope: the element itself, a sub-process around it, or, with none named, the
    whole process."""

    variables: Variables
    scope_id: Annotated[str, Field(max_length=200)] = ""


class Activation(Sent):
    """An element to put a token on."""

    element_id: Element
    ancestor_element_instance_key: AncestorKey = "-1"
    variable_instructions: Annotated[tuple[VariablesGiven, ...], Field(max_length=100)] = ()


class SourceById(Sent):
    """Every active instance of an element."""

    source_type: Literal["byId"] = "byId"
    source_element_id: Element


class SourceByKey(Sent):
    """One element instance."""

    source_type: Literal["byKey"] = "byKey"
    source_element_instance_key: Key


class DirectAncestor(Sent):
    """The scope with that key, or with -1 the one that there is."""

    ancestor_scope_type: Literal["direct"]
    ancestor_element_instance_key: AncestorKey


class FoundAncestor(Sent):
    """The innermost scope around source and target, or the scope that the source stands in."""

    ancestor_scope_type: Literal["inferred", "sourceParent"]


class TokenMove(Sent):
    """Element instances to end, and the element that a token is put on for each."""

    source_element_instruction: SourceById | SourceByKey
    target_element_id: Element
    ancestor_scope_instruction: DirectAncestor | FoundAncestor | None = None
    variable_instructions: Annotated[tuple[VariablesGiven, ...], Field(max_length=100)] = ()


class EndById(Sent):
    """Every active instance of an element."""

    element_id: Element


class EndByKey(Sent):
    """One element instance."""

    element_instance_key: Key


class Modification(Sent):
    """What to activate, to move and to end. `reason` is for the history."""

    activate_instructions: Annotated[tuple[Activation, ...], Field(max_length=1_000)] = ()
    move_instructions: Annotated[tuple[TokenMove, ...], Field(max_length=1_000)] = ()
    terminate_instructions: Annotated[tuple[EndById | EndByKey, ...], Field(max_length=1_000)] = ()
    reason: Annotated[str, Field(min_length=1, max_length=500)] = "modified through the API"
    operation_reference: int | None = None


@operation(
    "POST /v2/process-instances/{processInstanceKey}/modification",
    may=Permission.MODIFY_INSTANCES,
    takes=Modification,
)
def modify_instance(call: Call, key: int, sent: Modification) -> None:
    """Activate elements, move tokens and end element instances of a process instance, all of it or
    nothing."""
    command = Modify(
        tuple(
            _activation(
                key, each.element_id, each.ancestor_element_instance_key, each.variable_instructions
            )
            for each in sent.activate_instructions
        ),
        tuple(_move(key, each) for each in sent.move_instructions),
        tuple(
            Which(element_id=each.element_id)
            if isinstance(each, EndById)
            else _one(key, each.element_instance_key)
            for each in sent.terminate_instructions
        ),
    )
    operations.modify_instance(
        call.runtime, key, command, reason=sent.reason, actor=call.actor, now=call.now
    )


def _one(root_key: int, key: str) -> Which:
    """The element instance with that key. Raises InvalidInput for one of another process
    instance."""
    return Which(_engine_id(root_key, key, whole=False))


def _engine_id(root_key: int, key: str, *, whole: bool) -> str:
    owner, engine_id = element_of(int(key))
    if owner != root_key or not (engine_id or whole):
        raise InvalidInput(
            "expected the key of an element instance of {root_key}, got {key}",
            root_key=root_key,
            key=key,
        )
    return engine_id


def _activation(
    root_key: int, element_id: str, ancestor: str, given: Sequence[VariablesGiven]
) -> Activate:
    within = None if ancestor == "-1" else _engine_id(root_key, ancestor, whole=True)
    return Activate(element_id, within, tuple((each.scope_id, each.variables) for each in given))


def _move(root_key: int, sent: TokenMove) -> Move:
    source, scope = sent.source_element_instruction, sent.ancestor_scope_instruction
    which = (
        Which(element_id=source.source_element_id)
        if isinstance(source, SourceById)
        else _one(root_key, source.source_element_instance_key)
    )
    ancestor = scope.ancestor_element_instance_key if isinstance(scope, DirectAncestor) else "-1"
    to = _activation(root_key, sent.target_element_id, ancestor, sent.variable_instructions)
    if isinstance(scope, FoundAncestor):
        return Move(
            which, to, "parent" if scope.ancestor_scope_type == "sourceParent" else "inferred"
        )
    return Move(which, to)
