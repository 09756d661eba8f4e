"""The investigation report of a case, put together from contacts, opinions, evidence and findings
(S3.3-f).

Nothing is written for it anew: what it says has its row, its person and its time. Texts of people
are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from service import cases, letters, tasks
from service.cases import Complaint, ContactEntry, CustomerWord, Evidence
from service.db import Connection
from service.engine import Bundle
from service.errors import StateConflict
from service.reporting.investigation_words import WORDS
from service.tasks import TaskState, UserTask

PLAN, OPINION, COLLECTED, FINDINGS = (
    "plan-investigation",
    "consult-department",
    "collect-evidence",
    "write-report",
)


@dataclass(frozen=True, slots=True)
class Investigation:
    """What a report is made of."""

    complaint: Complaint
    done: tuple[UserTask, ...]
    contacts: tuple[ContactEntry, ...]
    evidence: tuple[Evidence, ...]
    words: tuple[CustomerWord, ...] = ()

    def answers(self, *elements: str) -> list[UserTask]:
        """Completed tasks of these elements, in the order of their completion."""
        return [task for task in self.done if task.element_id in elements]


def gather(connection: Connection, complaint: Complaint) -> Investigation:
    """Everything the case has for its report. Reports signed before are no evidence of their
    own."""
    done = [
        t
        for t in tasks.list_case_tasks(connection, complaint.root_key)
        if t.state is TaskState.COMPLETED
    ]
    files = [
        each
        for each in cases.list_evidence(connection, complaint.root_key)
        if each.kind != "report"
    ]
    contacts = cases.list_contacts(connection, complaint.root_key)
    words = tuple(cases.list_words(connection, complaint.root_key))
    ordered = sorted(done, key=lambda task: (task.ended_at or task.created_at, task.key))
    return Investigation(complaint, tuple(ordered), tuple(contacts), tuple(files), words)


def check_complete(found: Investigation) -> None:
    """Raises StateConflict while there are no findings to sign."""
    if not found.answers(FINDINGS):
        raise StateConflict(
            "The findings are not written yet: complete “Write investigation report” first."
        )


def write_report(
    found: Investigation,
    bundle: Bundle,
    *,
    language: str,
    zone: ZoneInfo,
    now: datetime,
    signed_by: str = "",
) -> str:
    """The report as a page of HTML, complete in itself."""
    say = WORDS.get(language, WORDS["en"])
    pen = _Pen(bundle, language, zone, say)
    one = found.complaint
    facts = {
        "number": one.number,
        "customer": one.customer_name or "—",
        "channel": one.channel,
        "received": pen.moment(one.received_at),
        "severity": one.severity or "—",
        "content": one.content,
    }
    mark = f"{say['signed']}: {signed_by}" if signed_by else say["draft"]
    body = "".join(
        (
            (
                f"<header>{escape(mark)}<br>{say['made']}: "
                f"{pen.moment(now)}</header><h1>{say['title']} {one.number}</h1>"
            ),
            pen.part("complaint", pen.pairs((say[name], value) for name, value in facts.items())),
            pen.part("plan", pen.answers(found.answers(PLAN))),
            pen.part("consultations", pen.answers(found.answers(OPINION))),
            pen.part(
                "contacts",
                pen.table(
                    ("when", "who", "with", "means", "result", "note"), _contacts(found, pen)
                ),
            ),
            pen.part("words", pen.table(("when", "means", "content"), _words(found, pen))),
            pen.part(
                "evidence",
                pen.table(("file", "kind", "source", "when", "hash"), _files(found, pen, say)),
            ),
            pen.answers(found.answers(COLLECTED)),
            pen.part("findings", pen.answers(found.answers(FINDINGS))),
        )
    )
    return letters.html_page(f"{say['title']} {one.number}", body, language=language)


def _contacts(found: Investigation, pen: _Pen) -> list[tuple[str, ...]]:
    return [
        (pen.moment(c.spoke_at), c.bank_person, c.party, c.means, c.result, c.note)
        for c in found.contacts
    ]


def _words(found: Investigation, pen: _Pen) -> list[tuple[str, ...]]:
    return [(pen.moment(word.said_at), word.channel, word.body) for word in found.words]


def _files(found: Investigation, pen: _Pen, say: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [
        (
            f"{each.name} ({each.size:,})"
            + (f" — {say['locked']}: {each.reason}" if each.reason else ""),
            each.kind,
            each.source,
            f"{pen.moment(each.added_at)} {each.added_by}",
            each.sha256,
        )
        for each in found.evidence
    ]


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the pieces of a report in one language."""

    bundle: Bundle
    language: str
    zone: ZoneInfo
    say: Mapping[str, str]

    def moment(self, at: datetime | None) -> str:
        return "" if at is None else f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def part(self, name: str, inner: str) -> str:
        return (
            f"<h2>{escape(self.say[name])}</h2>{inner or '<p>' + escape(self.say['none']) + '</p>'}"
        )

    def pairs(self, rows: Iterable[tuple[str, Any]]) -> str:
        shown = ((escape(label), escape(self._plain(value))) for label, value in rows)
        lines = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in shown)
        return f"<table>{lines}</table>" if lines else ""

    def table(self, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
        if not rows:
            return ""
        top = "".join(f"<th>{escape(self.say[head])}</th>" for head in heads)
        lines = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"

    def answers(self, done: list[UserTask]) -> str:
        return "".join(self._answer(task) for task in done)

    def _answer(self, task: UserTask) -> str:
        form = self.bundle.forms.get(task.form_id or "") or {}
        rows = [(self._label(form, name), value) for name, value in (task.answer or {}).items()]
        about = task.variables.get("department")
        who = " · ".join(
            str(part) for part in (about, task.completed_by, self.moment(task.ended_at)) if part
        )
        return f"<p><b>{escape(who)}</b></p>{self.pairs(rows)}"

    def _label(self, form: Mapping[str, Any], name: str) -> str:
        shown: Mapping[str, Any] = form.get("uiSchema", {}).get(name, {})
        chinese = shown.get(f"ui:title:{self.language}") or shown.get("ui:title:zh-Hant")
        title = form.get("schema", {}).get("properties", {}).get(name, {}).get("title", name)
        return str(chinese if chinese and self.language != "en" else title)

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return self.say["yes" if value else "no"]
        if isinstance(value, list | tuple):
            return ", ".join(self._plain(each) for each in value)
        return str(value)
