"""What can be written into a case's history: `area:thing:happened`, past tense, nothing else."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """The events of a case. A history row has exactly one; what moved is in its details."""

    COMPLAINT_REGISTERED = "case:complaint:registered"
    INSTANCE_STARTED = "case:instance:started"
    INSTANCE_CANCELLED = "case:instance:cancelled"
    INSTANCE_MIGRATED = "case:instance:migrated"
    CLOCKS_RECOMPUTED = "case:clocks:recomputed"
    CASE_REASSIGNED = "case:investigator:reassigned"
    CASE_LINKED = "case:complaint:linked"
    HOLD_SET = "case:hold:set"
    HOLD_LIFTED = "case:hold:lifted"
    EMERGENCY_LINKED = "case:emergency:linked"
    TASK_COMPLETED = "case:task:completed"
    TASK_CLAIMED = "case:task:claimed"
    TASK_RELEASED = "case:task:released"
    TASK_ASSIGNED = "case:task:assigned"
    TIMER_FIRED = "case:timer:fired"
    JOB_COMPLETED = "case:job:completed"
    JOB_UPDATED = "case:job:updated"
    TASK_UPDATED = "case:task:updated"
    JOB_FAILED = "case:job:failed"
    JOB_ERROR_THROWN = "case:job:error-thrown"
    MESSAGE_CORRELATED = "case:message:correlated"
    SIGNAL_CAUGHT = "case:signal:caught"
    VARIABLES_SET = "case:variables:set"
    INCIDENT_RAISED = "case:incident:raised"
    INCIDENT_RESOLVED = "case:incident:resolved"
    LETTER_DELIVERED = "case:letter:delivered"
    LETTER_UNDELIVERABLE = "case:letter:undeliverable"
    EVIDENCE_ADDED = "case:evidence:added"
    CONTACT_LOGGED = "case:contact:logged"
    REPORT_SIGNED = "case:report:signed"
    RELATION_DECIDED = "case:relation:decided"
    CASE_MERGED = "case:complaint:merged"
    PORTAL_OPENED = "case:portal:opened"
    MAIL_RECEIVED = "case:mail:received"
