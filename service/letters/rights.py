"""What letters have to say by the policy, word for word: in an acknowledgement the time limits, in
a word of delay the right to turn to the ombudsman, in a final answer where to turn, until when, at
which address.

Only a letter that says all of it counts as the final response (DISP 1.6.2R(1), RG 271.53, 12 CFR
1005.11(d) and their like).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.letters.template import spoken
from service.letters.unfinished import unfinished
from service.policy import RIGHTS, Profile, blocks_of

FINAL = "final response"
BLOCKS: Mapping[str, str] = {
    "acknowledgement": "acknowledgement",
    "holding": "delay",
    "extension": "delay",
    "summary-resolution": "summary",
    "outcome": RIGHTS,
    "deadlock": RIGHTS,
}
"""Which block a letter has to have, by its template. A policy may have none for some."""
DATE = "{final_response}"
"""Where a block names the date by which the customer is answered."""


def rights_of(profile: Profile, language: str) -> str | None:
    """The words of the policy, under each regime of the case; None where its leading one has none,
    so that no final answer can be written."""
    return block_of(profile, RIGHTS, language)


def block_of(profile: Profile, block: str, language: str, *, until: str = "") -> str | None:
    """The words of a block under each regime of the case, a paragraph each; None where the leading
    one has none. `until` is the date by which the customer is answered."""
    texts = list(_texts(profile, block, language))
    if not texts:
        return None
    return "\n\n".join(dict.fromkeys(texts)).replace(DATE, until)


def _texts(profile: Profile, block: str, language: str) -> Iterator[str]:
    for each in profile.together:
        text: Mapping[str, str] = dict(blocks_of(each.document)).get(block, {}).get("text", {})
        chosen = spoken(language)
        told = text.get(chosen) or (text.get("zh-Hant") if chosen == "zh-Hans" else None)
        if told:
            yield told
        elif each is profile:
            return


def says(block: str | None, body: str) -> bool:
    """Whether a letter has a block whole, however its lines are broken."""
    return block is not None and " ".join(block.split()) in " ".join(body.split())


def tells_rights(profile: Profile, language: str, body: str) -> bool:
    """Whether a letter says all that a final answer says under this policy, and is finished."""
    return says(rights_of(profile, language), body) and not unfinished(body)


def clocks_met(wanted: str, profile: Profile, language: str, body: str) -> str:
    """Those of the clocks (by commas) that a letter meets as it was written."""
    names = [part.strip() for part in wanted.split(",") if part.strip()]
    return ",".join(
        name for name in names if name != FINAL or tells_rights(profile, language, body)
    )
