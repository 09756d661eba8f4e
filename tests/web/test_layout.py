"""Every page at the widths people have, light and dark: nothing is pushed sideways, no label is
narrower than its longest word, no word is broken, no two buttons lie over each other, none is
without style."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from service import operations
from service.intake import parse_complaint
from tests.kit.browser import sign_in
from tests.kit.site import Site
from tests.web.test_every_page import CLERK, FACTS
from tests.web.test_every_page import paths as paths  # the fixture

WIDTHS = (375, 1280, 1366, 1920)
SCHEMES = ("light", "dark")
SAMPLE = 6
"""Pages that the short test looks at, each once."""
SEED = 20_261_130
LONG = FACTS | {
    "customerName": "Bartholomew" * 22,
    "contact": {"email": f"{'long.' * 12}address@{'department.' * 8}example.com"},
    "content": "The card was charged twice, and nobody has answered for three weeks. " * 280,
    "amount": "300000",
}
LONGEST_WORD = 20
"""A word of a language is not longer: it is never broken. What customers and mail systems write
may be."""
FINDINGS = r"""() => {
  const out = new Set(), width = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth;
  if (wide > width) out.add(`${wide} wide at ${width}`);
  const seen = (e) =>
    e.checkVisibility({visibilityProperty: true}) && !e.closest('.vh, .skip') &&
    e.getClientRects().length > 0;
  const said = (e) => e.textContent.trim();
  const words = (e, longest) => {
    const range = document.createRange();
    const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      if (!seen(text.parentElement)) continue;
      for (const word of text.data.matchAll(/[\p{Script=Latin}\d]+/gu)) {
        if (word[0].length > longest) continue;
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        const boxes = [...range.getClientRects()].filter((r) => r.width);
        const lines = new Set(boxes.map((r) => Math.round(r.top)));
        const tag = text.parentElement.tagName;
        if (lines.size > 1) out.add(`${tag} breaks the word ${word[0].slice(0, 40)}`);
      }
    }
  };
  for (const e of document.querySelectorAll('th, dt, label, legend, .btn')) {
    if (seen(e)) words(e, 999);
  }
  for (const e of document.querySelectorAll('main, header, nav')) words(e, LONGEST_WORD);
  const buttons = [...document.querySelectorAll('main :is(button, a.btn)')].filter(seen);
  const plain = buttons.filter((e) => getComputedStyle(e).borderStyle.includes('outset'));
  for (const e of plain) out.add(`no style: ${e.textContent.trim()}`);
  const boxes = buttons.filter((e) => !e.closest('.acts-bar, .djs-container, .scroll'));
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    if (a.contains(b) || b.contains(a)) return;
    const x = a.getBoundingClientRect(), y = b.getBoundingClientRect();
    const across = Math.min(x.right, y.right) - Math.max(x.left, y.left);
    const down = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
    if (across > 1 && down > 1) out.add(`${said(a)} lies over ${said(b)}`);
  }));
  return [...out];
}""".replace("LONGEST_WORD", str(LONGEST_WORD))


@pytest.fixture(scope="module")
def pages(site: Site, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Every page, and those of a case whose texts are as long as they may be."""
    now = datetime.now(UTC)
    done = operations.register_complaint(
        site.runtime, parse_complaint(LONG, now=now), actor=CLERK, now=now
    )
    case = f"/complaints/{done.number}"
    return (*paths, case, f"{case}/evidence", f"{case}/related", f"/registered/{done.number}")


def findings(page: Page, path: str, width: int, scheme: str) -> list[str]:
    """What is wrong with a page at a width."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 768})
    page.goto(path)
    return [f"{path} at {width}, {scheme}: {each}" for each in page.evaluate(FINDINGS)]


def test_some_pages_are_laid_out_well(page: Page, pages: tuple[str, ...]) -> None:
    sign_in(page, "admin")
    chance = random.Random(SEED)
    asked = [*pages[-4::3], *chance.sample(pages, SAMPLE)]
    bad = [
        each
        for path in asked
        for width in (375, chance.choice(WIDTHS[1:]))
        for each in findings(page, path, width, chance.choice(SCHEMES))
    ]
    assert bad == []


@pytest.mark.long
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_laid_out_well(
    page: Page, pages: tuple[str, ...], width: int, scheme: str
) -> None:
    sign_in(page, "admin")
    bad = [each for path in pages for each in findings(page, path, width, scheme)]
    assert bad == []


def test_the_check_sees_what_it_is_for(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 768})
    page.set_content(
        "<main><p style='width:900px'>wide</p>"
        "<label style='display:block;width:2ch;overflow-wrap:anywhere'>acknowledgement</label>"
        "<span style='display:block;width:2ch;overflow-wrap:anywhere'>internal</span>"
        "<button class=btn>one</button><button class=btn style='margin-left:-30px'>two</button>"
        "<p><button>plain</button></p></main>"
    )
    found = " / ".join(page.evaluate(FINDINGS))
    page.close()
    for each in (
        " wide at ",
        "the word acknow",
        "SPAN breaks the word internal",
        "one lies over two",
        "no style: plain",
    ):
        assert each in found, found
