"""Python in a diagram: an expression is read as the FEEL that means the same, a script is refused
with the FEEL to write instead, where there is one."""

from __future__ import annotations

from typing import Protocol

from lxml import etree

from service.bpmn import names as n
from service.bpmn.python_feel import expression_in_feel
from service.bpmn.python_scripts import script_in_feel
from service.errors import Severity
from service.feel import FeelError, compile_expression
from service.sentence import Sentence


class Reports(Protocol):
    """What a finding is told to."""

    def report(
        self,
        code: str,
        node: etree._Element | None,
        message: str,
        fix: str,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a problem."""


def refuse_script(reader: Reports, node: etree._Element, text: str, what: str) -> None:
    feel = script_in_feel(text)
    reader.report(
        "bpmn-python-script",
        node,
        Sentence(
            "the {what} {text!r} is a program: no program of a diagram is ever run",
            what=what,
            text=text.strip()[:80],
        ),
        Sentence("Write ={feel} in its place.", feel=feel)
        if feel is not None and compiles(feel)
        else "Write FEEL that begins with =, a context of the variables to set, or make it a job.",
    )


def compiles(feel: str) -> bool:
    try:
        compile_expression(feel, names=n.HOST_FUNCTIONS)
    except FeelError:
        return False
    return True


def as_feel(reader: Reports, text: str, node: etree._Element) -> str | None:
    """The FEEL of a Python expression, or None and a finding. FEEL itself, after =, is taken."""
    if text.strip().startswith("="):
        return text.strip()[1:]
    found = expression_in_feel(text)
    if found is None or not compiles(found):
        reader.report(
            "bpmn-python-expression",
            node,
            Sentence("the Python {text!r} has no plain equivalent in FEEL", text=text.strip()[:80]),
            "Write it in FEEL, beginning with =.",
        )
        return None
    return found


def told(reader: Reports, node: etree._Element, text: str, feel: str) -> None:
    reader.report(
        "bpmn-python-read",
        node,
        Sentence("the Python {text!r} is read as FEEL", text=text[:80]),
        Sentence("Write ={feel}.", feel=feel),
        Severity.WARNING,
    )
