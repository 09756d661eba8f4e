"""The words of Camunda's API for what the rows say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

TASK_STATES = {"open": "CREATED", "completed": "COMPLETED", "cancelled": "CANCELED"}
INSTANCE_STATES = {"active": "ACTIVE", "completed": "COMPLETED", "terminated": "TERMINATED"}
JOB_STATES = {
    "created": "CREATED",
    "completed": "COMPLETED",
    "cancelled": "CANCELED",
    "failed": "FAILED",
    "error": "ERROR_THROWN",
}
INCIDENT_STATES = {"active": "ACTIVE", "resolved": "RESOLVED"}
INCIDENT_TYPES = {
    "job-no-retries": "JOB_NO_RETRIES",
    "decision-failed": "DECISION_EVALUATION_ERROR",
    "expression-null": "EXTRACT_VALUE_ERROR",
    "expression-limit": "EXTRACT_VALUE_ERROR",
    "no-flow": "CONDITION_ERROR",
    "uncaught-error": "UNHANDLED_ERROR_EVENT",
    "state-limit": "MESSAGE_SIZE_EXCEEDED",
}
"""Everything else is UNKNOWN; the message says what it was."""

OTHER_TASK_STATES = ("CREATING", "ASSIGNING", "UPDATING", "COMPLETING", "CANCELING", "FAILED")
OTHER_JOB_STATES = (
    "TIMED_OUT",
    "RETRIES_UPDATED",
    "TIMEOUT_UPDATED",
    "PRIORITY_UPDATED",
    "MIGRATED",
)
OTHER_INCIDENT_TYPES = (
    "AD_HOC_SUB_PROCESS_NO_RETRIES",
    "CALLED_DECISION_ERROR",
    "CALLED_ELEMENT_ERROR",
    "EXECUTION_LISTENER_NO_RETRIES",
    "FORM_NOT_FOUND",
    "IO_MAPPING_ERROR",
    "RESOURCE_NOT_FOUND",
    "SECRET_RESOLUTION_ERROR",
    "TASK_LISTENER_NO_RETRIES",
    "UNKNOWN",
    "UNSPECIFIED",
)
"""Words that may be asked for and that nothing here ever is."""


def said(column: Any, words: Mapping[str, str], other: str = "UNKNOWN") -> Any:
    """The column in the API's words."""
    return sa.case(words, value=column, else_=other)
