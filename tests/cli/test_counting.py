"""What `counted` counts: the work of the block, whatever the rest of the process does meanwhile."""

from __future__ import annotations

import threading

from service.bench.counting import counted
from service.db import Database


def test_the_statements_of_another_thread_are_not_its_own(database: Database) -> None:
    def elsewhere() -> None:
        with database.transaction() as other:
            other.exec_driver_sql("SELECT 2")

    with counted(database) as cost, database.read() as connection:
        beside = threading.Thread(target=elsewhere)
        beside.start()
        beside.join()
        connection.exec_driver_sql("SELECT 1")
    assert cost.texts == ["SELECT 1"] and cost.commits == 0
