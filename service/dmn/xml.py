"""The one way in for XML: every diagram and decision file, whoever sends it, is parsed here.

Uploaded XML is hostile. A DOCTYPE is refused before the parser sees the file (entities, external
subsets), the size and the depth are capped, nothing is fetched, and an encoding is decoded by us
first, so that a DOCTYPE cannot hide in one that only the parser understands.
"""

from __future__ import annotations

import codecs
import re

from lxml import etree

from service.errors import DefinitionInvalid, Problem
from service.sentence import Sentence

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 200

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_ENCODINGS = frozenset(
    {"utf-8", "ascii", "utf-16", "iso8859-1", "cp1252", "gb18030", "gbk", "gb2312", "big5"}
)
_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)


class XmlRefused(DefinitionInvalid):
    """The file is not XML that we accept."""

    code = "xml-refused"

    def __init__(self, problem: Problem) -> None:
        super().__init__((problem,))
        self.problem = problem


def parse_xml(data: bytes, *, file: str, max_bytes: int = MAX_BYTES) -> etree._Element:
    """Return the root of `data`, without comments and processing instructions, or raise
    `XmlRefused`."""
    if len(data) > max_bytes:
        raise _refuse(
            file,
            "xml-too-large",
            Sentence(
                "The file has {count} bytes, at most {max_bytes} are accepted.",
                count=len(data),
                max_bytes=max_bytes,
            ),
            "Split the model into smaller files.",
        )
    text = _decode(data, file)
    _check_prolog(text, file)
    root = _parse(text, file)
    _check_depth(root, file)
    return root


def _decode(data: bytes, file: str) -> str:
    encoding = next(
        (name for bom, name in _BOMS if data.startswith(bom)), ""
    ) or _declared_encoding(data, file)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refuse(
            file,
            "xml-encoding",
            Sentence(
                "The bytes are not {encoding}: {reason} at byte {start}.",
                encoding=encoding,
                reason=error.reason,
                start=error.start,
            ),
            "Save the file as UTF-8.",
            line=line,
        ) from None
    return text.removeprefix("\ufeff")


def _declared_encoding(data: bytes, file: str) -> str:
    match = _DECLARED.match(data[:1024])
    declared = match.group(1).decode("ascii") if match else "utf-8"
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        name = ""
    if name not in _ENCODINGS:
        raise _refuse(
            file,
            "xml-encoding",
            Sentence(
                "The file declares the encoding {declared!r}, which is not accepted.",
                declared=declared,
            ),
            "Save the file as UTF-8.",
        )
    # Without a byte order mark UTF-16 cannot start with a declaration that we were able to read as
    # bytes.
    return "utf-8" if name == "utf-16" else name


def _check_prolog(text: str, file: str) -> None:
    position = 0
    while match := _PROLOG.match(text, position):
        position = match.end()
    if text.startswith("<!DOCTYPE", position):
        raise _refuse(
            file,
            "xml-doctype",
            (
                "The file has a DOCTYPE, which can make a parser read other files or swell without "
                "end."
            ),
            "Remove the DOCTYPE; BPMN and DMN do not use one.",
            line=text.count("\n", 0, position) + 1,
        )


def _parse(text: str, file: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",  # wins over the declaration: these bytes are ours
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise _refuse(
            file,
            "xml-syntax",
            Sentence("The file is not well-formed XML: {msg}.", msg=error.msg),
            "Export it again from the modeler, or fix the line named.",
            line=line,
        ) from None
    if root.getroottree().docinfo.doctype:
        raise _refuse(file, "xml-doctype", "The file has a DOCTYPE.", "Remove the DOCTYPE.")
    return root


def _check_depth(root: etree._Element, file: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise _refuse(
                file,
                "xml-too-deep",
                Sentence("Elements are nested more than {most} deep.", most=MAX_DEPTH),
                "Flatten the model; no diagram needs this depth.",
                line=int(element.sourceline or 0),
            )


def _refuse(file: str, code: str, message: str, fix: str, *, line: int = 0) -> XmlRefused:
    return XmlRefused(
        Problem(code=code, file=file, line=line, element="", message=message, fix=fix)
    )
