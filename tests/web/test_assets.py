"""Assets are named by their content, compressed, and kept for a year; nothing outside their folder
is served."""

from __future__ import annotations

import gzip
import re

import pytest

from service.errors import NotFound
from service.web.assets import asset_url, find_asset
from tests.kit.site import Site, fetch


def test_an_asset_under_its_mark_is_kept_and_compressed(site: Site) -> None:
    status, headers, body = fetch(site.url + asset_url("app.css"), {"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in headers["Cache-Control"]
    assert "max-age=31536000" in headers["Cache-Control"]
    assert gzip.decompress(body) == find_asset("app.css").content


def test_an_asset_without_its_mark_is_asked_for_again(site: Site) -> None:
    status, headers, body = fetch(site.url + "/static/app.css?v=stale", {})
    assert (status, headers["Cache-Control"], "Content-Encoding" in headers) == (
        200,
        "no-cache",
        False,
    )
    assert body.startswith(b"@layer")
    again, _, empty = fetch(site.url + "/static/app.css", {"If-None-Match": headers["ETag"]})
    assert (again, empty) == (304, b"")


@pytest.mark.parametrize("name", ["../words.py", "css", "nothing.css", "%2e%2e/words.py"])
def test_nothing_else_is_served(site: Site, name: str) -> None:
    assert fetch(f"{site.url}/static/{name}", {})[0] == 404
    with pytest.raises(NotFound):
        find_asset(name.replace("%2e", "."))


def test_a_page_travels_compressed_only_where_that_can_be_read(site: Site) -> None:
    _, headers, body = fetch(site.url + "/sign-in", {"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    plain = fetch(site.url + "/sign-in", {"Accept-Encoding": "gzip;q=0"})[2]
    assert gzip.decompress(body) == plain


def test_style_sheets_are_all_in_layers_and_balanced() -> None:
    text = re.sub(r"/\*.*?\*/", "", find_asset("app.css").content.decode(), flags=re.DOTALL)
    assert text.count("{") == text.count("}")
    depth, outside = 0, ""
    for character in text:
        depth += (character == "{") - (character == "}")
        outside += character if depth == 0 else ""
    rules = [rule.strip() for rule in re.split(r"[;}]", outside) if rule.strip()]
    assert all(rule.startswith("@layer") for rule in rules), rules
