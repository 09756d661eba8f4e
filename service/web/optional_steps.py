"""Optional steps: what somebody who works on a case may begin in its ad-hoc sub-processes."""

from __future__ import annotations

from dataclasses import dataclass

from service.engine import Bundle, OpenChoice, open_choices
from service.i18n.catalogue import chosen
from service.identity import Permission
from service.instances import Instance
from service.web.edge import actor, language


@dataclass(frozen=True, slots=True)
class OptionalSteps:
    """The steps of one ad-hoc sub-process by their ids and names. `within` is the engine's id of
    it."""

    title: str
    within: str
    steps: tuple[tuple[str, str], ...]


def optional_steps(instance: Instance, bundle: Bundle) -> list[OptionalSteps]:
    """What may begin in a case, for who may begin it; nothing while it is suspended."""
    if not actor().may(Permission.BEGIN_STEPS) or instance.suspended_at is not None:
        return []
    return [_shown(bundle, each) for each in open_choices(bundle, instance.engine_state)]


def _shown(bundle: Bundle, choice: OpenChoice) -> OptionalSteps:
    known = bundle.processes[choice.process_id].elements

    def name(element_id: str) -> str:
        element = known[element_id]
        return chosen(element.names, language(), default=element.name) or element_id

    steps = tuple((each, name(each)) for each in choice.elements)
    return OptionalSteps(name(choice.element_id), choice.id, steps)
