"""The dossier of a version on paper: what was approved, by whom, on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from service.definitions import BundleStep
from service.i18n.catalogue import chosen, listed, say
from service.i18n.dates import Times
from service.letters import html_page
from service.sentence import Sentence
from service.web.persons import person
from service.web.review_record import Record


def _drawn(picture: str) -> str:
    return f"<div class='drawn'>{picture}</div>" if picture else ""


def _signed(account: str) -> str:
    """Somebody by name and by account: who signs answers for both."""
    name = person(account)
    return name if name == account else f"{name} · {account}"


def _results(found: Record, language: str) -> Iterator[str]:
    for each in found.results:
        name = chosen(each.scenario.names, language, default=each.scenario.name)
        yield f"{_mark(not each.problems)} {name}"


def dossier_page(known: Mapping[str, Any], *, times: Times) -> str:
    """A page for printing, complete in itself."""
    version, found, language = known["version"], known["record"], times.language

    def word(text: str) -> str:
        return escape(say(text, language))

    def labelled(label: str, text: str) -> str:
        return escape(
            say(Sentence("{label}: {text}", label=say(label, language), text=text), language)
        )

    title = say(known["title"], language)
    parts = [
        f"<h1>{labelled('Dossier of a version', title)}</h1>",
        f"<p class='hash'>{escape(version.content_hash)}</p>",
        f"<p>{labelled('State', say(version.state.value, language))}</p>",
        f"<p>{escape(version.summary)}</p>",
        f"<p>{labelled('Authors', listed(map(_signed, known['authors']), language))}</p>",
        f"<h2>{word('Changes')}</h2>",
        *(
            f"<h3>{escape(each.title or each.path)} ({word(each.kind.value)})</h3>"
            + _list(each.sentences)
            + ("" if known["first"] else _drawn(each.over))
            for each in known["changed"]
        ),
        f"<h2>{word('Findings')}</h2>"
        + _list(f"{p.element} · {p.code} · {say(p.message, language)}" for p in found.problems),
        f"<h2>{word('Rules')}</h2>"
        + _list(
            (
                f"{_mark(v.holds)} {v.rule.clause} "
                f"{chosen(v.rule.titles, language, default=v.rule.title)}"
            )
            for v in found.rules
        ),
        f"<h2>{word('Scenarios')}</h2>{_list(_results(found, language))}",
        f"<h2>{word('Comments')}</h2>"
        + _list(
            f"{c.element_id}: {c.text} ({_signed(c.author)}) — {c.answer or '…'} "
            f"({_signed(c.resolved_by or '')})"
            for c in known["comments"]
        ),
        f"<h2>{word('History')}</h2><table>",
        *(
            _row(step, times.moment(step.at), word(known["events"].get(step.event, step.event)))
            for step in known["steps"]
        ),
        "</table>",
    ]
    return html_page(title, "".join(parts), language=language)


def _row(step: BundleStep, at: str, event: str) -> str:
    said = (
        step.details.get("reason") or step.details.get("summary") or step.details.get("text") or ""
    )
    cells = (escape(at), escape(_signed(step.actor)), event, escape(str(said)))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _mark(good: bool) -> str:
    return "✓" if good else "✗"


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
