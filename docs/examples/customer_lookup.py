"""A worker for jobs of the type `customer-lookup`: asks the bank's core system who a customer is.

    REDRESS_URL=http://127.0.0.1:8000 REDRESS_TOKEN=… python customer_lookup.py customers.csv

Here the core system is a table; replace `Table` by what asks yours. It needs the standard library
only, and a token of an account with the role `worker`. The diagram and the fields are told in
docs/customer-lookup.md.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

JOB_TYPE = "customer-lookup"
FIELDS = ("customerName", "customerSegment", "entity", "branch", "preferredContact", "products")
Lookup = Callable[[Mapping[str, Any]], "dict[str, Any] | None"]
"""What is known of a customer by the job's variables; None where nobody is found."""


class Table:
    """Customers of a CSV file with the columns `account`, `phone`, `email` and those of `FIELDS`;
    `products` are separated by `;`."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._rows = [dict(row) for row in rows]

    def __call__(self, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """The one customer who fits. Several that fit are nobody: a person has to look."""
        for key in ("account", "email", "phone"):
            wanted = _plain(str(asked.get(key) or ""))
            found = [row for row in self._rows if wanted and _plain(row.get(key, "")) == wanted]
            if len(found) == 1:
                return _known(found[0])
        return None


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "").casefold()


def _known(row: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: row[name] for name in FIELDS if row.get(name)}
    if "products" in found:
        found["products"] = [each.strip() for each in found["products"].split(";") if each.strip()]
    return found


class Redress:
    """The few calls of the API that a worker needs."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url.rstrip("/"), token

    def call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST to `/v2/…`. Raises HTTPError."""
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
            f"{self._url}/v2/{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            content = answer.read()
        return dict(json.loads(content)) if content else {}


def work_once(redress: Redress, lookup: Lookup) -> int:
    """Do the jobs that wait; how many there were."""
    wanted = {"type": JOB_TYPE, "worker": "customer-lookup", "timeout": 60_000}
    jobs = redress.call("jobs/activation", {**wanted, "maxJobsToActivate": 10})["jobs"]
    for job in jobs:
        _serve(redress, lookup, job)
    return len(jobs)


def _serve(redress: Redress, lookup: Lookup, job: Mapping[str, Any]) -> None:
    """A customer who is not found is an answer; a core system that fails is tried again."""
    try:
        found = lookup(job["variables"])
    except Exception as error:
        failed = {"retries": max(0, job["retries"] - 1), "errorMessage": str(error)[:1_000]}
        redress.call(f"jobs/{job['jobKey']}/failure", {**failed, "retryBackOff": 60_000})
        return
    answer = {"customerFound": found is not None, "customer": found}
    redress.call(f"jobs/{job['jobKey']}/completion", {"variables": answer})


def main() -> None:
    """Serve until stopped; the server's being away for a while is waited for."""
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        table = Table(csv.DictReader(file))
    redress = Redress(os.environ["REDRESS_URL"], os.environ["REDRESS_TOKEN"])
    while True:
        try:
            done = work_once(redress, table)
        except urllib.error.URLError as error:
            sys.stderr.write(f"{error}\n")
            done = 0
        if not done:
            time.sleep(2)


if __name__ == "__main__":
    main()
