"""What is known of a version's content before somebody decides on it: check, proofs, rules,
scenarios, coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from service.builtins import Evidence
from service.engine import Bundle
from service.errors import InvalidInput, Problem, Severity
from service.proof import Proofs
from service.scenarios.coverage import Coverage, cover
from service.scenarios.folder import scenarios_of
from service.scenarios.run import Result, run_scenario
from service.sentence import Sentence, pack

MOST_KEPT = 50
"""Problems that an approval keeps."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found, for the page and the dossier."""

    problems: tuple[Problem, ...]
    proofs: Proofs
    results: tuple[Result, ...]
    coverage: Coverage

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why nobody can approve a version of this content."""
        return tuple(self._refusals())

    def _refusals(self) -> Iterator[str]:
        errors = [each for each in self.problems if each.severity is Severity.ERROR]
        if errors:
            first = errors[0]
            yield Sentence(
                "{count} errors, the first: {element} {code}",
                count=len(errors),
                element=first.element,
                code=first.code,
            )
        failed = [each for each in self.results if each.problems]
        if failed:
            yield Sentence(
                "{count} scenarios fail, the first: {name}",
                count=len(failed),
                name=failed[0].scenario.name,
            )
        if not self.results:
            yield Sentence("the version has no scenario")

    def evidence(self, content_hash: str) -> Evidence:
        """The short form that an approval keeps."""
        return Evidence(
            content_hash,
            self.refusals,
            {
                "problems": [_kept(each) for each in self.problems[:MOST_KEPT]],
                "states": dict(self.proofs.soundness.states) if self.proofs.soundness else {},
                "rules": {each.rule.name: each.holds for each in self.proofs.rules},
                "scenarios": {each.scenario.name: not each.problems for each in self.results},
                "missed": {kind: len(places) for kind, places in self.coverage.missed().items()},
            },
        )


def _kept(problem: Problem) -> dict[str, Any]:
    """A problem as the record keeps it: its sentences can be said in every language later."""
    return {**asdict(problem), "message": pack(problem.message), "fix": pack(problem.fix)}


def find_all(
    bundle: Bundle, files: Mapping[str, bytes], *, checked: Iterable[Problem], proofs: Proofs
) -> Findings:
    """Play the scenarios of a version, beside what the check and the proofs said of its files. A
    scenario that cannot be read is a problem."""
    problems = [*checked, *proofs.problems]
    try:
        scenarios = scenarios_of(files)
    except InvalidInput as wrong:
        scenarios = []
        problems.append(
            Problem("scenario-unreadable", "", 0, "", wrong.message, "See docs/scenarios.md.")
        )
    results = tuple(run_scenario(bundle, scenario) for scenario in scenarios)
    return Findings(tuple(problems), proofs, results, cover(bundle, results))
