"""Proofs of a set of definition files, as `redress check` reports them."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.parts import read_parts
from service.errors import Problem, Severity
from service.proof.sound import CAP, Proof, prove


def prove_files(files: Mapping[str, bytes], *, cap: int = CAP) -> Proof:
    """The proof of the processes in the files, which must have no error."""
    return prove(read_parts(files)[0].processes, cap=cap)


def check_proofs(files: Mapping[str, bytes], *, cap: int = CAP) -> list[Problem]:
    """What the proofs find, by file and line; nothing while the files have errors that the check reports."""
    parts, problems = read_parts(files)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return []
    return sorted(prove(parts.processes, cap=cap).problems, key=lambda p: (p.file, p.line, p.code, p.element))
