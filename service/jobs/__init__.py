"""Background work: timers, jobs, subscriptions, the outbox, incidents, and the loop that does what is due.

Rows are written in the transaction of the command that wants them; workers claim them with a lease, so that a worker
that dies loses nothing, and every effect guards itself, so that nothing happens twice.
"""

from service.jobs.mending import find_signal_subscriptions, insert_outbox, resolve_incident, retry_subject
from service.jobs.queries import (
    Due,
    activate_jobs,
    claim_outbox,
    claim_timers,
    end_jobs,
    end_outbox,
    end_subscriptions,
    end_timers,
    fail_job,
    find_subscriptions,
    find_timer,
    get_job,
    insert_jobs,
    insert_subscriptions,
    insert_timers,
    list_incidents,
    next_timer_at,
    put_back_timer,
    raise_incident,
)
from service.jobs.worker import Worker

__all__ = [
    "Due",
    "Worker",
    "activate_jobs",
    "claim_outbox",
    "claim_timers",
    "end_jobs",
    "end_outbox",
    "end_subscriptions",
    "end_timers",
    "fail_job",
    "find_signal_subscriptions",
    "find_subscriptions",
    "find_timer",
    "get_job",
    "insert_jobs",
    "insert_outbox",
    "insert_subscriptions",
    "insert_timers",
    "list_incidents",
    "next_timer_at",
    "put_back_timer",
    "raise_incident",
    "resolve_incident",
    "retry_subject",
]
