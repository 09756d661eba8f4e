"""Which user tasks of a bundle would be decided blind: what they need, against what they show."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from service.bpmn.briefing import PROPERTY, read_briefing
from service.builtins.functions import FUNCTIONS
from service.definitions import COMPLAINT_PROCESS
from service.engine import Bundle
from service.engine.parts import Parts, read_parts
from service.errors import Problem
from service.letters.check import letter_variables
from service.operations.start import STARTS_WITH
from service.proof.briefing import ABOUT, cards_of, check_briefings
from service.proof.briefing_needs import Derivation, derivation_of
from service.proof.briefing_reads import Known


def find_blind(files: Mapping[str, bytes]) -> list[Problem]:
    """Every problem of the briefings in a bundle without errors."""
    return check_briefings(needs_of(read_parts(files)[0], files))


def needs_of(parts: Parts, files: Mapping[str, bytes]) -> Derivation:
    """What the user tasks of a bundle have to show. `redress.briefing` says how they do."""
    known = Known(parts.forms, parts.decisions, letter_variables(files), frozenset(FUNCTIONS))
    return derivation_of(
        parts.processes, known, about=ABOUT, starts={COMPLAINT_PROCESS: STARTS_WITH}
    )


MOST_KEPT = 2_000
_kept: OrderedDict[tuple[str, str, str], tuple[str, ...]] = OrderedDict()
_lock = Lock()
"""The cards of tasks by the content of their bundle: derived once, and read by every page."""


def briefing_of(bundle: Bundle, process: str, element: str) -> tuple[str, ...]:
    """The cards of a user task, its owner's or those its needs are derived to. None for an element
    that the bundle does not have."""
    key = (bundle.content_hash, process, element)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    model = bundle.models.get(process)
    owner = model.elements.get(element) if model is not None else None
    if owner is None:
        return ()
    if PROPERTY in owner.properties:
        cards = read_briefing(owner.properties[PROPERTY]).cards
    else:
        parts = Parts(dict(bundle.models), dict(bundle.decisions), dict(bundle.forms))
        cards = cards_of(needs_of(parts, bundle.files), process, owner)
    with _lock:
        _kept[key] = cards
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return cards
