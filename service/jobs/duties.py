"""Work that one process at a time does for all: claimed with a lease, so that another follows a
process that dies.

The lease only saves work. Whatever a duty writes guards itself, so two holders at once do no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.db import Connection
from service.jobs.tables import duty

_CREATE = {
    "sqlite": sqlite.insert(duty).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(duty).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of `duty`."""

    name: str
    owner: str | None
    until: datetime | None
    since: datetime
    done_at: datetime | None
    incident_key: int | None
    error_message: str | None

    @property
    def last_done(self) -> datetime:
        """When it was last done whole, or since when it has been wanted."""
        return self.done_at or self.since


def want_duty(connection: Connection, name: str, *, now: datetime) -> Duty:
    """The duty of that name, which from now on has to be done; its row is locked until commit."""
    connection.execute(_CREATE[connection.dialect.name], {"name": name, "since": now})
    row = (
        connection.execute(sa.select(duty).where(duty.c.name == name).with_for_update())
        .mappings()
        .one()
    )
    return Duty(**row)


def find_duty(connection: Connection, name: str) -> Duty | None:
    """The duty of that name, if anybody wanted it yet."""
    row = connection.execute(sa.select(duty).where(duty.c.name == name)).mappings().one_or_none()
    return None if row is None else Duty(**row)


def claim_duty(
    connection: Connection, name: str, *, owner: str, now: datetime, until: datetime
) -> bool:
    """Take the duty, or keep it, until then; False while somebody else has it."""
    want_duty(connection, name, now=now)
    free = (duty.c.owner == owner) | duty.c.until.is_(None) | (duty.c.until <= now)
    taken = connection.execute(
        sa.update(duty).where(duty.c.name == name, free).values(owner=owner, until=until)
    )
    return taken.rowcount == 1


def end_duty(
    connection: Connection, name: str, *, owner: str, now: datetime, error: str | None = None
) -> None:
    """Give the duty back: done whole, or stopped by an error."""
    values: dict[str, object] = {"until": None, "error_message": error and error[:2000]}
    if error is None:
        values["done_at"] = now
    connection.execute(
        sa.update(duty).where(duty.c.name == name, duty.c.owner == owner).values(values)
    )


def set_alarm(connection: Connection, name: str, incident_key: int | None) -> None:
    """Note which incident says that the duty is not done; None when it is again."""
    connection.execute(sa.update(duty).where(duty.c.name == name).values(incident_key=incident_key))


def break_off(
    connection: Connection, name: str, *, since: datetime, until: datetime, error: str
) -> None:
    """Note that the duty cannot be done, since when, and until when nobody is to try."""
    values = {"since": since, "until": until, "error_message": error[:2000]}
    connection.execute(sa.update(duty).where(duty.c.name == name).values(values))


def take_up_again(connection: Connection, name: str, *, now: datetime) -> None:
    """Note that the duty can be done again."""
    values = {"done_at": now, "until": None, "error_message": None}
    connection.execute(sa.update(duty).where(duty.c.name == name).values(values))
