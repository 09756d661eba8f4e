"""Rows of a complaint: its facts, and the clocks that run on it."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata

complaint = sa.Table(
    "complaint",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("customer_name", sa.String(300)),
    sa.Column("contact_phone", sa.String(100)),
    sa.Column("contact_email", sa.String(320)),
    sa.Column("contact_address", sa.String(1000)),
    sa.Column("withheld", Json, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("product", sa.String(300)),
    sa.Column("amount", sa.Numeric(18, 2)),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False, index=True),
    sa.Column("registered_by", sa.String(100), nullable=False),
    sa.Column("external_id", sa.String(200), unique=True),
    sa.Column("severity", sa.String(2)),
    sa.Column("due_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("archived_at", UtcDateTime),
    sa.Column("outcome", sa.String(60)),
    sa.Column("facts", Json, nullable=False),
    sa.Column("customer_key", sa.String(330), index=True),
    sa.Column("investigator", sa.String(100)),
    sa.Column("legal_hold", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("about", sa.String(100), index=True),
    sa.Column("regime", sa.JSON(none_as_null=True)),
    sa.Index("ix_complaint_investigator_status", "investigator", "status"),
    sa.CheckConstraint("status IN ('open', 'closed', 'archived')", name="status"),
    sa.Index(
        "ix_complaint_open",
        "root_key",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    ),
    sa.Index(
        "ix_complaint_over",
        "status",
        "root_key",
        sqlite_where=sa.text("status <> 'open'"),
        postgresql_where=sa.text("status <> 'open'"),
    ),
    *(
        sa.Index(
            f"ix_complaint_{column}_open",
            column,
            "root_key",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        for column in ("severity", "channel", "product")
    ),
    *(
        sa.Index(
            f"ix_complaint_{column}",
            column,
            "root_key",
            sqlite_where=sa.text(f"{column} IS NOT NULL"),
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
        for column in ("contact_phone", "contact_email", "customer_name")
    ),
)
"""`withheld` names mandatory facts the source kept back (`customerName`, `contact`); `facts` holds
what triage, decision and review recorded beside the columns; `due_at` is the nearest running clock;
`external_id` is where an import or another system knows it from (`cfpb:3571115`); `customer_key` is
the same for complaints of one customer, as far as their contact tells; a case under `legal_hold` is
kept beyond its retention; `about` is the fact `complainedPerson` in small letters: whom the case is
kept from. `regime` names the policy
profiles of the case and why they were chosen (`policy.Choice`); a case without one has the
installation's."""

deadline = sa.Table(
    "deadline",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("clock", sa.String(60), primary_key=True),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False, index=True),
    sa.Column("statutory", sa.Boolean, nullable=False),
    sa.Column("met_at", UtcDateTime),
    sa.Column("source", sa.String(300), nullable=False),
    sa.Column("confidence", sa.String(1), nullable=False),
    sa.Column("limit", sa.String(40), nullable=False, server_default=""),
    sa.Column("anchor_at", UtcDateTime),
    sa.Column("pausable", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("paused_at", UtcDateTime),
    sa.Column("provisional", sa.Boolean, nullable=False, server_default=sa.false()),
)
"""One clock of a case: `acknowledgement`, `assign`, `first contact`, `plan`, `internal target`,
`final response`.

`limit` counts from `anchor_at`, so that a date can be computed again when a calendar is published.
"""

follower = sa.Table(
    "follower",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case_key", sa.BigInteger, nullable=False, index=True),
    sa.Column("process_id", sa.String(200), nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
)
"""A process of its own that a case has started and that outlives it: a promise kept, an improvement
carried out."""

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(300)),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.Column("added_by", sa.String(100), nullable=False),
    sa.CheckConstraint("state IN ('kept', 'quarantined')", name="state"),
    sa.CheckConstraint("(state = 'quarantined') = (reason IS NOT NULL)", name="reason"),
)
"""Files of a case. The content lies in the vault under its SHA-256; a row is written once and never
changed. `media_type` is what the content is, whatever its name says."""

contact_entry = sa.Table(
    "contact_entry",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("spoke_at", UtcDateTime, nullable=False),
    sa.Column("bank_person", sa.String(100), nullable=False),
    sa.Column("party", sa.String(300), nullable=False),
    sa.Column("means", sa.String(20), nullable=False),
    sa.Column("result", sa.String(20), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("recorded_by", sa.String(100), nullable=False),
)
"""The contact log: who of the bank spoke with whom, when, by what means, with which result
(S3.3-b)."""

case_mark = sa.Table(
    "case_mark",
    metadata,
    sa.Column("mark", sa.String(24), primary_key=True),
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
)
"""What makes a complaint findable as like another: hashes of its contact, the customer's name,
parts of its text."""

case_marked = sa.Table(
    "case_marked",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("marked_at", UtcDateTime, nullable=False),
)
"""Complaints whose marks are there."""

case_link = sa.Table(
    "case_link",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("other_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("decided_by", sa.String(100), nullable=False),
    sa.CheckConstraint(
        "kind IN ('related', 'duplicate of', 'has duplicate', 'not related')", name="kind"
    ),
)
"""What a person decided on two complaints; a row for each of the two, so that each finds the
other."""

compensation = sa.Table(
    "compensation",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("customer_key", sa.String(330)),
    sa.Column("amount", sa.Numeric(18, 2), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("level", sa.String(2), nullable=False),
    sa.Column("approved_by", sa.String(200)),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Index("ix_compensation_customer_key", "customer_key", "decided_at"),
)
"""What was decided for a case, as a whole: it counts for the authority over later ones of the same
customer."""

likeness = sa.Table(
    "likeness",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
    sa.Index("ix_likeness_band", "band", "registered_at", "root_key"),
)
"""Fingerprints of a complaint's text: similar texts share a band."""

emergency = sa.Table(
    "emergency",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    sa.Column("level", sa.String(3), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("cause", sa.String(300), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("last_event_at", UtcDateTime, nullable=False),
    sa.Column("complaints", sa.Integer, nullable=False),
    sa.CheckConstraint("level IN ('I', 'II', 'III', 'IV')", name="level"),
    sa.CheckConstraint("status IN ('open', 'stood down', 'false alarm')", name="status"),
    sa.Index("ix_emergency_status", "status", "root_key"),
)
"""An emergency, handled by the process instance `root_key`. `last_event_at` is the last new
complaint or raise: from there counts how long it has been quiet."""

emergency_complaint = sa.Table(
    "emergency_complaint",
    metadata,
    sa.Column("complaint_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("root_key", sa.BigInteger, nullable=False),
    sa.Column("linked_at", UtcDateTime, nullable=False),
    sa.Index("ix_emergency_complaint_root_key", "root_key", "complaint_key"),
)
"""A complaint belongs to at most one emergency; it keeps its own number, handler and reply."""

emergency_log = sa.Table(
    "emergency_log",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
"""The action log: who did what when. Append only."""
case_comment = sa.Table(
    "case_comment",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("author", sa.String(100), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("mentions", Json, nullable=False),
    sa.Column("written_at", UtcDateTime, nullable=False),
)
"""What the bank's people say to each other about a case. The history row of a comment holds its
SHA-256."""

customer_word = sa.Table(
    "customer_word",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("said_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("kind IN ('answer', 'information', 'opinion', 'withdrawal')", name="kind"),
)
"""What the customer said after the complaint was registered, by the portal or by mail."""

erased_case = sa.Table(
    "erased_case",
    metadata,
    sa.Column("number", sa.String(20), primary_key=True),
    sa.Column("root_key", sa.BigInteger, nullable=False),
    sa.Column("archived_at", UtcDateTime, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("erased_at", UtcDateTime, nullable=False),
    sa.Column("erased_by", sa.String(100), nullable=False),
    sa.Column("history_rows", sa.Integer, nullable=False),
    sa.Column("history_hash", sa.String(64), nullable=False),
)
"""What stays of a complaint after its retention: that there was one, and the end of the chain of
its history."""

restriction = sa.Table(
    "restriction",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.Column("set_by", sa.String(100), nullable=False),
    sa.CheckConstraint("kind IN ('fraud', 'management', 'other')", name="kind"),
)
"""Cases for those on their list only."""

case_reader = sa.Table(
    "case_reader",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account", sa.String(100), primary_key=True),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.Column("given_by", sa.String(100), nullable=False),
    sa.Column("until", UtcDateTime),
    sa.Index("ix_case_reader_account", "account", "root_key"),
)
"""The lists of restricted cases. `until` ends an access that was taken in an emergency."""

case_read = sa.Table(
    "case_read",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account", sa.String(100), primary_key=True),
    sa.Column("hour", UtcDateTime, primary_key=True),
    sa.Column("how", sa.String(10), primary_key=True),
    sa.CheckConstraint("how IN ('read', 'export')", name="how"),
)
"""Who read which case, by the hour."""
