"""The one write path: read the case and its version, check, advance outside any lock, write in one
guarded transaction, carry out what follows, commit.

An operation makes a unit of work (`on_case`, `new_case`, `on_message`) and has it carried out by
`execute`, with the actor and the time. Nobody else finishes a step: `apply_step`, `write_step`,
`follow_up`, `deliver_waiting` and `finish` are called in here only. What is counted of a case is
kept with every commit that changed it.
"""

from service.db import keep_before_commit
from service.execution.apply import VersionConflict
from service.execution.begin import Beginning, insert_past, keep_keys, new_root_key, released
from service.execution.cascade import resume_cascade
from service.execution.child_keys import take_children
from service.execution.decide_version import (
    MOST_SAID,
    Decision,
    check_base,
    check_may_now,
    decide_version,
    move_version,
    said,
)
from service.execution.deliver_message import Published, on_message
from service.execution.execute import Scope, Within, execute
from service.execution.foresee_letters import foresee_letters
from service.execution.idempotency import Once
from service.execution.incidents import raise_incident, record_incident
from service.execution.load_view import case_view
from service.execution.open_emergency import (
    EMERGENCY_PROCESS,
    Opening,
    count_spike,
    link_complaints,
    open_emergency,
)
from service.execution.plan import Case, Decide, Plan, always
from service.execution.plans import (
    Completion,
    check_job_waits,
    completion,
    firing,
    job_ending,
    job_variables,
)
from service.execution.read_case import check_awake, get_instance, list_waiting, read_case
from service.execution.redate_tasks import redate_tasks
from service.execution.retry import retry
from service.execution.runtime import Runtime
from service.execution.tell_person import tell_group, tell_people, tell_person
from service.execution.unit import Outcome, new_case, on_case
from service.facts import keep_facts

keep_before_commit(keep_facts)

__all__ = [
    "EMERGENCY_PROCESS",
    "MOST_SAID",
    "Beginning",
    "Case",
    "Completion",
    "Decide",
    "Decision",
    "Once",
    "Opening",
    "Outcome",
    "Plan",
    "Published",
    "Runtime",
    "Scope",
    "VersionConflict",
    "Within",
    "always",
    "case_view",
    "check_awake",
    "check_base",
    "check_job_waits",
    "check_may_now",
    "completion",
    "count_spike",
    "decide_version",
    "execute",
    "firing",
    "foresee_letters",
    "get_instance",
    "insert_past",
    "job_ending",
    "job_variables",
    "keep_keys",
    "link_complaints",
    "list_waiting",
    "move_version",
    "new_case",
    "new_root_key",
    "on_case",
    "on_message",
    "open_emergency",
    "raise_incident",
    "read_case",
    "record_incident",
    "redate_tasks",
    "released",
    "resume_cascade",
    "retry",
    "said",
    "take_children",
    "tell_group",
    "tell_people",
    "tell_person",
]
