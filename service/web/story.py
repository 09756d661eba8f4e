"""The history of a case as a story: who did what, in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.audit import Event, HistoryRow
from service.cases import CustomerWord
from service.engine import Bundle
from service.i18n.catalogue import chosen, say, say_many
from service.kept import Kept
from service.letters import titles_in
from service.sentence import Words
from service.web.persons import person

SENTENCES: Words = {
    "case:complaint:registered": "registered the complaint",
    "case:instance:cancelled": "cancelled the case: {reason}",
    "case:instance:suspended": "suspended the case: {reason}",
    "case:instance:resumed": "resumed the case: {reason}",
    "case:instance:modified": "repaired the course of the case: {reason}",
    "case:steps:begun": "began “{what}”",
    "case:task:completed": "completed “{what}”",
    "case:task:claimed": "took “{what}”",
    "case:task:released": "gave “{what}” back",
    "case:task:assigned": "gave “{what}” to {to}",
    "case:task:put-aside": "put “{what}” aside: {reason}",
    "case:task:taken-up": "took “{what}” up again",
    "case:comment:added": "said something about the case",
    "case:timer:fired": "time was up: “{what}”",
    "case:message:correlated": "the message {message} arrived",
    "case:incident:raised": "the process could not go on at “{what}”",
    "case:evidence:added": "added {count} to the evidence",
    "case:contact:logged": "entered a contact in the log",
    "case:mail:received": "the customer has written",
    "case:letter:written": "wrote to the customer",
    "case:letter:delivered": "dealt with a letter on paper",
    "case:letter:accepted": "the receiving server took a letter",
    "case:letter:undeliverable": "a letter came back: {reason}",
    "case:report:signed": "signed the investigation report off",
    "case:relation:decided": "decided on {other}: {reason}",
    "case:complaint:escalated": "escalated the complaint: {reason}",
    "case:investigator:reassigned": "handed the case to {to}: {reason}",
    "case:restriction:set": "restricted the case to a list: {reason}",
    "case:restriction:lifted": "lifted the restriction: {reason}",
    "case:reader:admitted": "put {account} on the list of the case: {reason}",
    "case:reader:dismissed": "took {account} off the list of the case",
    "case:glass:broken": "opened the restricted case in an emergency: {reason}",
    "case:hold:set": "set a legal hold: {reason}",
    "case:hold:lifted": "lifted the legal hold: {reason}",
    "case:regime:chosen": "put the complaint under {profiles}: {reason}",
    "case:emergency:linked": "the complaint belongs to an emergency",
    "case:complaint:merged": "merged the complaint into {into}",
    "case:portal:opened": "opened the portal for the customer",
    "case:portal:link-sent": "had a link to the portal sent to the customer",
    "case:portal:link-replaced": "a mail quoted the customer's link, which works no more",
    "case:portal:code-given": "checked who the customer is and gave them a code: {reason}",
    "case:portal:entered": "opened the complaint in the portal",
    "case:portal:helped": "opened the complaint in the portal with the code of {helper}",
    "case:withdrawal:recorded": "recorded that the customer withdraws",
    "case:instance:started": "started the process",
    "case:instance:migrated": (
        "moved the case to another version of the procedure ({version}): {reason}"
    ),
    "case:instance:taken-back": (
        "took the case back to its version of the procedure ({version}): {reason}"
    ),
    "case:clocks:recomputed": "counted the deadlines again by the published calendar",
    "case:complaint:linked": "linked the complaint to another",
    "case:job:completed": "a connected system finished “{what}”",
    "case:job:updated": "changed the work of a connected system at “{what}”",
    "case:job:failed": "a connected system failed at “{what}”",
    "case:job:error-thrown": "a connected system reported an error at “{what}”",
    "case:task:updated": "changed due date or priority of “{what}”",
    "case:signal:caught": "the signal {signal} arrived",
    "case:variables:set": "corrected facts of the case: {reason}",
    "case:money:recovered": "entered that {amount} {currency} came back: {reason}",
    "case:incident:resolved": "let the process go on again: {reason}",
}
"""What is said of an event; the catalogue has each sentence in the other languages."""
_HELPED = "case:portal:helped"
"""Not an event of its own: how a visit is told that somebody of the bank has helped with."""
MESSAGES: Words = {
    "customer-answer": "answered about the outcome",
    "offer-answer": "answered the offer",
    "complaint-withdrawn": "asked to withdraw the complaint",
    "emergency-raised": "the level was raised by rule",
}
"""What is said of the messages that the shipped procedure waits for."""
HOUSE: Words = {
    "clock": "timer",
    "customer": "customer",
    "import": "import",
    "mailbox": "mailbox",
    "operator": "operator",
    "system": "system",
}
"""What acts without being somebody of the bank (`service.identity.HouseRole`)."""
SAID: Words = {
    "answer": "answered our question",
    "information": "added something",
    "opinion": "said what they think of the outcome",
    "withdrawal": "said why they withdraw",
}
"""What a customer did when they wrote."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One step of a case: when, who, what, and what followed from it."""

    at: datetime
    who: str
    what: str
    followed: tuple[str, ...]
    hash: str
    quote: str = ""
    """What the customer wrote, where that is what happened."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a version of the procedure calls its parts, by their ids, in one language. What is
    `unnamed`, a gateway or an element without a name, is not told."""

    elements: Mapping[str, str]
    unnamed: frozenset[str]
    decisions: Mapping[str, str]
    letters: Mapping[str, str]


def story_of(
    history: Iterable[HistoryRow],
    bundle: Bundle,
    language: str,
    words: Iterable[CustomerWord] = (),
) -> list[Sentence]:
    """The story, newest first, with what the customer said where they said it; letters by their
    titles."""
    said = {word.key: word for word in words}
    names = names_of(bundle, language)
    return [
        _quoted(_sentence(row, names, language), said.get(row.subject_key or 0), row, language)
        for row in history
    ][::-1]


def names_of(bundle: Bundle, language: str) -> Names:
    """What a version calls its elements, decisions and letters. A gateway is named by its question
    only: it stands in no story."""
    return _KNOWN.get((bundle.content_hash, language), lambda: _names_of(bundle, language))


def _names_of(bundle: Bundle, language: str) -> Names:
    elements, unnamed = {}, set()
    for process in bundle.processes.values():
        for element in process.elements.values():
            elements[element.id] = (
                chosen(element.names, language, default=element.name) or element.id
            )
            if element.kind.endswith("Gateway") or not element.name:
                unnamed.add(element.id)
    decisions = {
        each.place.id: chosen(each.names, language, default=each.name)
        for model in bundle.decisions.values()
        for each in model.definitions.decisions
    }
    titles = titles_in(bundle.files, content_hash=bundle.content_hash, language=language)
    return Names(elements, frozenset(unnamed), decisions, titles)


_KNOWN: Kept[tuple[str, str], Names] = Kept(64)
"""By the version's content and the language."""


def _quoted(
    sentence: Sentence, word: CustomerWord | None, row: HistoryRow, language: str
) -> Sentence:
    if word is None or row.event != Event.MAIL_RECEIVED:
        return sentence
    return replace(sentence, what=say(SAID[word.kind], language), quote=word.body)


def _followed(moved: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    """By name: the decisions and letters of a step, and the last three elements that it entered."""
    followed = [
        names.decisions.get(each["decision"], each["decision"])
        for each in moved.get("decisions", ())
    ]
    followed += [
        f"✉ {names.letters.get(name, name.replace('-', ' '))}"
        for name, _ in moved.get("letters", ())
    ]
    entered = [
        names.elements[element]
        for _, element in moved.get("entered", ())
        if element in names.elements and element not in names.unnamed
    ]
    return (*followed, *entered[-3:])


def _sentence(row: HistoryRow, names: Names, language: str) -> Sentence:
    details: dict[str, Any] = dict(row.details)
    element, to = details.get("element", ""), person(details.get("to"))
    facts = defaultdict(str, details) | {
        "what": names.elements.get(element, details.get("name") or element),
        "to": to,
        "count": say_many("{n} file", "{n} files", len(details.get("evidence", ())), language),
        "version": details.get("version") or to,
    }
    plain = MESSAGES.get(str(facts["message"])) if row.event == Event.MESSAGE_CORRELATED else None
    event = _HELPED if row.event == Event.PORTAL_ENTERED and details.get("helper") else row.event
    template = say(plain or SENTENCES.get(event, event), language)
    return Sentence(
        row.at,
        who_of(row.actor, language),
        _filled(template, facts),
        _followed(details.get("moved", {}), names),
        row.hash,
    )


def who_of(actor: str, language: str) -> str:
    """An account by its name; what acts without being somebody of the bank in words."""
    return say(HOUSE[actor], language) if actor in HOUSE else person(actor)


def _filled(template: str, facts: Mapping[str, Any]) -> str:
    """The sentence; without the colon before a reason that nobody gave."""
    said = template if facts["reason"] else re.sub(r"\s*[：:]\s*\{reason\}$", "", template)
    return said.format_map(facts)
