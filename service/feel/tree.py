"""The tree that a text becomes, and what can be told of it without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BYTES_OF_A_STEP = 128
# Bytes of what a node makes, and of each of its parts in it, as CPython has them.
_MADE = {"list": (56, 40), "context": (184, 100), "range": (96, 0), "function": (400, 0)}


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the tree: what it is, where it stands (line, column), and its parts."""

    kind: str
    at: tuple[int, int]
    parts: tuple[Any, ...] = ()


def price_of(node: Node) -> int:
    """The steps that one round of a part costs: 1 for what people write, more for what goes on for
    pages or makes lists and contexts, which may be kept."""
    return 1 + _size(node) // 16 + _bytes(node) // BYTES_OF_A_STEP


def _bytes(node: Any) -> int:
    """The memory of the lists, contexts, ranges and functions that one round makes, about."""
    if isinstance(node, tuple):
        return sum(_bytes(part) for part in node)
    if not isinstance(node, Node):
        return 0
    base, each = _MADE.get(node.kind, (0, 0))
    return base + each * len(node.parts) + sum(_bytes(part) for part in node.parts)


def _size(node: Any) -> int:
    if isinstance(node, Node):
        return 1 + sum(_size(part) for part in node.parts)
    return sum(_size(part) for part in node) if isinstance(node, tuple) else 0


def mentions(node: Any, name: str) -> bool:
    """Whether a part of the tree reads the name."""
    if isinstance(node, Node):
        return (node.kind == "name" and node.parts[0] == name) or any(
            mentions(part, name) for part in node.parts
        )
    return isinstance(node, tuple) and any(mentions(part, name) for part in node)
