"""docs/api.md, made from the operations: `python -m service.api.reference >
docs/api.md`."""

from __future__ import annotations

import sys

import service.api  # registers the operations
from service.api.operation import OPERATIONS, Operation

HEAD = """# The API

Complaints are under `/api`, orchestration under `/v2` with the paths, fields and semantics of
Camunda 8's Orchestration Cluster API, so that its SDKs and job workers work against this service.
`/openapi.json` has every body and answer (OpenAPI 3.1), `/docs` shows the same as a page.

## How to ask

- **Who you are**: `Authorization: Bearer <token>` with an API token (`redress token create
  NAME`); or HTTP Basic with the account's name and an API token; or a bearer from `POST
  /oauth/token` (client credentials: the client id is the account's name or the token's label, the
  secret is the token; the bearer is good for an hour, or until its token is revoked).
- **Keys** are whole numbers that travel as texts. **Instants** have a zone
  (`2026-03-01T09:00:00Z`).
- A field that is not known is refused, never ignored: 400 with a JSON Pointer per field in
  `errors`.
- **Refusals** are `application/problem+json` with `type`, `title`, `status`, `detail`, `code`,
  `instance`, `requestId`. Under `/v2` the titles are Camunda's: `INVALID_ARGUMENT`, `NOT_FOUND`,
  `INVALID_STATE`, `RESOURCE_EXHAUSTED`. 400 malformed, 401, 403, 404 not there or not yours to
  see, 409 the state does not allow it, 413, 415, 422 a form is filled in wrong, 429, 501 not
  served, 503 try again, 504 not in time.
- **Request ids**: `X-Request-Id` is taken when it is 8 to 64 letters, digits, `.`, `_`, `-`; else
  one is made. It is in the answer and in the log.
- **Idempotency-Key** on registering a complaint, completing a user task and correlating a
  message: sent again, the same request has the same answer, once.
- **Searches** take `filter`, `sort`, `page`. Operators: `$eq $neq $exists $in $notIn`, for texts
  `$like` (`*` any text, `?` any character, a backslash before either takes its meaning), for
  numbers and instants `$gt $gte $lt $lte`; `$or` holds alternatives. Pages by `from` and `limit`,
  or by the cursors of an earlier page (`after`, `before`). Totals are exact, and a search sees
  what was written before it.

## Where it differs from Camunda

- A deployment starts new instances once it is reviewed, as the review policy of its procedure
  says; at once where that is `none` (`PUT /api/procedures/{name}/review`).
- A process that is called belongs to its caller's instance: one key for all of it, and no parent.
- Element instances and variables are searched within one process instance, which the filter
  names. Of an instance that has ended, the variables of its outermost scope are kept.
- There is one tenant, `<default>`. Tags, start instructions, job leases by token, batch
  operations, listeners, documents, and the administration of users, groups, roles and tenants are
  not served.
- An instance is migrated by element: an element that is not mapped keeps its id. It is modified
  as in Camunda, and elements of a process that it calls are named by their ids like its own.
- Writing variables needs a `reason`; the history keeps it with the old and the new values.
- A task is offered by hand only to those whom its definition offers it to, and a message that is
  a customer's word is taken only from a channel ([permissions.md](permissions.md)).
- A message correlates to each process once, and to a message start event only while no instance
  lives that a message with the same key started, as in Camunda.

"""


def render() -> str:
    """The whole page."""
    camunda = [each for each in OPERATIONS.values() if each.path.startswith("/v2/")]
    own = [each for each in OPERATIONS.values() if not each.path.startswith("/v2/")]
    lines = [
        HEAD.rstrip(),
        "",
        "## Operations of Camunda's API that are served",
        "",
        *_table(camunda),
        "",
    ]
    lines += ["Everything else under `/v2` answers 501 and names the operation.", ""]
    lines += ["## This service's own", "", *_table(own), ""]
    lines += [
        (
            "Beside them: `/healthz`, `/readyz`, and `/metrics` for Prometheus, from the same host "
            "or with an API token."
        ),
        "",
        "## Who may do what",
        "",
        "Each operation names the permission it needs; [permissions.md](permissions.md) says which",
        "roles have it, and why.",
    ]
    return "\n".join(lines) + "\n"


def _table(operations: list[Operation]) -> list[str]:
    rows = [
        (
            f"| {each.method} | `{each.path}` | {each.summary} | "
            f"{f'`{each.may}`' if each.may else 'nothing'} |"
        )
        for each in sorted(operations, key=lambda one: (one.path, one.method))
    ]
    return ["| | | | needs |", "|---|---|---|---|", *rows]


if __name__ == "__main__":
    assert service.api.blueprint
    sys.stdout.write(render())
