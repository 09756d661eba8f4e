"""What is said when a proof could not be carried out: that is a finding, never an exception."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from service.errors import Problem, Severity
from service.sentence import Sentence

Result = TypeVar("Result")
log = logging.getLogger(__name__)

DRAW_SIMPLER = "Draw it in a simpler way, such as with sub-processes, to have it proved."


def reason(broken: BaseException) -> str:
    """Why nothing was proved, for whoever reads the finding; the log has the rest."""
    log.error("a proof could not be carried out", exc_info=broken)
    if isinstance(broken, MemoryError):
        return "it takes more memory than one proof may have"
    if isinstance(broken, RecursionError):
        return "activities are nested too deeply"
    return Sentence("the prover could not follow it ({kind})", kind=type(broken).__name__)


def not_proved(code: str, *, file: str, line: int, element: str, why: str) -> Problem:
    """The finding in place of a proof."""
    message = Sentence("not proved: {why}", why=why)
    return Problem(code, file, line, element, message, DRAW_SIMPLER, Severity.WARNING)


def attempt(work: Callable[[], Result], otherwise: Callable[[str], Result]) -> Result:
    """What a piece of work comes to; where it fails, what `otherwise` makes of the reason."""
    try:
        return work()
    except Exception as broken:
        return otherwise(reason(broken))
