"""A tree of hashes over many leaves (RFC 6962, 2.1): its root stands for all of them, and a path of
a few hashes shows that one of them is among them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf: marked, so that no inner node passes for one."""
    return sha256(b"\x00" + content).digest()


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """The root over the hashes of leaves; that of none is the hash of nothing."""
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def proof_of(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """The way from one leaf to the root: at each step on which side the other hash stands, and the
    hash. A leaf that has no other on its level goes up as it is."""
    path: list[tuple[str, bytes]] = []
    level = list(leaves)
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            path.append(("left" if other < index else "right", level[other]))
        level, index = _above(level), index // 2
    return path


def climb(leaf: bytes, path: Sequence[tuple[str, bytes]]) -> bytes:
    """The root that a path leads to from a leaf."""
    here = leaf
    for side, other in path:
        here = _node(other, here) if side == "left" else _node(here, other)
    return here


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + level[-1:] if len(level) % 2 else pairs


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
