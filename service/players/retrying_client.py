"""A caller of the API that a lost answer does not confuse: it asks again, with the same idempotency
key, until told."""

from __future__ import annotations

import http.client
import json
import random
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from service.errors import InvalidInput, Unavailable

AWAY = (502, 503, 504)
TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. `asked` counts the attempts it took."""

    status: int
    data: dict[str, Any]
    asked: int

    def said(self) -> str:
        return f"{self.status} {self.data.get('detail', '')}"


class Caller:
    """Speaks to one server over one connection. Not for two threads at once."""

    def __init__(self, url: str, *, patience: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(
                "expected the address of a server such as http://127.0.0.1:8000, got {url!r}",
                url=url,
            )
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
        self._patience = patience

    def call(
        self, token: str, method: str, path: str, body: Any = None, *, once: str | None = None
    ) -> Answer:
        """The server's answer. While it is away the request is sent again: reads, searches, and
        commands that carry an idempotency key (`once`) or that do the same when they are done
        twice. Raises Unavailable when the patience is at its end."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        sent = None
        if body is not None:
            headers["Content-Type"], sent = "application/json", json.dumps(body).encode()
        if once is not None:
            headers["Idempotency-Key"] = once
        until, asked = time.monotonic() + self._patience, 0
        while True:
            asked += 1
            try:
                answer = self._ask(method, path, sent, headers, asked)
                if answer.status not in AWAY:
                    return answer
                said = answer.said()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                said = f"{type(error).__name__}: {error}"
            if time.monotonic() > until:
                raise Unavailable(
                    "The server did not answer {method} {path} for {patience:g} s: {said}",
                    method=method,
                    path=path,
                    patience=self._patience,
                    said=said,
                )
            time.sleep(random.uniform(0, 0.05 * 2 ** min(asked, 4)))  # noqa: S311 - jitter, no secret

    def close(self) -> None:
        self._connection.close()

    def _ask(
        self, method: str, path: str, sent: bytes | None, headers: dict[str, str], asked: int
    ) -> Answer:
        self._connection.request(method, path, sent, headers)
        response = self._connection.getresponse()
        raw = response.read()
        data = json.loads(raw) if raw and "json" in response.headers.get("Content-Type", "") else {}
        return Answer(response.status, data, asked)
