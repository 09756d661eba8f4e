"""What of a redress the law owes. It is no offer: nobody has to accept it, and it is paid as soon
as the finding is made.

What was taken without a ground goes back under every law; a profile's `owed` says what else it
owes, with the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.policy.profiles import Profile

RESTITUTION = "refund"
"""The kind of money that goes back whatever the law of the case is."""
FOUND = frozenset({"upheld", "partly upheld"})
"""Findings by which the bank was wrong. What it gives without one is goodwill."""


def owed_kinds(profile: Profile) -> frozenset[str]:
    """The kinds of money that the regimes of a case owe."""
    return frozenset(
        [
            RESTITUTION,
            *(
                kind
                for regime in profile.together
                for entry in regime.document.get("owed", ())
                for kind in entry["money"]
            ),
        ]
    )


def owed_of(profile: Profile, outcome: Any, parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Of the parts of a decided amount those that the law owes; none where the bank was right."""
    if outcome not in FOUND:
        return {}
    kinds = owed_kinds(profile)
    return {kind: amount for kind, amount in parts.items() if kind in kinds and amount > 0}
