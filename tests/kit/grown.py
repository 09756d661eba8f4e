"""Sound models of any size, grown from blocks by a seed, and the faults that are planted in
them."""

from __future__ import annotations

import itertools
import random
import re

from service.bpmn.model import Process
from service.engine.parts import read_parts
from tests.kit.blocks import Block, Drawer, named
from tests.kit.drawing import draw

KINDS = ("xor", "and", "or", "event", "loop", "sub", "call", "many", "boundary", "try", "stop")


def grow(size: int, seed: int) -> tuple[list[str], int]:
    """The drawings of a model of about `size` elements, and how many it has."""
    chance = random.Random(f"{size}:{seed}")
    parts: list[Block] = [("task",)]
    while True:
        parts.append(_block(chance, 3))
        drawings = draw_blocks(("seq", parts))
        count = count_elements(drawings)
        if count >= size:
            return drawings, count


def grow_faulty(size: int, seed: int, fault: str) -> list[str]:
    """A model that was sound until a fault was put in the place of one of its tasks."""
    chance = random.Random(f"{size}:{seed}:{fault}")
    parts: list[Block] = [("task",)]
    while count_elements(draw_blocks(("seq", parts))) < size:
        parts.append(_block(chance, 2))
    return draw_blocks(_planted(("seq", parts), fault, chance))


def _planted(block: Block, fault: str, chance: random.Random) -> Block:
    """The block with the fault in it, any part of the tree as likely as the other."""
    at = [index for index, part in enumerate(block) if isinstance(part, tuple | list) and part]
    if not at or (block[0] in ("and", "or", "event") and chance.random() < 0.3):
        return ("fault", fault)
    index = chance.choice(at)
    if block[0] == "stop":
        index = 1  # what a terminate end cuts short need not end
    if block[0] == "boundary" and fault == "sound-no-exit":
        index = 2  # what an event interrupts has that way out
    part = block[index]
    if isinstance(part, tuple):
        return (*block[:index], _planted(part, fault, chance), *block[index + 1 :])
    inner = chance.randrange(len(part))
    changed = [*part[:inner], _planted(part[inner], fault, chance), *part[inner + 1 :]]
    return (*block[:index], changed, *block[index + 1 :])


FAULTS = {
    "sound-deadlock": """exclusiveGateway A
        userTask B
        parallelGateway badJoin
        S -> A
        A -> B if x = 1
        A -> badJoin default
        B -> badJoin""",
    "sound-lack-of-synchronisation": """parallelGateway A
        userTask B
        exclusiveGateway C
        userTask badTask
        endEvent D
        S -> A -> B -> C -> badTask -> D
        A -> C""",
    "sound-end-reached-twice": """parallelGateway A
        userTask B
        userTask C
        endEvent badEnd
        S -> A -> B -> badEnd
        A -> C -> badEnd""",
    "sound-uncaught-error": """exclusiveGateway A
        userTask B
        endEvent badError error=unheard
        S -> A
        A -> B if x = 1
        A -> badError default""",
    "sound-no-exit": """exclusiveGateway A
        userTask B
        intermediateCatchEvent badLoop message=m key==1
        S -> A
        A -> B if x = 1
        A -> badLoop default
        badLoop -> badLoop""",
    "sound-dead-element": """scriptTask A "script==1" result=y
        boundaryEvent badEvent on=A timer=PT1H
        userTask B
        S -> A -> B
        badEvent -> B""",
}
"""Each code with an inside of a sub-process that has the fault, and nothing else. The bad element
is `bad…`."""


class FaultyDrawer(Drawer):
    """Draws faults, too."""

    def draw_fault(self, block, lines, flows):
        name = self.new("sub")
        text = re.sub(r"\b([ABCDS])\b", lambda found: f"{name}{found[1]}", FAULTS[block[1]])
        lines += [f"subProcess {name} {{", f"startEvent {name}S", *text.splitlines(), "}"]
        return name, name


def draw_blocks(block: Block) -> list[str]:
    drawer = FaultyDrawer()
    return [drawer.process("p", named(block, itertools.count(1))), *drawer.called]


def count_elements(drawings: list[str]) -> int:
    kinds = re.compile(r"^(\w+(Task|Gateway|Event|Activity|Process)) ", re.MULTILINE)
    return sum(len(kinds.findall(drawing)) for drawing in drawings)


def processes_of(drawings: list[str]) -> dict[str, Process]:
    parts, problems = read_parts({f"{at}.bpmn": draw(text) for at, text in enumerate(drawings)})
    assert [each for each in problems if each.severity == "error"] == []
    return parts.processes


def _block(chance: random.Random, depth: int) -> Block:
    kind = chance.choice(KINDS) if depth and chance.random() < 0.75 else "task"

    def inner() -> Block:
        return _block(chance, depth - 1)

    def several() -> list[Block]:
        return [inner() for _ in range(chance.randint(2, 3))]

    match kind:
        case "xor":
            return ("xor", several(), chance.randint(0, 2))
        case "and":
            return ("and", several())
        case "or":
            return ("or", several(), chance.randint(1, 7))
        case "event":
            return ("event", several())
        case "loop":
            return ("loop", inner(), chance.randint(1, 3))
        case "sub" | "call":
            return (kind, inner())
        case "many":
            return ("many", inner(), chance.randint(1, 3), chance.random() < 0.5)
        case "boundary" | "try":
            return (kind, inner(), inner(), chance.random() < 0.5)
        case "stop":
            return ("stop", inner(), inner())
        case _:
            return ("task",)
