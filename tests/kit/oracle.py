"""Plays a tree of blocks by its structure alone, to compare the engine with."""

from __future__ import annotations

import itertools
from typing import Any

from tests.kit.blocks import Block, mask


class Oracle:
    """What waits, in the order in which it began to wait, and what happens when a wait is over."""

    def __init__(self, block: Block) -> None:
        self.clock = itertools.count()
        self.root = Scope(self, ("sub", block), None)

    def waiting(self) -> list[str]:
        return sorted(name for _, name, _ in self.root.waits())

    def choices(self) -> list[str]:
        """What can happen with one outcome alone. Two handlers of one event run in one scope; where
        they join, BPMN lets a token of the one go on with a token of the other, which the structure
        does not say."""
        open_ = {name for _, name, run in self.root.waits() if run.would_mix()}
        return [name for name in self.waiting() if name not in open_]

    def happen(self, name: str, nth: int) -> None:
        found = sorted((at, run) for at, each, run in self.root.waits() if each == name)
        found[nth][1].happen(name)
        self.root.settle()

    @property
    def ended(self) -> bool:
        return self.root.done


class Run:
    """A block under way, inside a scope. `parts` are the blocks in it that are running."""

    def __init__(self, oracle: Oracle, block: Block, scope: Scope | None) -> None:
        self.oracle, self.block, self.scope = oracle, block, scope
        self.at = next(oracle.clock)
        self.parts: list[Run] = []
        self.done = False
        self.begin()

    def __lt__(self, other: Run) -> bool:
        return self.at < other.at

    def make(self, block: Block) -> Run:
        return KINDS[block[0]](self.oracle, block, self.scope)

    def begin(self) -> None:
        self.parts = [self.make(part) for part in self.first()]
        self.settle()

    def first(self) -> list[Block]:
        """The blocks that run first."""
        return [self.block[1]]

    def waits(self) -> list[tuple[int, str, Run]]:
        return (
            []
            if self.done
            else [*self.own(), *(wait for part in self.parts for wait in part.waits())]
        )

    def own(self) -> list[tuple[int, str, Run]]:
        return []

    def would_mix(self) -> bool:
        """Whether something would run twice in one scope and join."""
        return False

    def happen(self, name: str) -> None:
        raise NotImplementedError

    def settle(self) -> None:
        """Go on where parts are done."""
        if self.done:
            return
        for part in list(self.parts):
            part.settle()
        self.after()

    def after(self) -> None:
        if all(part.done for part in self.parts):
            self.done = True


class Scope(Run):
    """A block that is done when also what began beside it is done."""

    def __init__(self, oracle: Oracle, block: Block, scope: Scope | None) -> None:
        self.beside: list[Run] = []
        self.body_done = False
        super().__init__(oracle, block, scope)

    def make(self, block: Block) -> Run:
        return KINDS[block[0]](self.oracle, block, self)

    def waits(self) -> list[tuple[int, str, Run]]:
        return (
            []
            if self.done
            else [*super().waits(), *(wait for run in self.beside for wait in run.waits())]
        )

    def settle(self) -> None:
        for run in self.beside:
            run.settle()
        super().settle()

    def after(self) -> None:
        self.body_done = self.is_body_done()
        self.done = self.body_done and all(run.done for run in self.beside)

    def is_body_done(self) -> bool:
        return all(part.done for part in self.parts)


class Task(Run):
    def first(self) -> list[Block]:
        return []

    def begin(self) -> None:
        pass

    def own(self) -> list[tuple[int, str, Run]]:
        return [(self.at, self.block[1], self)]

    def happen(self, name: str) -> None:
        self.done = True

    def settle(self) -> None:
        pass


class Seq(Run):
    def first(self) -> list[Block]:
        self.next = 1
        return self.block[1][:1]

    def after(self) -> None:
        while self.parts[0].done and self.next < len(self.block[1]):
            self.parts = [self.make(self.block[1][self.next])]
            self.next += 1
        self.done = self.parts[0].done


class Xor(Run):
    def first(self) -> list[Block]:
        return [self.block[1][self.block[2] % len(self.block[1])]]


class And(Run):
    def first(self) -> list[Block]:
        return list(self.block[1])


class Or(Run):
    def first(self) -> list[Block]:
        return [part for part, taken in zip(self.block[1], mask(self.block), strict=True) if taken]


class Event(Run):
    def begin(self) -> None:
        self.chosen = False

    def own(self) -> list[tuple[int, str, Run]]:
        return [] if self.chosen else [(self.at, name, self) for name in self.block[2]]

    def happen(self, name: str) -> None:
        self.chosen = True
        self.parts = [self.make(self.block[1][self.block[2].index(name)])]

    def after(self) -> None:
        self.done = self.chosen and self.parts[0].done


class Loop(Scope):
    def first(self) -> list[Block]:
        self.rounds = 0
        return [self.block[1]]

    def is_body_done(self) -> bool:
        while self.parts[0].done and self.rounds < self.block[2]:
            self.rounds += 1
            if self.rounds < self.block[2]:
                self.parts = [self.make(self.block[1])]
        return self.rounds >= self.block[2]


class Many(Run):
    def first(self) -> list[Block]:
        self.started = min(1, self.block[2]) if self.block[3] else self.block[2]
        return [("sub", self.block[1])] * self.started

    def after(self) -> None:
        while all(part.done for part in self.parts) and self.started < self.block[2]:
            self.parts = [self.make(("sub", self.block[1]))]
            self.started += 1
        super().after()


def joins(block: Block) -> bool:
    return block[0] in ("and", "or") or any(
        joins(each)
        for part in block[1:]
        for each in (part if isinstance(part, list) else [part])
        if isinstance(each, tuple)
    )


class Boundary(Run):
    def would_mix(self) -> bool:
        beside = self.scope.beside if self.scope else []
        running = any(run.block == self.block[2] and not run.done for run in beside)
        return not self.block[3] and running and joins(self.block[2])

    def first(self) -> list[Block]:
        self.told = False
        return [("sub", self.block[1])]

    def own(self) -> list[tuple[int, str, Run]]:
        return [] if self.told else [(self.at, self.block[4], self)]

    def happen(self, name: str) -> None:
        handler = self.make(self.block[2])
        if self.block[3]:
            self.told = True
            self.parts = [handler]
        else:
            assert self.scope is not None
            self.scope.beside.append(handler)


class Try(Scope):
    def begin(self) -> None:
        self.failed = False
        super().begin()

    def is_body_done(self) -> bool:
        if self.parts[0].done and self.block[3] and not self.failed:
            self.failed = True
            self.beside = []
            self.parts = [Run.make(self, self.block[2])]
        return self.parts[0].done


class Stop(Scope):
    def first(self) -> list[Block]:
        return [self.block[1], self.block[2]]

    def is_body_done(self) -> bool:
        if self.parts[0].done:
            self.beside = []
        return self.parts[0].done


KINDS: dict[str, Any] = {
    "task": Task,
    "seq": Seq,
    "xor": Xor,
    "and": And,
    "or": Or,
    "event": Event,
    "loop": Loop,
    "sub": Scope,
    "call": Scope,
    "many": Many,
    "boundary": Boundary,
    "try": Try,
    "stop": Stop,
}
