"""Which other cases are a customer's: by telephone, address of mail or key, and by the name only
where there is nothing else. One statement, by indexes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from service import cases
from service.bench.counting import counted
from service.cases import Complaint, NewComplaint
from service.db import Database
from service.execution import Runtime
from service.identity import SYSTEM
from service.operations import register_complaint
from tests.kit.clock import NOW

NOBODY = NewComplaint(None, None, None, "1 Harbour Road", "branch", "Charged twice.", NOW)
NAMED = replace(NOBODY, customer_name="Owen Gray")
CALLED = replace(NAMED, phone="02-5550-0101")
MAILED = replace(NAMED, email="owen@customer.invalid")
REACHED = replace(CALLED, email="owen@customer.invalid")
ALL = (NOBODY, NAMED, CALLED, MAILED, REACHED)
OF = {0: [], 1: [4, 3, 2], 2: [4], 3: [4], 4: [3, 2]}
"""By the place of a case, those of the same customer, newest first."""


def made(runtime: Runtime) -> list[Complaint]:
    keys = [register_complaint(runtime, each, actor=SYSTEM, now=NOW).root_key for each in ALL]
    with runtime.database.read() as connection:
        found = [cases.find_complaint(connection, key) for key in keys]
    return [each for each in found if each is not None]


def test_other_cases_of_the_same_customer(runtime: Runtime) -> None:
    registered = made(runtime)
    keys = [each.root_key for each in registered]
    for place, wanted in OF.items():
        with runtime.database.read() as connection, counted(runtime.database) as cost:
            found = cases.list_related(connection, registered[place])
        assert [keys.index(each.root_key) for each in found] == wanted, place
        assert cost.statements == 1


def test_a_case_that_is_kept_from_somebody_is_none_of_them(runtime: Runtime) -> None:
    registered = made(runtime)
    hidden = frozenset({registered[4].root_key})
    with runtime.database.without(hidden).read() as connection:
        found = cases.list_related(connection, registered[2])
    assert found == []


def test_no_way_to_know_a_customer_goes_over_all_complaints(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what it has counted")
    someone = Complaint.__new__(Complaint)
    for name in Complaint.__slots__:
        object.__setattr__(someone, name, None)
    object.__setattr__(someone, "root_key", 1)
    with database.read() as connection, counted(database) as cost:
        cases.list_related(connection, someone)
        sql = cost.texts[0]
        values = {f"p{number}": None for number in range(sql.count("?"))}
        for name in values:
            sql = sql.replace("?", f":{name}", 1)
        plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {sql}"), values).all()
    assert not [row for row in plan if str(row[3]).startswith("SCAN complaint")]
