"""Which regime governs a case and why, as the page of the case shows it."""

from __future__ import annotations

from dataclasses import dataclass

from service.cases import Complaint
from service.execution import Runtime
from service.i18n.catalogue import chosen, say
from service.identity import Permission
from service.policy import Ground, Profile
from service.sentence import Sentence, Words
from service.web.edge import actor
from service.web.persons import person

WHY: Words = {
    Ground.TABLE: "chosen by the decision table ({rules}): {reason}",
    Ground.DEFAULT: "the installation's own profile",
    Ground.STRICTEST: (
        "no row of the decision table matched, so the strictest of the enabled regimes governs"
    ),
    Ground.PERSON: "chosen by {by}: {reason}",
    Ground.KEPT: "kept from before regimes were chosen case by case",
}


@dataclass(frozen=True, slots=True)
class RegimeShown:
    """Names of the regimes, the leading one first, and the reason in words; `choices` are what the
    reader may choose, by id, empty where they may not."""

    names: tuple[tuple[str, str], ...]
    why: str
    choices: tuple[tuple[str, str], ...]


def regime_of(complaint: Complaint, runtime: Runtime, language: str) -> RegimeShown:
    """In the reader's language."""
    record = complaint.regime or {"ground": Ground.KEPT.value}
    facts = {"rules": record.get("rules") or ["—"], "by": person(record.get("by")) or "—"}
    reason = say(record.get("reason") or "—", language)
    sentence = Sentence(WHY[Ground(record["ground"])], **facts, reason=reason)
    enabled = runtime.choices
    may = complaint.status == "open" and actor().may(Permission.CHOOSE_REGIMES)
    return RegimeShown(
        tuple(_named(each, language) for each in runtime.profile_of(complaint).together),
        say(sentence, language),
        tuple(_named(each, language) for each in enabled) if may and len(enabled) > 1 else (),
    )


def _named(profile: Profile, language: str) -> tuple[str, str]:
    names = profile.document.get("name", {})
    return profile.id, chosen(names, language, default=names.get("en", profile.id))
