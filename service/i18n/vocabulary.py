"""Words that no literal in the code shows: they are put together, or come from data.

Each group names where they are said. `service.i18n.check` reports one that no catalogue has, and
one of the catalogues that stands neither here nor in the source.
"""

from __future__ import annotations

from service.sentence import WordList

CLOCKS: WordList = (
    "acknowledgement",
    "final response",
    "first contact",
    "internal target",
    "provisional credit",
    "report of the result",
    "correction",
    "summary resolution",
    "resolved at once",
    "internal ombudsman",
    "retention",
    "rights",
    "delay",
    "next answer",
    "plan",
    "referral",
    "update",
)
"""The clocks of the policies (service/policy/data)."""
OUTCOMES: WordList = ("upheld", "partly upheld", "not upheld")
"""The answers of the form propose-solution."""
MAIL_VERDICTS: WordList = (
    "auto-reply",
    "bounce",
    "bulk",
    "complaint",
    "duplicate",
    "reply",
    "spam",
    "unclear",
)
"""How a mail was sorted (service/intake)."""
MAIL_REASONS: WordList = ("marked as spam", "sent to a list")
DUE: WordList = ("due late", "due none", "due today", "due week")
"""What the list of tasks is narrowed to."""
EMERGENCY: WordList = ("emergency open", "emergency stood down", "emergency false alarm")
EMERGENCY_LOG: WordList = (
    "log opened",
    "log raised",
    "log level",
    "log team",
    "log action",
    "log stand-down",
    "log end",
)
"""The kinds of entries of an emergency's log."""
VERSION: WordList = ("deployed", "discarded", "elements", "flows", "rules", "added", "removed")
"""States of versions and drafts, and what a version's tests have touched."""
ACTIONS: WordList = ("assign", "Dossier of a version")
"""Of the list of tasks; the title of a dossier."""
PROGRAMS: WordList = ("worker", "channel")
"""The roles of programs (service.identity.roles)."""
LINTED: WordList = (
    "the job type",
    "the number of retries",
    "the assignee",
    "the list of users",
    "the list of groups",
    "the priority",
    "the due date",
    "the follow-up date",
    "the decision",
    "the called process",
    "group",
    "clock",
    "clause",
)
"""What a check of the data names (service/lint)."""
