"""What a final answer tells the customer by the policy: where to turn, until when, at which
address.

Only a letter that says all of it counts as the final response (DISP 1.6.2R(1), RG 271.53, 12 CFR
1005.11(d) and their like).
"""

from __future__ import annotations

from collections.abc import Mapping

from service.letters.template import spoken
from service.letters.unfinished import unfinished
from service.policy import Profile

FINAL = "final response"


def rights_of(profile: Profile, language: str) -> str | None:
    """The words of the policy; None where it has none, so that no final answer can be written."""
    text: Mapping[str, str] = (profile.document.get("rights") or {}).get("text", {})
    chosen = spoken(language)
    return text.get(chosen) or (text.get("zh-Hant") if chosen == "zh-Hans" else None)


def tells_rights(profile: Profile, language: str, body: str) -> bool:
    """Whether a letter says all that a final answer says under this policy, and is finished."""
    rights = rights_of(profile, language)
    told = rights is not None and " ".join(rights.split()) in " ".join(body.split())
    return told and not unfinished(body)


def clocks_met(wanted: str, profile: Profile, language: str, body: str) -> str:
    """Those of the clocks (by commas) that a letter meets as it was written."""
    names = [part.strip() for part in wanted.split(",") if part.strip()]
    return ",".join(
        name for name in names if name != FINAL or tells_rights(profile, language, body)
    )
