"""Proofs about a bundle's diagrams, over every path and whatever the data may be: pure, no database and no clock.

`prove` says whether every case can end, no two tokens meet and nothing is drawn in vain; `play` shows a counterexample
in the engine itself. Past a cap of states nothing is said to be proved.
"""

from service.proof.bundle import check_proofs, prove_files
from service.proof.net import Move, Verb
from service.proof.replay import Played, play
from service.proof.sound import Proof, prove

__all__ = ["Move", "Played", "Proof", "Verb", "check_proofs", "play", "prove", "prove_files"]
