"""Tasks come free again of somebody who is gone, or who may not do them any more."""

from __future__ import annotations

from datetime import datetime

from service import identity, tasks
from service.db import Connection
from service.execution import Runtime
from service.identity import Account, Actor
from service.operations.claim_task import release_within, withdraw_offer

BATCH = 100
"""So many tasks are given back in one transaction: each of them moves its case."""


def give_back(runtime: Runtime, name: str, *, actor: Actor, now: datetime) -> int:
    """Give back what an account holds and is not offered any more, and offer to nobody, which is to
    the administrators, what was offered to it alone; how many tasks. What an interrupted call has
    left is done by the next."""
    total = after = 0
    while True:
        with runtime.database.read() as connection:
            account = identity.get_account(connection, name)
            found = _not_theirs(connection, account, after)
        if not found:
            return total
        with runtime.database.transaction() as connection:
            for task in found:
                if task.assignee == name:
                    release_within(connection, task.key, name, actor=actor, now=now)
                if not account.active and name in task.candidate_users:
                    withdraw_offer(connection, task.key, name, actor=actor, now=now)
        total, after = total + len(found), found[-1].key


def _not_theirs(connection: Connection, account: Account, after: int) -> list[tasks.UserTask]:
    """The next open tasks that the account has and should not, by key."""
    while True:
        page = tasks.list_tied_to(connection, account.name, after=after, limit=BATCH)
        found = [
            task
            for task in page
            if not account.active
            or (task.assignee == account.name and not _may_keep(connection, task, account))
        ]
        if found or len(page) < BATCH:
            return found
        after = page[-1].key


def _may_keep(connection: Connection, task: tasks.UserTask, account: Account) -> bool:
    return tasks.is_candidate(task, account.actor) and not tasks.is_above(
        connection, task, account.name
    )
