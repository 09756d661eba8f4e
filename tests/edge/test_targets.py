"""Where a page sends a visitor back to is a place of this site, whatever was asked for."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.edge import inside

HERE = "https://bank.example/sign-in"
LEFT_OUT = str.maketrans({"\t": None, "\n": None, "\r": None, "\\": "/"})
"""What browsers make of an address before they read it (WHATWG URL, 4.4)."""


def host_of(target: str) -> str:
    """Where a browser goes from here."""
    plain = target.strip("".join(map(chr, range(33)))).translate(LEFT_OUT)
    return urlsplit(urljoin(HERE, plain)).netloc


@pytest.mark.parametrize(
    "target",
    [
        *("/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example"),
        *("//evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example"),
        *("https://evil.example/", "https:evil.example", "javascript:alert(1)", "evil.example"),
        *("/tasks\nSet-Cookie: a=b", "/tasks\x00", "", " /tasks", "/\u2028/evil.example"),
    ],
)
def test_what_leads_elsewhere_leads_home(target: str) -> None:
    assert inside(target) == "/"


@pytest.mark.parametrize("target", ["/", "/tasks?show=mine&q=帳戶", "/complaints/C-1#comments"])
def test_a_path_of_this_site_is_kept(target: str) -> None:
    assert inside(target) == target


@given(
    st.text(st.sampled_from("/\\\t\n\r.:@?#ae\x00\x1f \u00a0%"), max_size=12),
    st.sampled_from(["", "/", "//", "https:"]),
)
def test_no_text_leads_elsewhere(text: str, start: str) -> None:
    found = inside(start + text)
    assert host_of(found) == "bank.example"
    assert found.isprintable()
