"""How many statements each page takes at most. What is written here may only go down: a page that
takes more fails, and so does a budget that nobody needs any more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.app import create_app
from service.bench.counting import counted
from service.bench.page_visits import NOT_VISITED, PAGES, Page, Visitor
from service.bench.pages import prepare
from service.bench.recording import prepare_runtime
from service.config import Settings
from service.db import Database
from service.execution import Runtime
from tests.kit.clock import NOW

FEW, CASES = 20, 60
SLACK = 2
"""So many fewer than the budget are no reason to lower it: the two databases differ in a few."""
BUDGET: dict[str, int] = {
    "task list: mine": 15,
    "task list: my groups": 15,
    "task list: all": 19,
    "task list: late": 19,
    "task list: this week, one step": 12,
    "task list: no due date": 19,
    "task list: severity P1": 11,
    "task list: channel and severity": 17,
    "task list: one role": 19,
    "task list: a step far down": 19,
    "task list: a rare product": 20,
    "task list: held by one": 16,
    "task list: held by nobody": 19,
    "task list: a common word": 13,
    "task list: a rare word": 17,
    "task list: Chinese text": 12,
    "task list: two words": 10,
    "task list: in the middle": 19,
    "task list: asked again": 14,
    "today": 24,
    "a task": 28,
    "a case": 20,
    "evidence and contacts": 8,
    "related complaints": 9,
    "investigation report": 8,
    "diagram of a case": 5,
    "registered": 6,
    "complaints": 12,
    "complaints: open": 12,
    "complaints: closed": 5,
    "complaints: page 100": 12,
    "search: a customer": 6,
    "search: a common word": 12,
    "search: a beginning": 11,
    "search: a telephone": 12,
    "search: nothing": 6,
    "search: two words, one rare": 6,
    "register": 4,
    "register: like this one": 6,
    "cases to start by hand": 30,
    "insight: this month": 25,
    "insight: the cases": 13,
    "my team": 16,
    "my team: one person": 13,
    "my team: nobody": 16,
    "notices": 9,
    "emergencies": 4,
    "people": 8,
    "accounts": 17,
    "saved replies": 4,
    "help": 3,
    "palette: nothing typed": 14,
    "palette: a customer": 20,
    "colleagues: a beginning": 4,
    "mailbox": 7,
    "letters to post": 8,
    "clauses": 5,
    "clauses of a case": 7,
    "execution plan": 5,
    "time limits of the law": 3,
    "procedure": 5,
    "live view": 10,
    "live view: a busy sheet": 10,
    "live view: the cases": 10,
    "review desk": 5,
    "migrations": 7,
    "workbench": 13,
    "incidents": 4,
    "sign in": 0,
    "choose a password": 0,
    "my account": 4,
    "a second factor": 4,
    "one account": 17,
    "report to sign": 5,
    "who may read a case": 7,
    "portal access of a case": 4,
    "a letter to write": 5,
    "one emergency": 9,
    "course of a case": 9,
    "a version to review": 18,
    "a migration": 14,
    "a draft": 8,
    "a file to edit": 7,
    "a new procedure": 3,
    "a new file": 4,
    "trial of a decision": 5,
    "a process played through": 5,
    "break the glass": 3,
    "portal": 0,
    "portal: complain": 0,
    "portal: follow": 0,
    "portal: a lost number": 0,
    "portal: the case": 10,
    "metrics": 7,
}

TYPED: dict[str, int] = {"draft": 6, "letters": 7}
"""What a form sends while somebody types in it: neither reads the case beside the task."""


@pytest.fixture
def visitor(database: Database) -> Visitor:
    return prepare(prepare_runtime(database, NOW), CASES, lambda _: None)


def taken(visitor: Visitor, database: Database, page: Page) -> int:
    """The statements of a page that was seen before."""
    visitor.visit(page)
    with counted(database) as cost:
        visitor.visit(page)
    return cost.statements


def test_a_page_takes_no_more_statements_than_its_budget(
    visitor: Visitor, database: Database
) -> None:
    found = {page.name: taken(visitor, database, page) for page in PAGES}
    known = {name: BUDGET.get(name, 0) for name in found}
    over = {name: (count, known[name]) for name, count in found.items() if count > known[name]}
    assert over == {}, "these pages take more statements than they did"
    loose = {
        name: (count, known[name]) for name, count in found.items() if count < known[name] - SLACK
    }
    assert loose == {}, "these pages take fewer statements than their budget: lower it"


@pytest.mark.parametrize("what", TYPED)
def test_what_is_sent_while_typing_reads_no_case(
    visitor: Visitor, database: Database, what: str
) -> None:
    page = Page(what, "/tasks/{task}/" + what, "handler", form={"note": "typed"})
    assert taken(visitor, database, page) <= TYPED[what]


def test_no_page_takes_a_statement_for_each_row(sqlite_template: Path, tmp_path: Path) -> None:
    """A few more where a list is not empty any more; never some for each of forty cases."""
    few, many = (_counts(sqlite_template, tmp_path / f"{size}.db", size) for size in (FEW, CASES))
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name] + SLACK}
    assert grown == {}


def _counts(template: Path, path: Path, cases: int) -> dict[str, int]:
    """The statements of every page of a database with so many cases."""
    shutil.copy(template, path)
    database = Database(f"sqlite:///{path}")
    try:
        visitor = prepare(prepare_runtime(database, NOW), cases, lambda _: None)
        return {page.name: taken(visitor, database, page) for page in PAGES}
    finally:
        database.dispose()


def test_every_page_has_a_budget(runtime: Runtime) -> None:
    """Out of the routes: a page that is new is visited, or it says why not."""
    app = create_app(Settings(secret_key="-" * 40), runtime=runtime)
    routes = app.url_map.bind("localhost")
    visited = set()
    for page in PAGES:
        path = page.path.partition("?")[0].replace("{number}", "C-1")
        for word in ("task", "root", "emergency", "draft", "version", "migration"):
            path = path.replace("{" + word + "}", "1")
        visited.add(routes.match(path, method="POST" if page.form else "GET")[0])
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("web.") and "GET" in (rule.methods or ())
    }
    assert pages - visited - set(NOT_VISITED) == set(), "visit them in service/bench/page_visits.py"
    assert set(NOT_VISITED) <= pages - visited
    assert {page.name for page in PAGES} == set(BUDGET)


def test_a_statement_is_counted_whichever_way_it_goes(database: Database) -> None:
    with counted(database) as cost, database.read() as connection:
        connection.execute(sa.text("SELECT 1"))
    assert (cost.statements, cost.commits) == (1, 0)
    with counted(database) as cost, database.transaction() as connection:
        connection.execute(sa.text("SELECT 1"))
    assert (cost.statements, cost.commits) == (1, 1)
