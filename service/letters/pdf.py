"""Letters and reports on paper: a page of HTML of our own, made into a PDF by WeasyPrint.

WeasyPrint needs Pango from the system. It is loaded only here, so that everything else works
without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from service.errors import InvalidInput, Unavailable
from service.i18n.dates import Times
from service.i18n.languages import language_of

_STYLE = """
@page {
  size: A4;
  margin: 25mm 22mm 22mm;
  @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt }
}
body { font-size: 11pt; line-height: 1.55; color: #000 }
header { font-size: 10pt; color: #333; margin-bottom: 18mm }
address { font-style: normal; min-height: 28mm; white-space: pre-line }
h1 { font-size: 13pt; margin: 10mm 0 6mm }
h2 { font-size: 11.5pt; margin: 7mm 0 2mm }
p { white-space: pre-line; margin: 0 0 3mm }
table { width: 100%; border-collapse: collapse; font-size: 9pt }
th, td {
  text-align: left;
  vertical-align: top;
  border-bottom: .3pt solid #888;
  padding: 1mm 2mm 1mm 0;
  overflow-wrap: anywhere;
}
.hash { font: 7.5pt monospace; word-break: break-all }
.date { text-align: right }
"""


def html_page(title: str, body: str, *, language: str) -> str:
    """A page for printing, complete in itself. `body` is HTML of ours, its texts escaped."""
    families = ", ".join(f'"{name}"' for name in language_of(language).fonts)
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta '
        f'charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}body {{ font-family: {families}, serif }}</style></head>"
        f"<body>{body}</body></html>"
    )


def letter_page(row: Mapping[str, Any], *, bank: str, address: str, zone: ZoneInfo) -> str:
    """A letter as a page: who writes, to whom, when, what. A letter whose closing has
    the date is dated there only."""
    paragraphs = "".join(
        f"<p>{escape(part)}</p>" for part in str(row["body"]).strip().split("\n\n")
    )
    day = Times(row["language"], zone).letter_day(row["written_at"])
    lines = map(str.strip, str(row["body"]).splitlines())
    dated = "" if day in lines else f"<p class='date'>{day}</p>"
    body = (
        f"<header>{escape(bank)}</header><address>{escape(address)}</address>{dated}"
        f"<h1>{escape(row['subject'])}</h1>{paragraphs}"
    )
    return html_page(row["subject"], body, language=row["language"])


def make_pdf(page: str) -> bytes:
    """The page as a PDF; nothing outside of it is fetched. Raises Unavailable where WeasyPrint
    cannot run."""
    try:
        from weasyprint import HTML  # it loads Pango
    except (ImportError, OSError) as error:
        raise Unavailable(
            "No PDF can be made here: WeasyPrint needs Pango ({splitlines}). Install "
            "libpango-1.0-0 and libpangoft2-1.0-0 (Debian), or print the page from the "
            "browser.",
            splitlines=str(error).splitlines()[0][:120],
        ) from error
    content: bytes = HTML(string=page, url_fetcher=_nothing).write_pdf()
    return content


def _nothing(url: str, *_: Any, **__: Any) -> Any:
    raise InvalidInput("a printed page fetches nothing, got {url!r}", url=url[:80])
