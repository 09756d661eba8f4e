"""A small client of the API over one kept connection, for workers of a measurement."""

from __future__ import annotations

import http.client
import time
from typing import Any

import orjson

from service.bench.load import TIMEOUT, Address
from service.errors import RedressError

ATTEMPTS = 5


class Client:
    """Calls the API in one account's name; answers are JSON, None where there is no body."""

    def __init__(self, address: Address, token: str) -> None:
        self._line = http.client.HTTPConnection(*address, timeout=TIMEOUT)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, path: str, body: Any) -> Any:
        """Raises RedressError for an answer that is no success, and Gone for what somebody else has
        done already. A 503 is asked again after the time it names, as every worker has to."""
        for _ in range(ATTEMPTS):
            self._line.request("POST", path, body=orjson.dumps(body), headers=self._headers)
            answer = self._line.getresponse()
            content = answer.read()
            if answer.status != 503:
                break
            time.sleep(float(answer.headers.get("Retry-After", "1")))
        if answer.status in (404, 409):
            raise Gone(
                "{path} was answered {status}: {content!r}",
                path=path,
                status=answer.status,
                content=content[:300],
            )
        if answer.status not in (200, 201, 204):
            raise RedressError(
                "{path} was answered {status}: {content!r}",
                path=path,
                status=answer.status,
                content=content[:300],
            )
        return orjson.loads(content) if content else None

    def close(self) -> None:
        self._line.close()


class Gone(RedressError):
    """What was asked for is not there any more."""
