"""What the pages of migrations call things, and why a case cannot go on in another version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.definitions.compare_phrases import TYPES
from service.i18n.catalogue import say
from service.sentence import Sentence, Words

PLANS: Words = {
    "drawn up": "drawn up",
    "trying": "being tried",
    "tried": "tried",
    "running": "under way",
    "stopped": "stopped",
    "done": "carried out",
    "reverting": "being taken back",
    "reverted": "taken back",
    "dropped": "dropped",
}
"""What the states of a plan are called; the catalogue has each in the other languages."""
CASES: Words = {
    "fits": "can be moved",
    "stuck": "cannot be moved",
    "moved": "moved",
    "refused": "could not be moved",
    "gone": "ended, or in another version",
    "back": "back in its version",
    "kept": "has gone on, and stays",
}
EVENTS: Words = {
    "migration:plan:drawn-up": "drew the plan up",
    "migration:plan:edited": "changed the mapping",
    "migration:plan:try": "had it tried",
    "migration:plan:start": "started it",
    "migration:plan:stop": "stopped it",
    "migration:plan:go-on": "let it go on",
    "migration:plan:revert": "had it taken back",
    "migration:plan:drop": "dropped it",
    "migration:cases:tried": "every case was tried",
    "migration:cases:done": "every case was gone through",
    "migration:cases:reverted": "what had not gone on was taken back",
}
WHYS: Words = {
    "same form": "proposed: same form",
    "same process called": "proposed: same process called",
    "same job": "proposed: same job",
    "same name": "proposed: same name",
    "same event": "proposed: same event",
    "same neighbours": "proposed: same neighbours",
    "same lane": "proposed: same lane",
}


def say_obstacles(text: str, names: Mapping[str, str], language: str) -> str:
    """What the note of a case says; elements by their names, and what they are in words."""
    return say(_named(text, names), language)


def _named(text: str, names: Mapping[str, str]) -> str:
    if not isinstance(text, Sentence) or not text.facts:
        return text
    return Sentence(
        text.template, **{name: _fact(value, names) for name, value in text.facts.items()}
    )


def _fact(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Sentence):
        return _named(value, names)
    if not isinstance(value, str):
        return value
    return names.get(value) or Sentence(TYPES.get(value, value))
