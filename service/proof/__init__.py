"""Proofs about a bundle's diagrams, over every path and whatever the data may be: pure, no database
and no clock.

`prove` says whether every case can end, no two tokens meet and nothing is drawn in vain;
`prove_rules` whether the rules of the procedure hold; `check_deadlines` whether a clock can run out
with nobody told; `play` shows a counterexample in the engine itself. Past a cap of states nothing
is said to be proved.
"""

from service.proof.bundle import Clock, Proofs, nothing_proved, prove_files
from service.proof.deadlines import check_deadlines
from service.proof.faults import NOT_PROVED
from service.proof.guard import attempt
from service.proof.limits import LimitOf, limits_on, moments_on
from service.proof.net import Move, Verb
from service.proof.replay import Played, play
from service.proof.rule_files import Kind, Rule, read_rules
from service.proof.rules import Verdict, prove_rules
from service.proof.sound import Proof, prove

__all__ = [
    "NOT_PROVED",
    "Clock",
    "Kind",
    "LimitOf",
    "Move",
    "Played",
    "Proof",
    "Proofs",
    "Rule",
    "Verb",
    "Verdict",
    "attempt",
    "check_deadlines",
    "limits_on",
    "moments_on",
    "nothing_proved",
    "play",
    "prove",
    "prove_files",
    "prove_rules",
    "read_rules",
]
