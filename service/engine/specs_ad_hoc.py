"""Ad-hoc sub-processes: what is in one begins by a list, or when somebody asks for it, in any order
and as often as wanted (BPMN 2.0.2, 10.3.5; as in Camunda 8).

The body stands for the sub-process as a whole: its variables, the events on its border, what is
collected. Each element that begins is an instance with a scope of its own, like one of a
multi-instance activity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec

from service.bpmn import model
from service.engine import commands as q
from service.engine.errors import EngineError
from service.engine.scope import (
    apply_inputs,
    apply_outputs,
    is_true,
    levels,
    plain,
    set_variables,
    shown,
    value_of,
    write,
)
from service.engine.specs import Node
from service.engine.token import READY, STARTED, WAITING, Token
from service.feel import to_json


class AdHoc(Node, BpmnTaskSpec):  # type: ignore[misc]
    """The sub-process as a whole. `task_spec` is the name of the spec of its instances,
    `ad_hoc` what makes it one.

    As long as it is active its token keeps `choose`: somebody may begin something in it.
    """

    is_body = True
    task_spec: str
    ad_hoc: model.AdHoc

    def begin(self, task: Token) -> None:
        if "hear" not in task.internal_data:
            apply_inputs(task, self.element.inputs)
        collected = self.ad_hoc.output_collection
        if collected:
            write(task.game, (task.data, task.id), {collected: []})

    def _update_hook(self, my_task: Token) -> bool:
        names = self._wanted(my_task)
        my_task.internal_data["choose"] = True
        my_task._set_state(STARTED)
        for name in names:
            self.start(my_task, name, {})
        return False

    def _wanted(self, task: Token) -> list[str]:
        """The ids in the list of what begins at once. Raises EngineError for what is no such list,
        and for what cannot begin."""
        active = self.ad_hoc.active
        if active is None:
            return []
        found = to_json(value_of(task, active))
        if not isinstance(found, list):
            raise EngineError(
                "expression-null",
                self.element_id,
                "expected {source!r} to be a list of ids of elements, got {found}",
                source=active.source,
                found=shown(found),
            )
        task.game.check_tokens(self, len(found))
        for name in found:
            self.check(name)
        return found

    def check(self, name: Any) -> None:
        """Raises EngineError("not-ad-hoc") for what cannot begin here."""
        known = [each.id for each in self.process.choices(self.element_id)]
        if name not in known:
            raise EngineError(
                "not-ad-hoc",
                self.element_id,
                "expected one of {known} to begin in {id}, got {name}",
                known=known,
                id=self.element_id,
                name=shown(name),
            )

    def start(self, task: Token, name: str, variables: Mapping[str, Any]) -> None:
        """Begin an element."""
        specs = self._wf_spec.task_specs
        child = task._add_child(specs[self.task_spec], WAITING)
        child.triggered = True
        child.internal_data["key_or_index"] = name
        inside = task.game.bundle.specs[specs[self.task_spec].spec].task_specs
        split = f"{name}.BoundaryEventSplit"
        child.internal_data["begin"] = [split if split in inside else name, None]
        if variables:
            write(task.game, (child.data, child.id), dict(variables))
        child.task_spec._update(child)

    def merge_child(self, workflow: Any, child: Token) -> None:
        """An instance is over: take its output while its variables are still there, and see whether
        all of it is done."""
        body, ad_hoc = child.parent, self.ad_hoc
        if ad_hoc.output_collection and ad_hoc.output_element is not None:
            made = to_json(value_of(child, ad_hoc.output_element))
            results = [*body.data[ad_hoc.output_collection], made]
            write(body.game, (body.data, body.id), {ad_hoc.output_collection: results})
        left = len(body._children) - (child.id in body._children)
        if ad_hoc.completion is not None:
            if not is_true(body, ad_hoc.completion, "the completion condition"):
                return
            if ad_hoc.cancels:
                cancel_instances(body, but=child)
                left = 0
        if not left:
            body._set_state(READY)

    def _on_complete_hook(self, my_task: Token) -> None:
        state, element, game = my_task.internal_data, self.element, my_task.game
        state.pop("choose", None)
        name = self.ad_hoc.output_collection
        if element.outputs and not state.get("mapped"):
            apply_outputs(my_task, element.outputs, {})
        if name:
            set_variables(game, levels(my_task)[1:], {name: my_task.data[name]})
        super()._on_complete_hook(my_task)


def begin(game: Any, command: q.Begin) -> None:
    """Begin elements in an ad-hoc sub-process. Raises EngineError("ad-hoc-gone") where it is not
    active, "not-ad-hoc" for what cannot begin in it."""
    game.subprocesses.find(command.id)
    token = game.index.get(command.id)
    body: Token | None = token and (token.body or token)
    if body is None or "choose" not in body.internal_data:
        raise EngineError(
            "ad-hoc-gone", "", "There is no active ad-hoc sub-process with that key in this case."
        )
    spec = body.task_spec
    for name, _ in command.elements:
        spec.check(name)
    game.check_tokens(spec, len(command.elements))
    if command.cancel_others:
        cancel_instances(body)
    for name, variables in command.elements:
        spec.start(body, name, plain(variables))


def cancel_instances(body: Token, but: Token | None = None) -> None:
    """End what is active in an ad-hoc sub-process."""
    for child in body.children:
        if child is not but:
            child.cancel()
