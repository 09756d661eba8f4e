"""Uploaded XML is hostile: what is refused, with which code and line."""

from __future__ import annotations

import pytest

from service.dmn import XmlRefused, parse_xml


def refused(data: bytes, **options: int) -> XmlRefused:
    with pytest.raises(XmlRefused) as caught:
        parse_xml(data, file="a.dmn", **options)
    assert caught.value.problem.file == "a.dmn"
    return caught.value


def test_plain_xml_is_read_without_comments_and_instructions():
    root = parse_xml(b'<?xml version="1.0"?><!-- c --><a><!-- d -->x<?pi y?><b/></a>', file="a.dmn")
    assert [child.tag for child in root] == ["b"]
    assert root.text == "x"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "utf-8-sig"])
def test_encodings_are_decoded(encoding: str):
    declared = encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{declared}"?><a>投诉</a>'.encode(encoding)
    assert parse_xml(data, file="a.dmn").text == "投诉"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(encoding: str):
    text = '<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
    error = refused(text.encode(encoding))
    assert (error.problem.code, error.problem.line) == ("xml-doctype", 3)


def test_the_word_doctype_inside_the_document_is_text():
    assert parse_xml(b"<a><![CDATA[<!DOCTYPE a>]]></a>", file="a.dmn").text == "<!DOCTYPE a>"


def test_encoding_trouble_names_the_line():
    assert refused(b"<a>\n\n\xff</a>").problem.line == 3
    assert refused(b'<?xml version="1.0" encoding="utf-7"?><a/>').problem.code == "xml-encoding"
    assert refused(b'<?xml version="1.0" encoding="nonsense"?><a/>').problem.code == "xml-encoding"


def test_syntax_size_and_depth_are_refused():
    assert refused(b"<a>\n<b></a>").problem.line == 2
    assert refused(b"").problem.code == "xml-syntax"
    assert refused(b"<a>" + b" " * 100 + b"</a>", max_bytes=50).problem.code == "xml-too-large"
    assert refused(b"<a>" * 220 + b"</a>" * 220).problem.code in {"xml-too-deep", "xml-syntax"}
    assert refused(b"<a>" * 100_000).problem.code == "xml-syntax"


def test_undefined_entities_are_refused_and_nulls_too():
    assert refused(b"<a>&lol;</a>").problem.code == "xml-syntax"
    assert refused(b"<a>\x00</a>").problem.code == "xml-syntax"
