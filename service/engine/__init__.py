"""The engine: SpiffWorkflow plays the tokens, this adapter gives them BPMN 2.0 with FEEL, as in
Camunda 8.

`advance(bundle, state, command, now)` is a pure function: no database, no clock, no network. What
it did comes back as changes, and the caller writes them down. Only this package imports
SpiffWorkflow. A construct that cannot be run right is refused when the definition is checked, never
ignored.
"""

from service.engine.advance import Step, advance, advance_together
from service.engine.bundle import (
    Bundle,
    ElementInfo,
    ProcessInfo,
    content_hash,
    load_bundle,
)
from service.engine.dates import task_dates
from service.engine.errors import BpmnError, EngineError
from service.engine.host import Host, Service
from service.engine.inspect import ActiveElement, OpenChoice, Snapshot, inspect, open_choices
from service.engine.migrate import Migrated, find_obstacles, migrate, offered_tasks
from service.engine.moving import Obstacle
from service.engine.parts import check_bundle
from service.engine.places import Place, asked_anew, check_places, propose_places
from service.engine.starts import StartTimer, next_start, start_event_names, start_timers

__all__ = [
    "ActiveElement",
    "BpmnError",
    "Bundle",
    "ElementInfo",
    "EngineError",
    "Host",
    "Migrated",
    "Obstacle",
    "OpenChoice",
    "Place",
    "ProcessInfo",
    "Service",
    "Snapshot",
    "StartTimer",
    "Step",
    "advance",
    "advance_together",
    "asked_anew",
    "check_bundle",
    "check_places",
    "content_hash",
    "find_obstacles",
    "inspect",
    "load_bundle",
    "migrate",
    "next_start",
    "offered_tasks",
    "open_choices",
    "propose_places",
    "start_event_names",
    "start_timers",
    "task_dates",
]
