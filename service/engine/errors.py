"""What can go wrong in a step. After any of these nothing has changed: the caller keeps the old
state."""

from __future__ import annotations

from typing import Any

from service.errors import RedressError


class EngineError(RedressError):
    """The process cannot make this step.

    `code`: `unknown-id` (the task, job, timer or subscription is not open), `no-flow` (a gateway
    where nothing matches), `expression-null` (an expression has no usable value),
    `expression-limit` (it asks for too much work), `uncaught-error`, `decision-failed`,
    `step-limit` (more elements or time than a step may take), `token-limit` (more tokens than a
    case may have), `called-process-missing`, `call-depth`, `stuck` (every token waits at a join for
    others that cannot come), `no-service` (a built-in service that the case cannot be given),
    `modification` (a modification asks for what cannot be), `not-parked` (nothing waits for a
    retry), `not-started`, `ended`, `state-format`, `state-limit`, `unexpected` (a fault of this
    program), `library` (SpiffWorkflow is not the version that was tested).
    """

    code = "engine"

    def __init__(self, code: str, element_id: str, template: str, /, **facts: Any) -> None:
        super().__init__(template, **facts)
        self.code = code
        self.element_id = element_id


class BpmnError(Exception):
    """A service reports a BPMN error: the process goes on where it is caught."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.error_code = code
        self.message = message
