"""A comparison in words, in the language of who reads it: “the final answer is now due in 15
working days, was 30”.

A property that has no words of its own is shown under its path: better dry than left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from service.definitions.compare import Change, Difference, Kind
from service.definitions.compare_phrases import KINDS, OTHERS, PROPERTIES, TYPES, VALUES, WHO
from service.i18n import catalogue
from service.i18n.catalogue import say_many
from service.i18n.languages import LANGUAGES as LANGUAGES
from service.i18n.languages import language_of
from service.sentence import Plurals, fill


def say(change: Change, language: str = "en") -> list[str]:
    """The change in sentences, one for each property that differs."""
    what = catalogue.say(TYPES.get(change.type, change.type), language)
    name = change.name(language_of(language).tag)
    who = _told(WHO["who"], {"what": what, "name": name}, language)
    if change.kind is not Kind.CHANGED:
        return [_told(KINDS[change.kind], {"who": who}, language)]
    return [_sentence(who, difference, change.type, language) for difference in change.what]


def say_all(changes: Iterable[Change], language: str = "en") -> list[str]:
    """What a reader has to know first: moves on the diagram come last."""
    ordered = sorted(changes, key=lambda change: change.kind is Kind.MOVED)
    return [sentence for change in ordered for sentence in say(change, language)]


def _sentence(who: str, difference: Difference, kind: str, language: str) -> str:
    """The sentence of a property: of a new value, of another one, of none any more."""
    (new, another, gone), part = _phrases(difference.property, kind)
    after, before = difference.after, difference.before
    now, then = _said_apart(after, before, language)
    facts = {"who": who, "part": part, "after": now, "before": then}
    template = gone if after is None else new if before is None else another
    return _told(template, facts, language)


def _said_apart(after: str | None, before: str | None, language: str) -> tuple[str, str]:
    """Both values as they would be said; as they are written where two that differ would read the
    same, such as two dates by one clock that differ in what counts until the clock is set."""
    if None not in (after, before) and say_value(after, language) == say_value(before, language):
        until = _say_until_set(after, language), _say_until_set(before, language)
        if "" not in until and until[0] != until[1]:
            return until
        written = VALUES["written"]
        return _told(written, {"text": after}, language), _told(written, {"text": before}, language)
    return say_value(after, language), say_value(before, language, was=after is not None)


def _say_until_set(text: str | None, language: str) -> str:
    """A date by a clock, with what counts until the clock is set; "" for any other value."""
    found = _UNTIL_SET.fullmatch((text or "").strip())
    if not found:
        return ""
    name, then = catalogue.say(found["name"], language), say_value(f"={found['then']}", language)
    return _told(VALUES["until"], {"name": name, "then": then}, language)


def _phrases(path: str, kind: str) -> tuple[tuple[str, ...], str]:
    """The sentences of a property, and the part of its path that they name."""
    if kind == "rule":
        return OTHERS["rule"], path
    for pattern, phrases in PROPERTIES.items():
        found = re.fullmatch(pattern, path)
        if found:
            return phrases, found["part"] if "part" in found.groupdict() else ""
    return OTHERS[""], path


def _told(template: str, facts: Mapping[str, Any], language: str) -> str:
    return fill(catalogue.say(template, language), facts)


_UNITS: Plurals = {
    "Y": ("{n} year", "{n} years"),
    "W": ("{n} week", "{n} weeks"),
    "D": ("{n} day", "{n} days"),
    "TH": ("{n} hour", "{n} hours"),
    "TM": ("{n} minute", "{n} minutes"),
    "M": ("{n} month", "{n} months"),
    "TS": ("{n} second", "{n} seconds"),
}
_WORKING: Plurals = {
    "days": ("in {n} working day", "in {n} working days"),
    "hours": ("in {n} working hour", "in {n} working hours"),
}
_WAS_WORKING: Plurals = {
    "days": ("{n} working day", "{n} working days"),
    "hours": ("{n} working hour", "{n} working hours"),
}
_MOVED = re.compile(r"=\s*working (days|hours) after\(\s*now\(\)\s*,\s*(\d+)\s*\)")
_UNTIL_SET = re.compile(
    r'=\s*if deadline\("(?P<name>[^"]+)"\) = null then (?P<then>.+) else deadline\("(?P=name)"\)'
)
_DATES: Mapping[str, re.Pattern[str]] = {
    "clock": re.compile(
        r'=\s*(?:if deadline\("(?P<tested>[^"]+)"\) = null(?: or .+)? then .+ else '
        r')?deadline\("(?P<name>[^"]+)"\)'
    ),
    "day": re.compile(r'=\s*date and time\(date\((?P<name>\w+)\), time\("[^"]+"\)\)'),
    "at": re.compile(r"=\s*date and time\((?P<name>\w+)\)"),
    "due": re.compile(r"=\s*date and time\((?P<name>\w+)\.dueAt\)"),
    "level": re.compile(r"=\s*situation report due\((?P<name>\w+)\)"),
}
"""Expressions that give a date, by how they are said."""
_PART = re.compile(r"=\s*part of deadline\(\s*[^,()]+,\s*(?P<part>0?\.\d+)\s*\)")
_LATER = re.compile(r'=\s*now\(\)\s*\+\s*duration\("(P[^"]+)"\)')


def say_value(
    text: str | None,
    language: str = "en",
    *,
    was: bool = False,
    names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """A value as it would be said: durations and working days in words, anything else as it is
    written. `was`: the value before, after the new one. `names`: what variables are called."""
    if text is None:
        return ""
    written = text.strip()
    moved = _MOVED.fullmatch(written)
    if moved:
        one, many = (_WAS_WORKING if was else _WORKING)[moved[1]]
        return say_many(one, many, int(moved[2]), language)
    later = _LATER.fullmatch(written)
    length = _length(later[1] if later else written, language)
    if length:
        return _told(VALUES["was" if was else "in"], {"length": length}, language)
    part = _PART.fullmatch(written)
    if part:
        return _told(VALUES["part"], {"share": f"{float(part['part']) * 100:g}"}, language)
    for kind, pattern in _DATES.items():
        found = pattern.fullmatch(written)
        if found and (kind != "clock" or found["tested"] in (None, found["name"])):
            name = found["name"]
            told = names.get(name) or catalogue.say(name, language)
            return _told(VALUES[kind], {"name": told}, language)
    return _told(VALUES["written"], {"text": text}, language)


def _length(text: str, language: str) -> str:
    found = re.fullmatch(r"P((?:\d+[YMWD])*)(?:T((?:\d+[HMS])+))?", text)
    if not found or text in ("P", "PT"):
        return ""
    days = [(unit, number) for number, unit in re.findall(r"(\d+)([YMWD])", found[1] or "")]
    times = [("T" + unit, number) for number, unit in re.findall(r"(\d+)([HMS])", found[2] or "")]
    return " ".join(say_many(*_UNITS[unit], int(number), language) for unit, number in days + times)
