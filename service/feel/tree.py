"""The tree that a text becomes, and what can be told of it without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the tree: what it is, where it stands (line, column), and its parts."""

    kind: str
    at: tuple[int, int]
    parts: tuple[Any, ...] = ()


def price_of(node: Node) -> int:
    """The steps that one round of a part costs: 1 for what people write, more for what goes on for
    pages."""
    return 1 + _size(node) // 16


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
