"""What a person has to know for a task, as cards out of what was recorded: answers, decisions, the
customer's words, evidence, money. Nothing is written for it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import cases, letters, policy, tasks
from service.bpmn.briefing import ANSWERS, CARDS, VALUE, named
from service.cases import Complaint
from service.db import Connection
from service.engine import Bundle
from service.errors import RedressError
from service.i18n.catalogue import chosen
from service.identity import Actor
from service.letters import UNSIGNED, Bank
from service.letters.compose import letter_facts
from service.letters.texts import letter_text
from service.policy import Profile
from service.reporting.briefing_values import Reader, Row, find_label, is_empty, rows_of, shown
from service.reporting.rates import TABLES, rates_in, told
from service.reporting.urgency import in_language, words_of_rule
from service.reporting.version_titles import Numbered, find_own_name, title_of
from service.sentence import WordList, Words
from service.tasks import UserTask

MOST_FILES, MOST_WORDS = 20, 20
LABELS: WordList = (
    "Accepted",
    "Account to be credited",
    "Answered by",
    "Authority needed",
    "Cause",
    "Complaints",
    "Contact",
    "Contents",
    "Deadline",
    "Decided amount",
    "Delay",
    "Department",
    "Disputed amount",
    "Due",
    "Emergency",
    "Emergency level",
    "Evidence",
    "Exchange rate",
    "Finding of the investigation",
    "Investigator",
    "Level",
    "Money",
    "My authority",
    "Offer",
    "Offered",
    "Opened",
    "Other complaint",
    "Payee",
    "Paid",
    "Payable",
    "Payment",
    "Product",
    "Proposal",
    "Proposed by",
    "Question to the customer",
    "Recovered",
    "Redress in 12 months",
    "Redress in the emergency",
    "Report to",
    "Route",
    "Rule",
    "Severity",
    "Submitted by",
    "Summary",
    "The error to be corrected",
    "Time used",
    "To be accepted by",
    "To be informed",
    "To be paid",
    "Version",
    "Version under review",
    "What is asked",
    "What it is about",
)
"""What lines and cards are called."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card: its kind and title, lines, and texts with a heading each."""

    kind: str
    title: str
    rows: tuple[Row, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        return not self.rows and not self.texts


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that cards are made of."""

    connection: Connection
    profile: Profile
    bundle: Bundle
    task: UserTask
    complaint: Complaint | None
    answers: tuple[UserTask, ...]
    reader: Reader
    actor: Actor
    now: datetime
    bank: Bank = UNSIGNED

    def last(self, *forms: str) -> UserTask | None:
        """The last answer of any of these forms."""
        found = [task for task in self.answers if task.form_id in forms]
        return found[-1] if found else None

    def variable(self, name: str) -> Any:
        return self.task.variables.get(name)


def read_answers(
    connection: Connection, root_key: int, cards: Iterable[str], more: Iterable[str] = ()
) -> tuple[UserTask, ...]:
    """The recorded answers that the cards show, and those of the tasks `more`."""
    wanted = tuple(cards)
    forms = {form for card in wanted if card in CARDS for form in CARDS[card].forms}
    forms |= {"propose-solution"} if "payment" in wanted else set()
    elements = {*named(ANSWERS, wanted), *more}
    return tuple(tasks.list_answers(connection, root_key, elements=elements, forms=forms))


def make_cards(desk: Desk, cards: Iterable[str]) -> list[Card]:
    """The cards that have something to show, in the owner's order."""
    made = [_about(desk), *(card for name in _with_money(cards) for card in _make(desk, name))]
    return [card for card in made if not card.empty]


def _with_money(cards: Iterable[str]) -> Iterator[str]:
    """A version that was drawn before the ledger shows a payment without it: what is to be paid may
    be less than what was decided."""
    wanted = tuple(cards)
    for name in wanted:
        yield name
        if name == "payment" and "money" not in wanted:
            yield "money"


def _about(desk: Desk) -> Card:
    """What the fields of the form that nobody fills in say."""
    form = desk.bundle.forms.get(desk.task.form_id or "") or {}
    fixed = {
        name: desk.variable(name)
        for name, schema in form.get("schema", {}).get("properties", {}).items()
        if schema.get("readOnly")
    }
    return _named(desk, "about", "What it is about", rows_of(desk.reader, form, fixed))


def _make(desk: Desk, name: str) -> Iterator[Card]:
    kind, _, rest = name.partition(":")
    if kind == ANSWERS:
        found = [task for task in desk.answers if task.element_id == rest.strip()]
        yield from (_answered(desk, task) for task in _last_round(found))
    elif kind == VALUE:
        yield _value(desk, rest.strip())
    else:
        yield MAKERS[name](desk)


def _last_round(found: list[UserTask]) -> list[UserTask]:
    """The last answer; of tasks that several people had at the same time, all of that time."""
    return [task for task in found if task.created_at == found[-1].created_at]


def _answered(desk: Desk, task: UserTask) -> Card:
    title = chosen(task.properties, desk.reader.language, prefix="name:", default=task.name)
    about = task.variables.get("department")
    who = [str(each) for each in (about, desk.reader.person(task.completed_by)) if each]
    signed = Row(" · ".join(who), desk.reader.moment(task.ended_at))
    return Card("answers", str(title), (*_answers(desk, task), signed))


def _answers(desk: Desk, task: UserTask | None) -> tuple[Row, ...]:
    if task is None:
        return ()
    form = desk.bundle.forms.get(task.form_id or "")
    return tuple(rows_of(desk.reader, form, task.answer or {}))


def _value(desk: Desk, name: str) -> Card:
    value = desk.variable(name)
    label, how = find_label(desk.bundle, desk.reader, name)
    if is_empty(value):
        return Card("value", label)
    return Card("value", label, (Row(label, shown(desk.reader, how["schema"], how["ui"], value)),))


def _named(desk: Desk, kind: str, title: str, rows: Iterable[Row | None]) -> Card:
    return Card(kind, desk.reader.say(title), tuple(row for row in rows if row is not None))


def _row(desk: Desk, label: str, value: Any, href: str = "") -> Row | None:
    """A line, None where there is nothing to say."""
    text = "" if is_empty(value) else shown(desk.reader, {}, {}, value)
    return Row(desk.reader.say(label), text, href) if text else None


def _customer(desk: Desk) -> Card:
    found = desk.complaint
    if found is None:
        return Card("customer", "")
    said = cases.list_words(desk.connection, found.root_key, limit=MOST_WORDS)
    texts = [(desk.reader.moment(found.received_at), found.content)]
    texts += [(desk.reader.moment(word.said_at), word.body) for word in said]
    form = desk.bundle.forms.get("registration")
    flags = (form or {}).get("schema", {}).get("properties", {})
    known = {
        name: value
        for name, value in desk.task.variables.items()
        if name in flags and (value is True or (name == "groupSize" and value))
    }
    rows = rows_of(desk.reader, form, known)
    title = desk.reader.say("The customer's words")
    return Card("customer", title, tuple(rows), tuple(texts))


def _in_words(desk: Desk, rule: str | None) -> str | None:
    """What the owner wrote at a rule, by its id; any other text as the catalogue has it."""
    words = words_of_rule(desk.bundle, rule) if rule else None
    if not words or words == rule:
        return desk.reader.say(rule) if rule else None
    return in_language(words, desk.reader.language)


def _severity(desk: Desk) -> Card:
    facts = desk.complaint.facts if desk.complaint is not None else {}
    severity = desk.variable("severity") or (desk.complaint and desk.complaint.severity)
    level = desk.variable("emergencyLevel") or facts.get("emergencyLevel")
    rows = (
        _row(desk, "Severity", severity),
        _row(desk, "Rule", _in_words(desk, desk.variable("rule") or facts.get("rule"))),
        _row(desk, "Route", desk.variable("route") or facts.get("route")),
        _row(desk, "Emergency level", None if level == "none" else level),
        _row(desk, "To be informed", desk.variable("informed")),
    )
    return _named(desk, "severity", "Severity", rows)


def _proposal(desk: Desk) -> Card:
    found, case = desk.last("propose-solution"), desk.complaint
    if found is None or case is None:
        return Card("proposal", "")
    earlier = cases.earlier_compensation(desk.connection, case, now=desk.now)
    emergency = cases.emergency_compensation(desk.connection, case)
    decider, level = desk.variable("decider"), desk.variable("level")
    named_decider = desk.reader.say(str(decider or ""))
    mine = named_decider if str(decider) in desk.actor.groups else desk.reader.say("none")
    rows = [
        *_answers(desk, found),
        _row(desk, "Disputed amount", desk.reader.money(case.amount)),
        _row(desk, "Exchange rate", _rate(desk, case)),
        _row(desk, "Redress in 12 months", desk.reader.money(earlier)),
        _row(desk, "Redress in the emergency", desk.reader.money(emergency) if emergency else ""),
        _row(desk, "Authority needed", f"{named_decider} {level or ''}".strip()),
        _row(desk, "My authority", mine),
        _row(desk, "Proposed by", desk.reader.person(found.completed_by)),
    ]
    return _named(desk, "proposal", "Proposal", rows)


def _rate(desk: Desk, case: Complaint) -> str:
    """What the amounts count by, and how far that can be relied on; "" in the limits' currency."""
    today = desk.profile.calendar.local_day(desk.now)
    found = told(rates_in(desk.bundle, TABLES[0], now=desk.now, today=today), case.currency)
    return "" if found is None else desk.reader.say(found)


def _of_form(kind: str, title: str, *forms: str) -> Callable[[Desk], Card]:
    def make(desk: Desk) -> Card:
        return _named(desk, kind, title, _answers(desk, desk.last(*forms)))

    return make


def _evidence(desk: Desk) -> Card:
    if desk.complaint is None:
        return Card("evidence", "")
    files = cases.list_evidence(desk.connection, desk.complaint.root_key, limit=MOST_FILES)
    base = f"/complaints/{desk.complaint.number}/evidence"
    rows = [
        Row(each.name, each.media_type, f"{base}/{each.key}" if each.state == "kept" else "")
        for each in files
    ]
    collected = _answers(desk, desk.last("collect-evidence"))
    return _named(desk, "evidence", "Evidence", [*collected, *rows])


def _question(desk: Desk) -> Card:
    department, asked = desk.variable("department"), desk.variable("question")
    rows = [
        _row(desk, "Department", _department(desk, department)),
        *_answers(desk, desk.last("plan-investigation")),
        _row(desk, "Question to the customer", asked if department is None else None),
    ]
    return _named(desk, "question", "What is asked", rows)


def _department(desk: Desk, value: Any) -> Any:
    """A department by the name that the plan's form gives it."""
    form = desk.bundle.forms.get("plan-investigation")
    if value is None or form is None:
        return value
    found = rows_of(desk.reader, form, {"departments": [value]})
    return found[0].value if found else value


def _payment(desk: Desk) -> Card:
    case, found = desk.complaint, desk.last("propose-solution")
    if case is None:
        return Card("payment", "")
    contact = [case.contact_phone, case.contact_email, case.contact_address]
    account = ((found and found.answer) or {}).get("payTo")
    rows = [
        _row(desk, "Payee", case.customer_name or desk.reader.say("withheld by the source")),
        _row(desk, "Decided amount", desk.reader.money(desk.variable("compensationAmount"))),
        _row(desk, "Account to be credited", account or desk.reader.say("not given: ask for it")),
        _row(desk, "Product", case.product),
        _row(desk, "Contact", [each for each in contact if each]),
        _row(desk, "Disputed amount", desk.reader.money(case.amount)),
    ]
    return _named(desk, "payment", "Payment", rows)


BY_LAW: Words = {
    "owedByLaw": "Owed by law",
    "creditFinal": "Provisional credit that is final",
    "creditBack": "Provisional credit that is taken back",
}
"""What a decision says of the law, beside the ledger: labels by variable."""


def _money(desk: Desk) -> Card:
    """The sums of the ledger, and where the offer stands."""
    case = desk.complaint
    if case is None:
        return Card("money", "")
    sums = cases.balance_of(desk.connection, case.root_key)
    offer = cases.find_offer(desk.connection, case.root_key)
    amounts = {
        "Offered": sums.offered,
        "Accepted": sums.accepted,
        "Payable": sums.payable,
        "Paid": sums.paid,
        "Recovered": sums.recovered,
        "To be paid": sums.due,
    }
    rows = [
        _row(desk, label, desk.reader.money(each) if each else "")
        for label, each in amounts.items()
    ]
    rows += [
        _row(desk, label, desk.reader.money(desk.variable(name)) if desk.variable(name) else "")
        for name, label in BY_LAW.items()
    ]
    if offer is not None:
        state = desk.reader.say(cases.OFFER_WORDS[offer.state])
        rows += [
            _row(desk, "Offer", f"{desk.reader.money(offer.amount)} · {state}"),
            _row(desk, "To be accepted by", desk.reader.times.day(offer.until_at)),
            _row(desk, "Answered by", desk.reader.person(offer.answered_by)),
        ]
    return _named(desk, "money", "Money", rows)


def _other(desk: Desk) -> Card:
    answer = desk.last("compare-complaints")
    numbers = dict.fromkeys(
        str(each)
        for each in (*(desk.variable("similar") or ()), desk.variable("otherNumber"))
        if each
    )
    rows = [*_answers(desk, answer), *(_other_row(desk, number) for number in numbers)]
    return _named(desk, "other", "Other complaint", rows)


def _other_row(desk: Desk, number: str) -> Row:
    try:
        found = cases.get_complaint(desk.connection, number)
    except RedressError:
        return Row(number, "—")
    said = f"{desk.reader.say(found.status)} · {desk.reader.times.day(found.received_at)} · "
    return Row(number, said + found.content[:300], f"/complaints/{number}")


def _answer_of(task: UserTask | None) -> Mapping[str, Any]:
    return {} if task is None else task.answer or {}


def _draft_reply(desk: Desk) -> Card:
    """The outcome letter as it would be with what is known now."""
    case, proposed = desk.complaint, _answer_of(desk.last("propose-solution"))
    text = _answer_of(desk.last("write-reply")).get("decisionText")
    text = text or proposed.get("draftReply") or proposed.get("reason")
    if case is None or not text:
        return Card("draft-reply", "")
    variables = {**proposed, "decisionText": text}
    clocks = {each.clock: each for each in cases.list_deadlines(desk.connection, case.root_key)}
    facts = letter_facts(case, clocks, desk.profile, variables, bank=desk.bank, now=desk.now)
    facts["paid"] = cases.balance_of(desk.connection, case.root_key).paid
    spoken = letters.spoken(case.language)
    wording = letter_text(desk.connection, case.root_key, "outcome", spoken)
    try:
        written = letters.write_letter(
            "outcome", language=case.language, recipient="", facts=facts, text=wording
        )
    except RedressError as error:
        return Card("draft-reply", desk.reader.say("Draft reply"), (), (("", error.message),))
    return Card(
        "draft-reply", desk.reader.say("Draft reply"), (), ((written.subject, written.body),)
    )


def _delay(desk: Desk) -> Card:
    clock = desk.variable("clock")
    case = desk.complaint
    entries = cases.list_deadlines(desk.connection, case.root_key) if case is not None else ()
    entry = next((each for each in entries if each.clock == clock), None)
    used = desk.variable("timeUsed")
    rows = [
        _row(desk, "Deadline", None if clock is None else desk.reader.say(str(clock))),
        _row(desk, "Due", None if entry is None else desk.reader.moment(entry.due_at)),
        _row(desk, "Time used", f"{float(used):.0%}" if isinstance(used, int | float) else None),
        _row(
            desk,
            "Investigator",
            desk.reader.person(case.investigator) if case is not None else None,
        ),
        _row(desk, "To be informed", desk.variable("told")),
    ]
    return _named(desk, "delay", "Delay", rows)


def _emergency(desk: Desk) -> Card:
    root_key = desk.task.root_key
    found = cases.find_emergency(desk.connection, root_key)
    if found is None and desk.complaint is not None:
        found = cases.find_emergency_of(desk.connection, desk.complaint.root_key)
    if found is None:
        return Card("emergency", "")
    report: Mapping[str, Any] = desk.variable("report") or {}
    rows = [
        _row(desk, "Emergency", found.number, f"/emergencies/{found.number}"),
        _row(desk, "Level", desk.variable("level") or found.level),
        _row(desk, "Cause", _in_words(desk, found.cause)),
        _row(desk, "Complaints", found.complaints),
        _row(desk, "Opened", desk.reader.moment(found.opened_at)),
        _row(desk, "Report to", _report_to(desk, report)),
        _row(desk, "Contents", report.get("contents")),
    ]
    return _named(desk, "emergency", "Emergency", rows)


def _report_to(desk: Desk, report: Mapping[str, Any]) -> str | None:
    names = policy.report_names(desk.profile, str(report.get("id")))
    found: str | None = chosen(names, desk.reader.language, default=report.get("to"))
    return found


def _version(desk: Desk) -> Card:
    name, number = str(desk.variable("versionName")), int(desk.variable("version"))
    title = title_of(Numbered(name, number), find_own_name(desk.connection))
    rows = [
        _row(desk, "Version", desk.reader.say(title)),
        _row(desk, "Summary", desk.variable("summary")),
        _row(desk, "Submitted by", desk.reader.person(desk.variable("submittedBy"))),
    ]
    return _named(desk, "version", "Version under review", rows)


MAKERS: Mapping[str, Callable[[Desk], Card]] = {
    "customer": _customer,
    "severity": _severity,
    "proposal": _proposal,
    "finding": _of_form("finding", "Finding of the investigation", "investigation-report"),
    "evidence": _evidence,
    "question": _question,
    "error": _of_form("error", "The error to be corrected", "investigation-report"),
    "payment": _payment,
    "money": _money,
    "other": _other,
    "draft-reply": _draft_reply,
    "delay": _delay,
    "emergency": _emergency,
    "version": _version,
}
if set(MAKERS) != set(CARDS):
    raise AssertionError("every named card needs a maker")
