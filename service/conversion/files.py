"""Files from elsewhere, as this product reads them: diagrams, decisions and forms, each with its
report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import orjson
from lxml import etree

from service.bpmn import names as n
from service.bpmn.dialects import find_foreign
from service.conversion.camunda_forms import FormRefused, import_form
from service.conversion.decisions import convert_decisions
from service.conversion.diagram import convert_diagram, strip
from service.conversion.layout import draw
from service.conversion.report import Fate, Line, Report
from service.conversion.tree import Draft
from service.dmn import XmlRefused, parse_xml
from service.sentence import Sentence

MAX_FORM = 2_000_000
"""Bytes of a form."""
_EDITORS = (("signavio", "Signavio"), ("bizagi", "Bizagi"), ("flowable", "Flowable"))


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one file. `dialect` is the engine or editor it was made for, "" where that
    cannot be told; `files` is empty where the file could not be read, which a line says."""

    file: str
    dialect: str
    files: Mapping[str, bytes]
    lines: tuple[Line, ...]

    @property
    def to_do(self) -> int:
        return sum(line.fate is Fate.TO_DO for line in self.lines)


def is_foreign(name: str, content: bytes) -> bool:
    """Whether a file was made for another engine and can be converted: a Camunda form, or a diagram
    with what only another engine reads. False for what cannot be read."""
    if name.endswith((".form", ".xml")):
        return True
    if not name.endswith(".bpmn"):
        return False
    try:
        return find_foreign(parse_xml(content, file=name)) is not None
    except XmlRefused:
        return False


def convert_file(name: str, content: bytes) -> Converted:
    """Convert a diagram, a decision or a form; never raises."""
    if name.endswith((".form", ".form.json")):
        return _form(name, content)
    report = Report(name)
    try:
        root = parse_xml(content, file=name)
    except XmlRefused as refused:
        problem = refused.problem
        message = Sentence("{message} {fix}", message=problem.message, fix=problem.fix)
        line = Line(name, problem.line, "", "", Fate.TO_DO, message)
        return Converted(name, "", {}, (line,))
    if root.tag == n.b("definitions"):
        return _diagram(name, root, report)
    if str(root.tag).rpartition("}")[2] == "definitions" and "DMN" in str(root.tag):
        convert_decisions(root, report)
        return Converted(name, "DMN", {_named(name, ".dmn"): _bytes(root)}, tuple(report.lines))
    report.to_do(
        None,
        Sentence("the file is neither BPMN 2.0 nor DMN, but {tag}", tag=str(root.tag)[:80]),
    )
    return Converted(name, "", {}, tuple(report.lines))


def _diagram(name: str, root: etree._Element, report: Report) -> Converted:
    found, dialect = find_foreign(root), dialect_of(root)
    draft = Draft(root, report)
    if found is not None and any(n.ZEEBE in str(node.tag) for node in root.iter(etree.Element)):
        strip(draft)
        dialect = "Camunda 8"
    elif found is not None:
        convert_diagram(draft)
    if draw(root):
        report.done(None, Sentence("the diagram had no picture: it was laid out"))
    files = {_named(name, ".bpmn"): _bytes(root)}
    for form_id, form in draft.forms.items():
        files[f"{form_id}.form.json"] = orjson.dumps(form, option=orjson.OPT_INDENT_2)
    return Converted(name, dialect, files, tuple(report.lines))


def dialect_of(root: etree._Element) -> str:
    """The engine or editor that a diagram was made for."""
    found = find_foreign(root)
    if found is not None:
        return found.dialect.name
    spaces = {each for node in root.iter(etree.Element) for each in node.nsmap.values()}
    if n.ZEEBE[1:-1] in spaces:
        return "Camunda 8"
    if n.SPIFF[1:-1] in spaces:
        return "SpiffWorkflow"
    said = " ".join((*spaces, root.get("exporter") or "")).casefold()
    return next((name for word, name in _EDITORS if word in said), root.get("exporter") or "")


def _form(name: str, content: bytes) -> Converted:
    report = Report(name)
    try:
        if len(content) > MAX_FORM:
            raise FormRefused(
                Sentence(
                    "the form has {count} bytes, at most {most} are taken",
                    count=len(content),
                    most=MAX_FORM,
                )
            )
        form = import_form(orjson.loads(content))
    except orjson.JSONDecodeError as wrong:
        report.to_do(None, Sentence("the form is no JSON: {msg}", msg=wrong.msg))
    except FormRefused as refused:
        report.to_do(None, refused.message)
    else:
        made = orjson.dumps(form, option=orjson.OPT_INDENT_2)
        report.done(
            None,
            Sentence(
                "{count} form fields → the form {id}",
                count=len(form["schema"]["properties"]),
                id=form["id"],
            ),
        )
        return Converted(
            name, "Camunda Forms", {f"{form['id']}.form.json": made}, tuple(report.lines)
        )
    return Converted(name, "Camunda Forms", {}, tuple(report.lines))


def _named(name: str, suffix: str) -> str:
    """The name of what a file becomes: without `.xml` or `.bpmn20`, with the right ending."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    for ending in (".xml", ".bpmn20", ".bpmn", ".dmn11", ".dmn"):
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    return f"{stem or 'diagram'}{suffix}"


def _bytes(root: etree._Element) -> bytes:
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
