"""docs/permissions.md, made from the table of permissions: `python -m service.identity.reference >
docs/permissions.md`."""

from __future__ import annotations

import sys

from service.identity.permissions import GRANTS
from service.identity.reserved_messages import RESERVED_MESSAGES
from service.identity.roles import HouseRole, Role

HEAD = """# Who may do what

One table, `service/identity/permissions.py`, says it; this page is written from it. Pages, the API
and operations ask for a permission by its name. A permission opens the door: which task, job or
case somebody may then touch is said by the rules of that thing (who a task is offered to, four
eyes).

An account has roles (`redress user add NAME --role handler`); it may do what any of them may.
"""
HOUSE = """## Who else acts

Not everything is done by somebody of the bank. These have roles of their own, and the history
names them.

| role | who |
|---|---|
| `customer` | somebody in the portal |
| `channel` | a program of the bank through which customers speak, with an account |
| `worker` | a program that does jobs, with an account |
| `mailbox` | the reader of the mailbox for complaints |
| `import` | the registration of complaints from a file |
| `clock` | timers whose time has come |
| `system` | the product itself: signals, built-in services, chores |
| `operator` | the command line (`cli` in the history), on the machine of the service |
"""


def render() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_people(), "", *_reasons(), "", HOUSE, *_messages(), ""])


def _messages() -> list[str]:
    rows = [f"| `{name}` | `{needed}` |" for name, needed in RESERVED_MESSAGES.items()]
    return [
        "## Messages that belong to a channel",
        "",
        "A case takes these as the word of the customer, or of a rule: `messages:send` is not",
        "enough to send them.",
        "",
        "| message | needs |",
        "|---|---|",
        *rows,
    ]


def _people() -> list[str]:
    """A mark for each role of people that has a permission."""
    roles = tuple(Role)
    rows = [
        f"| `{permission}` | "
        + " | ".join("✓" if not grant.roles or role in grant.roles else "" for role in roles)
        + " |"
        for permission, grant in GRANTS.items()
    ]
    return [f"| | {' | '.join(roles)} |", "|---|" + "---|" * len(roles), *rows]


def _reasons() -> list[str]:
    """Why, and who has it beside people."""
    rows = [
        f"| `{permission}` | {grant.reason} | "
        f"{', '.join(role for role in grant.roles if isinstance(role, HouseRole))} |"
        for permission, grant in GRANTS.items()
    ]
    return ["## Why", "", "| | why | beside people |", "|---|---|---|", *rows]


if __name__ == "__main__":
    sys.stdout.write(render())
