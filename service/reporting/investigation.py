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

from service import cases, letters, tasks
from service.cases import Complaint, ContactEntry, CustomerWord, Evidence
from service.db import Connection
from service.engine import Bundle
from service.errors import StateConflict
from service.i18n.amounts import number
from service.i18n.dates import Times
from service.reporting.briefing_values import Reader, rows_of
from service.reporting.investigation_words import PARTS
from service.sentence import Sentence
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
    times: Times,
    now: datetime,
    signed_by: str = "",
    people: Mapping[str, str] | None = None,
) -> str:
    """The report as a page of HTML, complete in itself, in the language of `times`; `people` are
    what accounts are called."""
    one = found.complaint
    pen = _Pen(bundle, Reader(times, one.currency, people or {}))
    facts = {
        "number": one.number,
        "customer": one.customer_name or "—",
        "channel": pen.say(one.channel),
        "received": times.moment(one.received_at),
        "severity": one.severity or "—",
        "content": one.content,
    }
    mark = pen.labelled("signed", pen.person(signed_by)) if signed_by else pen.word("draft")
    made = pen.labelled("made", times.moment(now))
    body = "".join(
        (
            (
                f"<header>{escape(mark)}<br>{escape(made)}</header>"
                f"<h1>{escape(pen.word('title'))} {one.number}</h1>"
            ),
            pen.part(
                "complaint", pen.pairs((pen.word(name), each) for name, each in facts.items())
            ),
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
                pen.table(("file", "kind", "source", "when", "hash"), _files(found, pen)),
            ),
            pen.answers(found.answers(COLLECTED)),
            pen.part("findings", pen.answers(found.answers(FINDINGS))),
        )
    )
    title = f"{pen.word('title')} {one.number}"
    return letters.html_page(title, body, language=times.language)


def _contacts(found: Investigation, pen: _Pen) -> list[tuple[str, ...]]:
    return [
        (
            pen.moment(each.spoke_at),
            pen.person(each.bank_person),
            each.party,
            pen.say(each.means),
            pen.say(each.result),
            each.note,
        )
        for each in found.contacts
    ]


def _words(found: Investigation, pen: _Pen) -> list[tuple[str, ...]]:
    return [(pen.moment(word.said_at), pen.say(word.channel), word.body) for word in found.words]


def _files(found: Investigation, pen: _Pen) -> list[tuple[str, ...]]:
    return [
        (
            f"{each.name} · {pen.size(each.size)}"
            + (f" — {pen.labelled('locked', pen.say(each.reason))}" if each.reason else ""),
            pen.say(each.kind),
            pen.say(each.source),
            f"{pen.moment(each.added_at)} {pen.person(each.added_by)}",
            each.sha256,
        )
        for each in found.evidence
    ]


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the pieces of a report for its reader."""

    bundle: Bundle
    reader: Reader

    def say(self, text: str) -> str:
        return self.reader.say(text)

    def word(self, name: str) -> str:
        return self.say(PARTS[name])

    def labelled(self, name: str, text: str) -> str:
        return self.say(Sentence("{label}: {text}", label=self.word(name), text=text))

    def moment(self, at: datetime | None) -> str:
        return self.reader.moment(at)

    def person(self, account: str) -> str:
        """Somebody by name and by account: who signs answers for both."""
        name = self.reader.person(account)
        return name if name == account else f"{name} · {account}"

    def size(self, count: int) -> str:
        """Bytes, with the groups of the language."""
        return f"{number(count, self.reader.language)} B"

    def part(self, name: str, inner: str) -> str:
        told = inner or f"<p>{escape(self.word('none'))}</p>"
        return f"<h2>{escape(self.word(name))}</h2>{told}"

    def pairs(self, rows: Iterable[tuple[str, str]]) -> str:
        lines = "".join(
            f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in rows
        )
        return f"<table>{lines}</table>" if lines else ""

    def table(self, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
        if not rows:
            return ""
        top = "".join(f"<th>{escape(self.word(head))}</th>" for head in heads)
        lines = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"

    def answers(self, done: list[UserTask]) -> str:
        return "".join(self._answer(task) for task in done)

    def _answer(self, task: UserTask) -> str:
        rows = rows_of(self.reader, self.bundle.forms.get(task.form_id or ""), task.answer or {})
        about = task.variables.get("department")
        by = self.person(task.completed_by or "")
        who = " · ".join(str(part) for part in (about, by, self.moment(task.ended_at)) if part)
        return f"<p><b>{escape(who)}</b></p>{self.pairs((row.label, row.value) for row in rows)}"
