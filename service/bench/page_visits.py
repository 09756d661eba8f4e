"""Which pages are visited in a measurement, by whom, and what a visit is: one request through the
WSGI application."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import EnvironBuilder, run_wsgi_app

from service.bench.page_case import Known
from service.errors import RedressError
from service.execution import Runtime

APPLICATION = "service.app:create_app"
"""By its name, as the server loads it: the application lies above the command line."""
SETTINGS = "service.config:Settings"


@dataclass(frozen=True, slots=True)
class Page:
    """A page; `path` names what is known of a case in braces. `held` ones are held to the task
    list's targets."""

    name: str
    path: str
    who: str = "admin"
    held: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


def _tasks(name: str, who: str = "handler", **asked: str) -> Page:
    return Page(f"task list: {name}", "/tasks?" + urlencode(asked), who, held=True)


LIST = (
    _tasks("mine", show="mine"),
    _tasks("my groups", show="groups"),
    _tasks("all", "admin", show="all"),
    _tasks("late", "admin", show="all", due="late"),
    _tasks("this week, one step", show="groups", due="week", step="first-contact"),
    _tasks("no due date", "admin", show="all", due="none"),
    _tasks("severity P1", show="groups", severity="P1"),
    _tasks("channel and severity", "admin", show="all", channel="branch", severity="P4"),
    _tasks("one role", "admin", show="all", role="approver"),
    _tasks("a step far down", "admin", show="all", step="write-report"),
    _tasks("a rare product", "admin", show="all", product="Safe deposit box"),
    _tasks("held by one", "admin", show="all", assignee="person-8"),
    _tasks("held by nobody", "admin", show="all", assignee="-"),
    _tasks("a common word", show="groups", q="charged"),
    _tasks("a rare word", "admin", show="all", q="{rare}"),
    _tasks("Chinese text", show="groups", q="重複扣款"),
    _tasks("two words", show="groups", q="年費 林美玲"),
    _tasks("in the middle", "admin", show="all", after="{middle}"),
    Page("task list: asked again", "/tasks/list?show=groups", "handler", held=True),
)
PAGES = (
    *LIST,
    Page("today", "/today", "handler"),
    Page("a task", "/tasks/{task}?show=mine", "handler"),
    Page("a case", "/complaints/{number}"),
    Page("evidence and contacts", "/complaints/{number}/evidence"),
    Page("related complaints", "/complaints/{number}/related"),
    Page("investigation report", "/complaints/{number}/report.html"),
    Page("diagram of a case", "/complaints/{number}/picture"),
    Page("registered", "/registered/{number}"),
    Page("complaints", "/complaints"),
    Page("complaints: open", "/complaints?status=open"),
    Page("complaints: closed", "/complaints?status=closed"),
    Page("complaints: page 100", "/complaints?page=100"),
    Page("search: a customer", "/complaints?q=" + "林美玲12"),
    Page("search: a common word", "/complaints?q=charged"),
    Page("search: a beginning", "/complaints?q=C-2020"),
    Page("search: a telephone", "/complaints?q={phone}"),
    Page("search: nothing", "/complaints?q=zebra"),
    Page("search: two words, one rare", "/complaints?q=charged+{rare}"),
    Page("register", "/register"),
    Page(
        "register: like this one",
        "/register/similar",
        form={
            "customerName": "林美玲12",
            "contact.email": "customer77@customer.invalid",
            "content": "同一筆消費被重複扣款兩次,致電客服後三週仍未收到回覆。",
        },
    ),
    Page("cases to start by hand", "/start"),
    Page("insight: this month", "/insight"),
    Page("insight: the cases", "/insight/cases?figure=channel&line=phone"),
    Page("my team", "/team"),
    Page("my team: one person", "/team?holder=person-8"),
    Page("my team: nobody", "/team?holder=-"),
    Page("notices", "/notices", "handler"),
    Page("emergencies", "/emergencies"),
    Page("people", "/people"),
    Page("accounts", "/accounts"),
    Page("saved replies", "/replies", "handler"),
    Page("help", "/help", "handler"),
    Page("palette: nothing typed", "/palette", "handler"),
    Page("colleagues: a beginning", "/mentions?q=be", "handler"),
    Page("palette: a customer", "/palette?q=" + "林美玲12", "handler"),
    Page("mailbox", "/mailbox"),
    Page("letters to post", "/letters"),
    Page("clauses", "/clauses"),
    Page("clauses of a case", "/clauses?case={number}"),
    Page("execution plan", "/plan"),
    Page("time limits of the law", "/law"),
    Page("procedure", "/procedure"),
    Page("live view", "/procedure/live"),
    Page("live view: a busy sheet", "/procedure/live?sheet=triage-complaint&by=p90&version=all"),
    Page(
        "live view: the cases", "/procedure/live/cases?sheet=triage-complaint&element=assess-facts"
    ),
    Page("review desk", "/reviews"),
    Page("migrations", "/migrations"),
    Page("workbench", "/workbench"),
    Page("incidents", "/incidents"),
    Page("sign in", "/sign-in", ""),
    Page("choose a password", "/set-password", ""),
    Page("my account", "/account", "handler"),
    Page("a second factor", "/account/second-factor", "handler"),
    Page("one account", "/accounts/person-7"),
    Page("report to sign", "/complaints/{number}/report"),
    Page("who may read a case", "/complaints/{number}/access"),
    Page("portal access of a case", "/complaints/{number}/portal", "handler"),
    Page("a letter to write", "/complaints/{number}/letters/new", "handler"),
    Page("one emergency", "/emergencies/{emergency}"),
    Page("course of a case", "/instances/{root}"),
    Page("a version to review", "/reviews/{version}"),
    Page("a migration", "/migrations/{migration}"),
    Page("a draft", "/workbench/drafts/{draft}"),
    Page(
        "a file to edit",
        "/workbench/drafts/{draft}/edit/processes/letters/outcome.zh-Hant.letter.txt",
    ),
    Page("a new procedure", "/workbench/new", "owner"),
    Page("a new file", "/workbench/drafts/{draft}/new/form", "owner"),
    Page("trial of a decision", "/workbench/drafts/{draft}/trial"),
    Page("a process played through", "/workbench/drafts/{draft}/play/complaint"),
    Page("break the glass", "/break-glass"),
    Page("portal", "/portal", ""),
    Page("portal: complain", "/portal/complain", ""),
    Page("portal: follow", "/portal/follow", ""),
    Page("portal: a lost number", "/portal/lost", ""),
    Page("portal: the case", "/portal/case", "customer"),
    Page("metrics", "/metrics"),
)
NOT_VISITED: Mapping[str, str] = {
    "web.home": "leads to another page",
    "web.migration_run": "leads to another page",
    "web.sign_in_elsewhere": "leads to the provider that the bank signs in with",
    "web.sign_out_elsewhere": "leads to the same provider",
    "web.come_back": "wants what that provider sent",
    "web.static": "a file of the product",
    "web.demo_progress": "a line of the demo",
    "web.mail_page": "wants a message that came by mail",
    "web.plain_case": "wants a case of a procedure of the bank's own",
    "web.plain_letter_pdf": "a file to keep",
    "web.start_page": "wants a form that starts a case of the bank's own",
    "web.insight_sheet": "a file to keep",
    "web.draft_parts": "what a draft has to choose from, for programs",
    "web.findings": "a check of the whole draft, for programs",
    "web.evidence_file": "a file to keep",
    "web.case_pdf": "a file to keep",
    "web.export_case": "a file to keep",
    "web.report_pdf": "a file to keep",
    "web.letter_pdf": "a file to keep",
    "web.plan_table": "a file to keep",
    "web.review_dossier": "a file to keep",
    "web.download": "a file to keep",
    "web.draft_file": "a file to keep",
}
"""What else a browser can ask for, by its endpoint, and why it is no page to visit here."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How long one visit took, in milliseconds: by the clock, and of this process's processor."""

    wall: float
    core: float
    size: int


class Visitor:
    """Visits the pages of one database."""

    def __init__(self, runtime: Runtime, known: Known) -> None:
        settings = resolve_name(SETTINGS)(secret_key="-" * 40)
        self._app: Any = resolve_name(APPLICATION)(settings, runtime=runtime)
        self._known = known

    def visit(self, page: Page) -> Taken:
        """One request. Raises RedressError when it is not answered as it should be."""
        environ = self._environ(page)
        core, wall = time.process_time(), time.perf_counter()
        content, status, _ = run_wsgi_app(self._app, environ, buffered=True)
        size = sum(map(len, content))
        taken = Taken(
            1_000 * (time.perf_counter() - wall), 1_000 * (time.process_time() - core), size
        )
        if not status.startswith(str(page.status)):
            raise RedressError(
                "expected {path} to be answered {status}, it was answered {answer}",
                path=page.path,
                status=page.status,
                answer=status,
            )
        return taken

    def _environ(self, page: Page) -> Any:
        path = page.path
        for name, value in self._known.words.items():
            path = path.replace("{" + name + "}", value).replace("%7B" + name + "%7D", value)
        cookies = [("Cookie", self._known.cookies[page.who])] if page.who else []
        headers = [*cookies, ("Sec-Fetch-Site", "same-origin")]
        return EnvironBuilder(
            path=path,
            method="POST" if page.form else "GET",
            data=dict(page.form),
            headers=headers,
            base_url="http://localhost",
        ).get_environ()
