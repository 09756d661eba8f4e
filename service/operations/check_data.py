"""The check of a bundle's data against what the product offers around it."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.parts import read_parts
from service.errors import Problem, Severity
from service.lint import check_data
from service.operations.offered import world_of
from service.policy import Profile
from service.proof import attempt
from service.sentence import Sentence


def check_bundle_data(files: Mapping[str, bytes], *, profile: Profile) -> list[Problem]:
    """Every problem of variables, functions, kinds and names. Raises nothing: a bundle that the
    check cannot follow is not checked, and that is said."""
    parts, _ = read_parts(files)
    world = world_of(profile, files)
    return attempt(lambda: check_data(parts, world), _not_checked)


def _not_checked(why: str) -> list[Problem]:
    message = Sentence("the data were not checked: {why}", why=why)
    fix = "Look at the log, and correct what is odd about the diagram."
    return [Problem("data-not-checked", "", 0, "", message, fix, Severity.WARNING)]
