"""A seeded sample of the broken files that `make fuzz` makes for longer; and that the search would
see a fault."""

from __future__ import annotations

import random

import pytest

from tests.fuzz import mutated_files


def test_broken_files_are_answered_with_findings(capsys: pytest.CaptureFixture[str]) -> None:
    code = mutated_files.main(["--count", "400", "--seed", "20261201"])
    assert code == 0, capsys.readouterr().out[-4000:]


def test_an_exception_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise KeyError("p")

    monkeypatch.setattr(mutated_files, "play", breaks)
    files = next(iter(mutated_files.valid()))
    assert "KeyError" in (mutated_files.fault_of(files, random.Random(1)) or "")


def test_a_file_follows_from_its_seed_and_number() -> None:
    starts = mutated_files.valid()
    one, two = (mutated_files.broken(starts[3], random.Random("5/9")) for _ in range(2))
    assert one == two
