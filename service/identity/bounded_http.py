"""Answers of another service that end: each is read whole, within a time and a size, before anybody
looks at it.

The time that `requests` takes as a timeout is that of one read: a service that sends a byte every
few seconds keeps whoever waits for as long as it likes.
"""

from __future__ import annotations

import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter

MOST_BYTES = 1 << 20
SECONDS = 5
"""To connect, and between two parts of an answer."""
MOST_SECONDS = 15
"""From the head of an answer to its end."""
_PART = 1 << 16


class Bounded(HTTPAdapter):
    """Raises requests.ConnectionError for an answer that is too large or takes too long."""

    def send(self, request: requests.PreparedRequest, *args: Any, **given: Any) -> Any:
        answer = super().send(request, *args, **{**given, "stream": True})
        try:
            answer._content = _read(answer)
        finally:
            answer.close()
        answer._content_consumed = True
        return answer


def bounded(session: requests.Session) -> requests.Session:
    """A session all of whose answers are bounded."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, Bounded())
    return session


def _read(answer: requests.Response) -> bytes:
    until, found = time.monotonic() + MOST_SECONDS, bytearray()
    while part := answer.raw.read1(_PART, decode_content=True):
        found += part
        if len(found) > MOST_BYTES or time.monotonic() > until:
            raise requests.ConnectionError("an answer that is too large or takes too long")
    return bytes(found)
