"""Broken files: `python -m tests.fuzz.mutated_files --seconds 600 --seed 1`.

A valid diagram or decision, of this project's tests or of the shipped procedure, with something
wrong in it: attributes gone, empty or taken from elsewhere, ids doubled, references dangling,
elements dropped, doubled or moved. Whatever it is, the check and the prover answer with findings,
and what the check lets through is played some steps, each made or refused with an error of ours.
What breaks that, or takes longer than its seconds, is printed with its number, and the exit code is
1. Each file follows from seed and number alone: `--first N --count 1` makes one again.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from lxml import etree

from service.engine import Bundle, OpenChoice, advance, check_bundle, load_bundle, open_choices
from service.engine import changes as c
from service.engine import commands as q
from service.errors import RedressError, Severity
from service.proof import prove_files
from tests.engine.all_rows import ROWS
from tests.engine.refused import REFUSED
from tests.engine.test_check_bundle import FAULTS
from tests.kit.clock import NOON
from tests.kit.drawing import draw
from tests.kit.playing import Player, bundle_of

ROOT = Path(__file__).parents[2]
SECONDS = 20  # that one file may take: the check, the proof and the steps, on a busy machine
STEPS = 12
OPENS = (c.TaskCreated, c.JobCreated, c.TimerSet, c.SubscriptionOpened)
WORDS = (
    *("", " ", "=", "=null", "=1", '="a"', "=[1, 2]", "={a: 1}", "=[null]", "=true", "=-1", "=1/0"),
    *(
        "=x",
        "=x.y",
        "x",
        "a.b",
        "=a.b.c",
        "PT1H",
        "=PT1H",
        "P-1D",
        "R/PT0S",
        "R3/PT1M",
        "0 0 * * *",
    ),
    *("true", "false", "-1", "1.5", "99999999999999999999", "2026-02-30", "é", "😀", "[1..0)"),
    *("null", "not(null)", "-", ",", "> 5", "start", "p", '="' + "a" * 400 + '"', "= ", "=(((("),
    *("UNIQUE", "COLLECT", "SUM", "latest", "deployment", "versionTag", "parallel", "none"),
)
VALUES = (None, True, False, 0, 1, -1, 2.5, "a", "", "2026-01-31", [], [1, 2], [None], {}, {"a": 1})


class _Kept:
    """Plays a row's test, and keeps the files that it plays."""

    def __init__(self) -> None:
        self.files: list[dict[str, bytes]] = []

    def __call__(self, *drawings: str, host: Any = None, **files: bytes) -> Player:
        bundle = bundle_of(*drawings, **files)
        self.files.append(dict(bundle.files))
        return Player(bundle, host=host)


def valid() -> list[dict[str, bytes]]:
    """The files to begin from, always in the same order."""
    kept = _Kept()
    for key in sorted(ROWS):
        ROWS[key](kept)
    drawn = [{"it.bpmn": draw(text)} for text in (*REFUSED.values(), *FAULTS.values())]
    shipped = [
        {path.name: path.read_bytes()}
        for path in sorted((ROOT / "processes").iterdir())
        if path.suffix in (".bpmn", ".dmn")
    ]
    return [*kept.files, *drawn, *shipped]


class Breaker:
    """Does something wrong to a tree."""

    def __init__(self, chance: random.Random, root: etree._Element) -> None:
        self._chance = chance
        self._root = root
        self._verbs: tuple[Callable[[etree._Element], None], ...] = (
            *(self._lose, self._empty, self._put, self._take, self._text),
            *(self._drop, self._double, self._move, self._rename, self._retag),
        )

    def break_something(self) -> None:
        self._chance.choice(self._verbs)(self._any())

    def _all(self) -> list[etree._Element]:
        return [each for each in self._root.iter() if isinstance(each.tag, str)]

    def _any(self) -> etree._Element:
        return self._chance.choice(self._all())

    def _attribute(self, at: etree._Element) -> str | None:
        return self._chance.choice(sorted(at.attrib)) if at.attrib else None

    def _lose(self, at: etree._Element) -> None:
        if name := self._attribute(at):
            del at.attrib[name]

    def _empty(self, at: etree._Element) -> None:
        if name := self._attribute(at):
            at.set(name, "")

    def _put(self, at: etree._Element) -> None:
        if name := self._attribute(at):
            at.set(name, self._chance.choice(WORDS))

    def _take(self, at: etree._Element) -> None:
        """An attribute's value from elsewhere: ids are doubled so, and references go astray."""
        other = self._any()
        name, theirs = self._attribute(at), self._attribute(other)
        if name and theirs:
            at.set(name, other.get(theirs))

    def _drop(self, at: etree._Element) -> None:
        if (parent := at.getparent()) is not None:
            parent.remove(at)

    def _double(self, at: etree._Element) -> None:
        if (parent := at.getparent()) is not None:
            parent.insert(parent.index(at), etree.fromstring(etree.tostring(at)))

    def _move(self, at: etree._Element) -> None:
        target = self._any()
        if at is not self._root and at not in (target, *target.iterancestors()):
            target.insert(self._chance.randrange(len(target) + 1), at)

    def _text(self, at: etree._Element) -> None:
        at.text = self._chance.choice(WORDS)

    def _rename(self, at: etree._Element) -> None:
        """An id that others refer to changes, or what refers to it."""
        for name in at.attrib:
            if name == "id" or name.endswith("Ref"):
                at.set(name, f"{at.get(name)}x")

    def _retag(self, at: etree._Element) -> None:
        at.tag = self._any().tag


def broken(files: dict[str, bytes], chance: random.Random) -> dict[str, bytes]:
    """The files with one to three things wrong in one of them."""
    name = chance.choice(sorted(name for name in files if name.endswith((".bpmn", ".dmn"))))
    root = etree.fromstring(files[name])
    breaker = Breaker(chance, root)
    for _ in range(chance.choice((1, 1, 2, 3))):
        breaker.break_something()
    return files | {name: etree.tostring(root)}


def play(bundle: Bundle, chance: random.Random) -> None:
    """Start a process of it and let some of what waits happen, refusals as they come."""
    if not bundle.processes:
        return
    process = chance.choice(sorted(bundle.processes))
    state: bytes | None = None
    waits: dict[str, Any] = {}
    command: q.Command = q.Start(process, _values(chance), None)
    for _ in range(STEPS):
        try:
            step = advance(bundle, state, command, now=NOON)
        except RedressError:
            step = None
        if step is None and state is None:
            return
        if step is not None:
            state = step.state
            _note(waits, step.changes)
            if step.ended:
                return
        choices = open_choices(bundle, state)
        if not waits and not choices:
            return
        command = (
            _begin(chance.choice(choices), chance)
            if choices and (not waits or chance.random() < 0.4)
            else _next(waits[chance.choice(sorted(waits))], chance)
        )


def _begin(choice: OpenChoice, chance: random.Random) -> q.Command:
    names = [chance.choice((*choice.elements, "nobody")) for _ in range(chance.randint(1, 3))]
    given = tuple((name, _values(chance)) for name in names)
    return q.Begin(choice.id, given, cancel_others=chance.random() < 0.2)


def _values(chance: random.Random) -> dict[str, Any]:
    return {name: chance.choice(VALUES) for name in ("a", "x", "amount", "items", "key")}


def _note(waits: dict[str, Any], changes: Any) -> None:
    for change in changes:
        if isinstance(change, OPENS):
            waits[change.id] = change
        elif isinstance(change, c.TaskEnded | c.JobEnded | c.TimerEnded | c.SubscriptionEnded):
            waits.pop(change.id, None)


def _next(waiting: Any, chance: random.Random) -> q.Command:
    values = _values(chance)
    match waiting:
        case c.TimerSet():
            return q.FireTimer(waiting.id)
        case c.SubscriptionOpened():
            return q.DeliverMessage(waiting.id, values)
        case _ if chance.random() < 0.2:
            return q.ThrowError(waiting.id, chance.choice(("", "e", "oops")), "", values)
        case c.TaskCreated():
            return q.CompleteTask(waiting.id, values)
    return q.CompleteJob(waiting.id, values)


class _GivenUp(logging.Handler):
    """Proofs that ended in an exception, which is a finding to people and a fault to us."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _within_seconds() -> Iterator[None]:
    def over(*_: Any) -> None:
        raise TimeoutError(f"longer than {SECONDS} seconds")

    signal.signal(signal.SIGALRM, over)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def fault_of(files: dict[str, bytes], chance: random.Random) -> str | None:
    """What goes wrong with the files, as a trace; None where all is as it should be."""
    given_up = _GivenUp()
    log = logging.getLogger("service.proof")
    log.addHandler(given_up)
    try:
        with _within_seconds():
            problems = check_bundle(files)
            prove_files(files, limit_of=lambda *_: None)
            if not any(problem.severity is Severity.ERROR for problem in problems):
                play(load_bundle(files), chance)
    except Exception:
        return traceback.format_exc()
    finally:
        log.removeHandler(given_up)
    for record in given_up.records:
        if record.exc_info:
            return "".join(traceback.format_exception(*record.exc_info))
    return None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args(arguments)
    begin, starts, faults = monotonic(), valid(), 0
    for number in itertools.count(options.first):
        if options.count is not None and number == options.first + options.count:
            break
        if options.count is None and monotonic() - begin > options.seconds:
            break
        chance = random.Random(f"{options.seed}/{number}")
        files = broken(chance.choice(starts), chance)
        if trace := fault_of(files, chance):
            faults += 1
            print(f"--seed {options.seed} --first {number} --count 1\n{trace}")
    print(f"{number - options.first} files, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
