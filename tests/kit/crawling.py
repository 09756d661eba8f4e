"""Walking through the pages of one person by their links, a few of each kind, without a browser's
drawing them."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterator

from playwright.sync_api import Page

FILES = re.compile(r"\.(pdf|zip|csv|xlsx|ics|ods|svg|png|css|js|json)|/static/|sign-out|/download")
LINK = re.compile(r'href="(/[^"]*)"')
NUMBER = re.compile(r"[CE]-20[\w-]+|\d+")
UNREAD = re.compile(r"<(script|style|option|code|textarea)[^>]*>.*?</\1>", re.DOTALL)


def pages_from(page: Page, start: str, *, most: int, of_a_kind: int) -> Iterator[tuple[str, str]]:
    """Addresses with what stands there in HTML, at most so many, and so many that differ in numbers
    only. The page is signed in."""
    seen, kinds, waiting = set[str](), Counter[str](), deque([start])
    while waiting and len(seen) < most:
        path = waiting.popleft().partition("#")[0]
        kind = NUMBER.sub("N", path.partition("?")[0])
        if path in seen or kinds[kind] >= of_a_kind or FILES.search(path):
            continue
        seen.add(path)
        kinds[kind] += 1
        answer = page.request.get(path)
        if "html" in answer.headers.get("content-type", ""):
            text = answer.text()
            waiting += [html.unescape(link) for link in LINK.findall(text)]
            yield path, text


def words_of(text: str) -> str:
    """What is read on a page, each element's words on lines of their own."""
    main = text.split("<main", 1)[-1]
    return html.unescape(re.sub(r"<[^>]*>", "\n", UNREAD.sub(" ", main)))
