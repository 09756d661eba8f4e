"""Random structured processes: a tree of blocks, drawn for the engine, and played by an oracle of
its own.

A block is a tuple: its kind, then its parts. The oracle knows nothing of tokens: each block keeps
which of its parts are running, so a join is simply "all parts are done".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Block = tuple[Any, ...]


def blocks() -> st.SearchStrategy[Block]:
    """Processes of up to a dozen or so tasks."""
    small = st.integers(0, 2)
    return st.recursive(
        st.just(("task",)),
        lambda inner: st.one_of(
            st.tuples(st.just("seq"), st.lists(inner, min_size=2, max_size=3)),
            st.tuples(st.just("xor"), st.lists(inner, min_size=2, max_size=3), small),
            st.tuples(st.just("and"), st.lists(inner, min_size=2, max_size=3)).map(followed),
            st.tuples(
                st.just("or"), st.lists(inner, min_size=2, max_size=3), st.integers(1, 7)
            ).map(followed),
            st.tuples(st.just("event"), st.lists(inner, min_size=2, max_size=3)),
            st.tuples(st.just("loop"), inner, st.integers(1, 3)),
            st.tuples(st.just("sub"), inner),
            st.tuples(st.just("call"), inner),
            st.tuples(st.just("many"), inner, st.integers(0, 3), st.booleans()),
            st.tuples(st.just("boundary"), inner, inner, st.booleans()),
            st.tuples(st.just("try"), inner, inner, st.booleans()),
            st.tuples(st.just("stop"), inner, inner),
        ),
        max_leaves=7,
    )


def followed(block: Block) -> Block:
    """A join that opens early can only be seen where something waits behind it."""
    return ("seq", [block, ("task",)])


class Drawer:
    """Block → drawing, and the block again with the ids of its waits."""

    def __init__(self) -> None:
        self.count = itertools.count(1)
        self.called: list[str] = []

    def process(self, name: str, block: Block) -> str:
        lines, flows = ["startEvent start"], []
        first, last = self.draw(block, lines, flows)
        body = "\n".join([*lines, "endEvent end", *flows, f"start -> {first}", f"{last} -> end"])
        return f"process {name} {{\n{body}\n}}"

    def new(self, kind: str) -> str:
        return f"{kind}{next(self.count)}"

    def draw(self, block: Block, lines: list[str], flows: list[str]) -> tuple[str, str]:
        return getattr(self, f"draw_{block[0]}")(block, lines, flows)

    def draw_task(self, block, lines, flows):
        lines.append(f"userTask {block[1]}")
        return block[1], block[1]

    def draw_seq(self, block, lines, flows):
        ends = [self.draw(part, lines, flows) for part in block[1]]
        flows += [f"{before[1]} -> {after[0]}" for before, after in itertools.pairwise(ends)]
        return ends[0][0], ends[-1][1]

    def branches(self, block, lines, flows, split, join, conditions):
        fork, merge = self.new("fork"), self.new("merge")
        lines += [f"{split} {fork}", f"{join} {merge}"]
        for part, condition in zip(block[1], conditions, strict=True):
            first, last = self.draw(part, lines, flows)
            flows += [f"{fork} -> {first}{condition}", f"{last} -> {merge}"]
        return fork, merge

    def draw_xor(self, block, lines, flows):
        conditions = [f" if {at} = {block[2] % len(block[1])}" for at in range(len(block[1]))]
        return self.branches(
            block, lines, flows, "exclusiveGateway", "exclusiveGateway", conditions
        )

    def draw_and(self, block, lines, flows):
        return self.branches(
            block, lines, flows, "parallelGateway", "parallelGateway", [""] * len(block[1])
        )

    def draw_or(self, block, lines, flows):
        conditions = [f" if {str(taken).lower()}" for taken in mask(block)]
        return self.branches(
            block, lines, flows, "inclusiveGateway", "inclusiveGateway", conditions
        )

    def draw_event(self, block, lines, flows):
        fork, merge = self.new("wait"), self.new("merge")
        lines += [f"eventBasedGateway {fork}", f"exclusiveGateway {merge}"]
        for part, name in zip(block[1], block[2], strict=True):
            lines.append(f"intermediateCatchEvent {name} message={name} key==1")
            first, last = self.draw(part, lines, flows)
            flows += [f"{fork} -> {name} -> {first}", f"{last} -> {merge}"]
        return fork, merge

    def scope(
        self, block, lines, marks="", wrap=lambda lines, flows, first, last: [f"start -> {first}"]
    ):
        name = self.new("sub")
        inner, flows = [], []
        first, last = self.draw(block, inner, flows)
        start = self.new("start")
        flows += [flow.replace("start", start, 1) for flow in wrap(inner, flows, first, last)]
        lines += [f"subProcess {name} {marks} {{", f"startEvent {start}", *inner, *flows, "}"]
        return name

    def draw_sub(self, block, lines, flows):
        name = self.scope(block[1], lines)
        return name, name

    def draw_loop(self, block, lines, flows):
        def wrap(inner, inner_flows, first, last):
            merge, count, again, over = (
                self.new(kind) for kind in ("merge", "count", "again", "over")
            )
            inner += [
                f"exclusiveGateway {merge}",
                f'scriptTask {count} "script==rounds + 1" result=rounds',
                f"exclusiveGateway {again}",
                f"endEvent {over}",
            ]
            inner_flows += [
                f"{merge} -> {first}",
                f"{last} -> {count} -> {again}",
                f"{again} -> {merge} if rounds < {block[2]}",
                f"{again} -> {over} default",
            ]
            return [f"start -> {merge}"]

        name = self.scope(block[1], lines, "in.rounds==0", wrap)
        return name, name

    def draw_call(self, block, lines, flows):
        name, process = self.new("call"), self.new("process")
        self.called.append(self.process(process, block[1]))
        lines.append(f"callActivity {name} calls={process}")
        return name, name

    def draw_many(self, block, lines, flows):
        items = list(range(block[2]))
        name = self.scope(
            block[1], lines, f'"each=={items}" item=item' + (" sequential" if block[3] else "")
        )
        return name, name

    def draw_boundary(self, block, lines, flows):
        name, merge = self.scope(block[1], lines), self.new("merge")
        mark = "" if block[3] else "interrupting=no"
        lines += [
            f"boundaryEvent {block[4]} on={name} message={block[4]} key==1 {mark}",
            f"exclusiveGateway {merge}",
        ]
        first, last = self.draw(block[2], lines, flows)
        flows += [f"{name} -> {merge}", f"{block[4]} -> {first}"]
        if block[3]:
            flows.append(f"{last} -> {merge}")
        return name, merge

    def draw_try(self, block, lines, flows):
        def wrap(inner, inner_flows, first, last):
            end = self.new("end")
            inner.append(f"endEvent {end} {'error=no' if block[3] else ''}")
            inner_flows.append(f"{last} -> {end}")
            return [f"start -> {first}"]

        name, merge, caught = (
            self.scope(block[1], lines, "", wrap),
            self.new("merge"),
            self.new("caught"),
        )
        lines += [f"boundaryEvent {caught} on={name} error=no", f"exclusiveGateway {merge}"]
        first, last = self.draw(block[2], lines, flows)
        flows += [f"{name} -> {merge}", f"{caught} -> {first}", f"{last} -> {merge}"]
        return name, merge

    def draw_stop(self, block, lines, flows):
        def wrap(inner, inner_flows, first, last):
            end = self.new("end")
            inner.append(f"endEvent {end} terminate")
            second, _ = self.draw(block[2], inner, inner_flows)
            inner_flows += [f"{last} -> {end}"]
            return [f"start -> {first}", f"start -> {second}"]

        name = self.scope(block[1], lines, "", wrap)
        return name, name


def mask(block: Block) -> list[bool]:
    """Which branches of an inclusive gateway are taken: one at least."""
    taken = [bool(block[2] >> at & 1) for at in range(len(block[1]))]
    return taken if any(taken) else [True, *taken[1:]]


def named(block: Block, count: Iterator[int]) -> Block:
    """The block with an id for everything that waits."""
    kind, *rest = block
    if kind == "task":
        return ("task", f"t{next(count)}")
    parts: list[Any] = []
    for part in rest:
        if isinstance(part, tuple):
            parts.append(named(part, count))
        elif isinstance(part, list):
            parts.append([named(each, count) for each in part])
        else:
            parts.append(part)
    if kind == "event":
        parts.append([f"m{next(count)}" for _ in parts[0]])
    if kind == "boundary":
        parts.append(f"m{next(count)}")
    return (kind, *parts)
