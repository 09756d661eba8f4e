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
CONCLUSIONS: WordList = (
    "compensation committee",
    "complaint handler",
    "executive committee or board",
    "front line",
    "general manager",
    "head of complaints",
    "team leader",
    "unit head",
    "take charge",
    "unblock",
    "warn",
    "board",
    "deputy general manager",
    "head of department",
    "emergency",
    "no escalation",
    "severity P1",
    "not wanted",
    "wanted",
    "drawn",
    "not drawn",
    "rejected",
    "set aside",
    "vulnerable customer, rejected",
    "billing error of a credit card",
    "complaints in Canada",
    "complaints in France",
    "complaints in Germany",
    "complaints in Hong Kong",
    "complaints in India",
    "complaints in Japan",
    "complaints in New Zealand",
    "complaints in Singapore",
    "complaints in South Africa",
    "complaints in the United Arab Emirates",
    "complaints to a firm in the United Kingdom",
    "consumers in Ireland",
    "consumers in mainland China",
    "electronic fund transfer of a consumer",
    "financial consumers in Taiwan",
    "hardship or default notice",
    "other complaints in Australia",
    "payment services and e-money",
    "payment services in the European Union",
    "sent by the CFPB's portal",
    "branch or contact centre",
    "emergency lead group",
    "executive desk",
    "fraud desk",
    "general complaints team",
    "group-case coordinator",
    "legal review",
    "problem manager",
    "product head",
    "public relations",
    "public relations, consumer protection and product owner",
    "regulatory desk",
    "security and duty executive",
    "security, risk, IT and legal",
    "specialist team",
    "trained handler",
    "vulnerable-customer specialist",
    "team lead, new investigator",
)
"""What the shipped decision tables conclude, where a person reads it."""
RULES: WordList = (
    "20 or more complainants jointly",
    "Amount TWD 50,000 to 999,999",
    "Any vulnerability: never P4",
    "As the facts say",
    "Attitude, queue or general information, no loss",
    "Crowd of 100 or more at an outlet",
    "Disputed amount of TWD 1,000,000 or more",
    "Executive office or board channel",
    "Joint complaint of 5 to 19 people",
    "Leak, insider fraud or fault, 5,000 customers or more",
    "Leak, insider fraud or fault, 50,000 customers or more",
    "Leak, insider fraud or fault, 500 customers or more",
    "Legal letter, ombudsman or court threat: legal hold",
    "Local media or post with reach of 1,000",
    "Mis-selling to the elderly, discrimination, misconduct, bribery",
    "Money still moving: freeze or recall within 30 minutes",
    "National media or fast-spreading post; the figure is the bank's choice",
    "Otherwise",
    "Referred by regulator, legislator, court or prosecutor",
    "Reopened, or the same cause again: one level up",
    "Reopened: at least P2",
    "Ten or more similar in 24 hours",
    "Threat to life, self-harm, violence or weapon on site",
    "Without essential money, or hardship",
)
"""What the rules of the table of severity say in English (processes/severity.dmn). The Traditional
Chinese stands behind it in the table."""
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
