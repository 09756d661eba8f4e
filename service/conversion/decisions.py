"""Decisions of Camunda 7: FEEL stays, other languages are told."""

from __future__ import annotations

from lxml import etree

from service.conversion.juel import NoFeel, expression_in_feel, is_expression
from service.conversion.report import Report
from service.conversion.tree import is_foreign
from service.sentence import Sentence


def convert_decisions(root: etree._Element, report: Report) -> None:
    """Take what is Camunda 7's out of a DMN file, and translate inputs in JUEL."""
    for node in root.iter(etree.Element):
        for key in list(node.attrib):
            if is_foreign(str(key)):
                del node.attrib[key]
                name = str(key).rpartition("}")[2]
                report.dropped(_owner(node), Sentence("{name} has no effect here", name=name))
        language = node.get("expressionLanguage")
        if language is not None and "feel" not in language.casefold():
            _translate(node, language, report)


def _owner(node: etree._Element) -> etree._Element:
    at: etree._Element | None = node
    while at is not None and not at.get("id"):
        at = at.getparent()
    return node if at is None else at


def _translate(node: etree._Element, language: str, report: Report) -> None:
    """An input in another language; entries of a table cannot be told from texts."""
    text = next((each for each in node if str(each.tag).endswith("}text")), None)
    del node.attrib["expressionLanguage"]
    if text is None or not (said := (text.text or "").strip()):
        return
    inner = said[2:-1] if is_expression(said) and said.endswith("}") else said
    try:
        found = expression_in_feel(inner)
    except NoFeel as part:
        report.to_do(
            _owner(node),
            Sentence(
                "{what}: {text} has no equivalent in FEEL ({part}): write what is meant",
                what=language,
                text=said[:200],
                part=str(part)[:80],
            ),
        )
        return
    if found != said:
        text.text = found
        report.done(
            _owner(node),
            Sentence("{what}: {text} → {found}", what=language, text=said, found=found),
        )
