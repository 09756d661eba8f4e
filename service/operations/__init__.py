"""What moves a case: one verb per file, and the one write path they all take.

Read the instance and its version, check, let the engine advance (outside any lock), write everything in one short
transaction guarded by that version. Whoever calls passes the actor and the time.
"""

from service.operations.background import fire_timer, make_worker
from service.operations.cancel_instance import cancel_instance
from service.operations.complete_task import complete_task
from service.operations.evaluate_decision import Evaluation, evaluate_decision
from service.operations.execute import Outcome, get_instance
from service.operations.hold_task import assign_task, claim_task, release_task
from service.operations.messages import Published, correlate_message, publish_message
from service.operations.plan import Plan
from service.operations.resolve_incident import resolve_incident
from service.operations.runtime import Runtime
from service.operations.signals import broadcast_signal
from service.operations.start import (
    COMPLAINT_PROCESS,
    Registered,
    Started,
    register_complaint,
    start_instance,
)
from service.operations.start_events import fire_due_starts
from service.operations.work_jobs import activate_jobs, complete_job, fail_job, throw_job_error

__all__ = [
    "COMPLAINT_PROCESS",
    "Evaluation",
    "Outcome",
    "Plan",
    "Published",
    "Registered",
    "Runtime",
    "Started",
    "activate_jobs",
    "assign_task",
    "broadcast_signal",
    "cancel_instance",
    "claim_task",
    "complete_job",
    "complete_task",
    "correlate_message",
    "evaluate_decision",
    "fail_job",
    "fire_due_starts",
    "fire_timer",
    "get_instance",
    "make_worker",
    "publish_message",
    "register_complaint",
    "release_task",
    "resolve_incident",
    "start_instance",
    "throw_job_error",
]
