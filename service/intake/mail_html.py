"""HTML from strangers: as plain text for the complaint, and as harmless HTML for a person's
eyes."""

from __future__ import annotations

import html
import re

import nh3

MOST = 2_000_000
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote)\b[^>]{0,200}>", re.IGNORECASE)
_BLANKS = re.compile(r"\n[ \t\r\n]*\n")
_SPACES = re.compile(r"[ \t\xa0]+")
_SHOWN = {
    "p",
    "br",
    "div",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "table",
    "tbody",
    "thead",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "span",
    "code",
}
_DROPPED = {
    "script",
    "style",
    "title",
    "head",
    "iframe",
    "object",
    "noscript",
    "template",
    "svg",
    "math",
}


def text_of_html(markup: str) -> str:
    """The words of a page, a line for each block."""
    broken = _BREAKS.sub("\n", markup[:MOST])
    bare = nh3.clean(
        broken, tags=set(), attributes={}, clean_content_tags=_DROPPED, strip_comments=True
    )
    lines = (_SPACES.sub(" ", line).strip() for line in html.unescape(bare).splitlines())
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


def safe_html(markup: str) -> str:
    """The page without anything that runs, loads, links or looks like ours: tags of text only, no
    attributes."""
    return nh3.clean(
        markup[:MOST], tags=_SHOWN, attributes={}, clean_content_tags=_DROPPED, strip_comments=True
    )
