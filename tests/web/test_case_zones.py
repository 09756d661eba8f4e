"""What concerns a case is told in the zone of the case's own law, on every page and in what is
typed there, whatever the house's policy and the reader's clock are."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from service import cases, jobs, operations, tasks
from service.execution import Runtime
from service.i18n.dates import Times
from service.identity import Actor
from service.intake import parse_complaint, portal_help, portal_standing
from service.policy import load_profile
from tests.kit.clock import NOW
from tests.kit.desk import SAME, Desk

CLERK = Actor("clerk", frozenset({"clerk"}))
HERE, THERE = load_profile("TW-FCPA"), load_profile("US-CFPB")
TOLD = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d")
ELSEWHERE = " (Eastern "
FACTS = {
    "customerName": "Owen Hartley",
    "channel": "phone",
    "product": "Mortgage",
    "contact": {"email": "owen@customer.invalid"},
    "content": "The early repayment fee was explained as 1 %, the statement shows 3 %.",
    "language": "en",
}


@dataclass(frozen=True, slots=True)
class Abroad:
    """A house in Taipei, and a complaint under the law of another country."""

    desk: Desk
    number: str
    root_key: int
    task: int

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages that are about this case."""
        return tuple(
            path.format(number=self.number, root=self.root_key, task=self.task)
            for path in (
                "/complaints/{number}",
                "/complaints/{number}?at=1",
                "/complaints/{number}/evidence",
                "/complaints/{number}/related",
                "/complaints/{number}/report",
                "/complaints/{number}/report.html",
                "/complaints/{number}/letters/new",
                "/complaints/{number}/access",
                "/registered/{number}",
                "/instances/{root}",
                "/clauses?case={number}",
                "/tasks/{task}",
            )
        )


@pytest.fixture
def abroad(runtime: Runtime, tmp_path: Path) -> Abroad:
    house = replace(runtime, profile=HERE, enabled=(HERE, THERE))
    new = operations.register_complaint(
        house, parse_complaint(FACTS, now=NOW), actor=CLERK, now=NOW
    )
    compliance = Actor("compliance-1", frozenset({"compliance"}))
    operations.set_regime(
        house, new.number, [THERE.id], reason="customer of New York", actor=compliance, now=NOW
    )
    operations.comment_case(house, new.root_key, "@wu please look", actor=CLERK, now=NOW)
    with house.database.read() as connection:
        task = tasks.list_case_tasks(connection, new.root_key)[0]
    desk = Desk.of(house, tmp_path)
    return Abroad(desk, new.number, new.root_key, task.key)


def moments(page: str) -> list[str]:
    """Every moment with the words behind it, as far as a zone's name reaches."""
    return [page[each.start() : each.end() + len(ELSEWHERE)] for each in TOLD.finditer(page)]


def test_every_page_about_a_case_tells_its_moments_in_the_zone_of_its_law(abroad: Abroad) -> None:
    seen = 0
    for who in ("clerk", "compliance-1", "wu"):
        desk = abroad.desk.sign_in(who)
        for path in abroad.pages:
            answer = desk.client.get(path, headers=SAME)
            if answer.status_code in (403, 404):
                continue
            found = moments(desk.see(path))
            assert [each for each in found if not each.endswith(ELSEWHERE)] == [], (who, path)
            seen += len(found)
    assert seen > 60


def test_a_list_tells_each_row_in_the_zone_of_its_case(abroad: Abroad) -> None:
    house, desk = abroad.desk.runtime, abroad.desk
    other = operations.register_complaint(
        house, parse_complaint({**FACTS, "customerName": "Lin"}, now=NOW), actor=CLERK, now=NOW
    )
    operations.claim_task(house, abroad.task, actor=CLERK, now=NOW)
    with house.database.transaction() as connection:
        for key in (abroad.root_key, other.root_key):
            jobs.raise_incident(
                connection,
                root_key=key,
                key=key + 4000,
                kind="job",
                element_id="x",
                message=f"stands {key}",
                now=NOW,
            )
    lists = {
        "clerk": ("/tasks?show=all", "/complaints", "/today"),
        "wu": ("/notices",),
        "compliance-1": (
            "/tasks?show=all",
            "/incidents",
            "/procedure/live/cases?sheet=triage-complaint&element=assess-facts",
        ),
        "executive-1": ("/team?holder=clerk",),
    }
    seen = 0
    for who, paths in lists.items():
        desk.sign_in(who)
        for path in paths:
            answer = desk.client.get(path, headers=SAME)
            assert answer.status_code in (200, 403, 404), (path, answer.status_code)
            for row in rows_of(answer.get_data(as_text=True)):
                away = abroad.number in row or f"stands {abroad.root_key}" in row
                found = moments(row)
                assert all(each.endswith(ELSEWHERE) is away for each in found), (who, path, row)
                seen += len(found) if away else 0
    assert seen >= 8


def rows_of(page: str) -> list[str]:
    """The words of each row of a page's lists and tables."""
    main = page.split("<main", 1)[-1]
    rows = re.findall(r"<(tr|li)\b[^>]*>(.*?)</\1>", main, flags=re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", inner)).split()) for _, inner in rows]


def test_a_time_that_is_typed_is_a_time_of_the_case(abroad: Abroad) -> None:
    zone = THERE.calendar.zone
    spoke = NOW.astimezone(zone).replace(hour=9, minute=30, second=0, microsecond=0)
    spoke += timedelta(days=1)
    desk = abroad.desk.at(spoke + timedelta(hours=1)).sign_in("clerk")
    answer = desk.post(
        f"/complaints/{abroad.number}/contacts",
        bankPerson="clerk",
        party="Owen Hartley",
        means="phone",
        result="reached",
        spokeAt=f"{spoke:%Y-%m-%dT%H:%M}",
        note="We called.",
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    with desk.runtime.database.read() as connection:
        (logged,) = cases.list_contacts(connection, abroad.root_key)
    assert logged.spoke_at == spoke
    page = desk.see(f"/complaints/{abroad.number}/evidence")
    assert Times("en", zone, HERE.calendar.zone).moment(spoke) in page


def test_the_customer_reads_the_days_of_the_law_that_the_case_goes_by(abroad: Abroad) -> None:
    house = abroad.desk.runtime
    with house.database.read() as connection:
        standing = portal_standing.look(connection, abroad.root_key)
        final = next(
            each
            for each in cases.list_deadlines(connection, abroad.root_key)
            if each.clock == "final response"
        )
    zone = THERE.calendar.zone
    assert Times("en", zone).day(final.due_at) != Times("en", HERE.calendar.zone).day(final.due_at)
    secret = portal_help.give_portal_code(
        house, abroad.root_key, check="document", seen="passport, compared", actor=CLERK, now=NOW
    )
    abroad.desk.post("/portal/follow", number=abroad.number, secret=secret)
    page = abroad.desk.see("/portal/case")
    assert standing.complaint.number in page
    assert Times("en", zone).day(final.due_at) in page
    assert Times("en", HERE.calendar.zone).day(final.due_at) not in page
