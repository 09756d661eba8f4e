"""What the orchestration API may search in: rows and their fields by the API's names. Every source
counts exactly."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from service.db import Field, Kind, Query, Source
from service.definitions.tables import decision_definition, process_definition, start_subscription
from service.identity import Actor, Permission
from service.instances.tables import process_instance
from service.jobs.tables import incident, job, subscription
from service.reporting import words
from service.tasks.tables import task_candidate, user_task

NOTHING = sa.cast(sa.null(), sa.BigInteger)
"""A field that is never filled here: no instance has a parent, for a called process belongs to its
caller's."""

_newest = sa.alias(process_definition)
LATEST = (
    process_definition.c.version
    == (
        sa.select(sa.func.max(_newest.c.version)).where(
            _newest.c.process_id == process_definition.c.process_id
        )
    ).scalar_subquery()
)
_other = sa.alias(decision_definition)
LATEST_DECISION = (
    decision_definition.c.version
    == (
        sa.select(sa.func.max(_other.c.version)).where(
            _other.c.decision_id == decision_definition.c.decision_id
        )
    ).scalar_subquery()
)


def _of_process(bundle: Any, process: Any) -> Any:
    return (process_definition.c.bundle_key == bundle) & (
        process_definition.c.process_id == process
    )


_DEFINITION = (
    process_definition.c.key.label("definition_key"),
    process_definition.c.process_id.label("definition_id"),
    process_definition.c.name.label("definition_name"),
    process_definition.c.version.label("definition_version"),
    process_definition.c.version_tag.label("definition_tag"),
)
_DEFINITION_FIELDS = {
    "processDefinitionId": Field(process_definition.c.process_id),
    "processDefinitionKey": Field(process_definition.c.key, Kind.KEY),
}

DEFINITIONS = Source(
    sa.select(process_definition),
    _DEFINITION_FIELDS
    | {
        "name": Field(process_definition.c.name),
        "version": Field(process_definition.c.version, Kind.NUMBER),
        "versionTag": Field(process_definition.c.version_tag),
        "resourceName": Field(process_definition.c.path),
        "isLatestVersion": Field(LATEST, Kind.FLAG, sortable=False),
    },
    (process_definition.c.key,),
)

HAS_INCIDENT = sa.exists().where(
    incident.c.root_key == process_instance.c.root_key, incident.c.state == "active"
)
INSTANCES = Source(
    sa.select(process_instance, HAS_INCIDENT.label("stuck"), *_DEFINITION).join(
        process_definition, process_definition.c.key == process_instance.c.process_definition_key
    ),
    _DEFINITION_FIELDS
    | {
        "processInstanceKey": Field(process_instance.c.root_key, Kind.KEY),
        "processDefinitionName": Field(process_definition.c.name),
        "processDefinitionVersion": Field(process_definition.c.version, Kind.NUMBER),
        "processDefinitionVersionTag": Field(process_definition.c.version_tag),
        "state": Field(
            sa.case(
                (
                    process_instance.c.suspended_at.is_not(None)
                    & (process_instance.c.state == "active"),
                    "SUSPENDED",
                ),
                else_=words.said(process_instance.c.state, words.INSTANCE_STATES),
            ),
            words=(*words.INSTANCE_STATES.values(), "SUSPENDED"),
        ),
        "startDate": Field(process_instance.c.started_at, Kind.INSTANT),
        "endDate": Field(process_instance.c.ended_at, Kind.INSTANT),
        "hasIncident": Field(HAS_INCIDENT, Kind.FLAG, sortable=False),
        "businessId": Field(process_instance.c.business_key),
        "parentProcessInstanceKey": Field(NOTHING, Kind.KEY, sortable=False),
        "parentElementInstanceKey": Field(NOTHING, Kind.KEY, sortable=False),
    },
    (process_instance.c.root_key,),
)

JOBS = Source(
    sa.select(job, *_DEFINITION)
    .join(process_instance, process_instance.c.root_key == job.c.root_key)
    .join(process_definition, _of_process(process_instance.c.bundle_key, job.c.process_id)),
    _DEFINITION_FIELDS
    | {
        "jobKey": Field(job.c.key, Kind.KEY, within=job.c.root_key),
        "type": Field(job.c.type),
        "worker": Field(job.c.worker),
        "state": Field(
            words.said(job.c.state, words.JOB_STATES),
            words=(*words.JOB_STATES.values(), *words.OTHER_JOB_STATES),
        ),
        "retries": Field(job.c.retries, Kind.NUMBER),
        "priority": Field(-job.c.rank, Kind.NUMBER),
        "elementId": Field(job.c.element_id),
        "processInstanceKey": Field(job.c.root_key, Kind.KEY),
        "creationTime": Field(job.c.created_at, Kind.INSTANT),
        "endTime": Field(job.c.ended_at, Kind.INSTANT),
        "deadline": Field(sa.case((job.c.worker.is_not(None), job.c.run_at)), Kind.INSTANT),
        "errorCode": Field(job.c.error_code),
        "errorMessage": Field(job.c.error_message),
        "hasFailedWithRetriesLeft": Field(
            job.c.error_message.is_not(None) & (job.c.retries > 0), Kind.FLAG, sortable=False
        ),
    },
    (job.c.root_key, job.c.key),
)

JOB_KEY = sa.case((incident.c.kind == "job-no-retries", incident.c.subject_key))
INCIDENTS = Source(
    sa.select(
        incident, JOB_KEY.label("job_key"), job.c.engine_id.label("job_engine_id"), *_DEFINITION
    )
    .join(process_instance, process_instance.c.root_key == incident.c.root_key)
    .join(process_definition, process_definition.c.key == process_instance.c.process_definition_key)
    .outerjoin(
        job, (job.c.root_key == incident.c.root_key) & (job.c.key == incident.c.subject_key)
    ),
    _DEFINITION_FIELDS
    | {
        "incidentKey": Field(incident.c.key, Kind.KEY, within=incident.c.root_key),
        "errorType": Field(
            words.said(incident.c.kind, words.INCIDENT_TYPES),
            words=tuple(
                dict.fromkeys((*words.INCIDENT_TYPES.values(), *words.OTHER_INCIDENT_TYPES))
            ),
        ),
        "errorMessage": Field(incident.c.message),
        "elementId": Field(incident.c.element_id),
        "creationTime": Field(incident.c.created_at, Kind.INSTANT),
        "state": Field(
            words.said(incident.c.state, words.INCIDENT_STATES),
            words=(*words.INCIDENT_STATES.values(), "PENDING"),
        ),
        "processInstanceKey": Field(incident.c.root_key, Kind.KEY),
        "jobKey": Field(JOB_KEY, Kind.KEY, within=incident.c.root_key),
    },
    (incident.c.root_key, incident.c.key),
)

DECISIONS = Source(
    sa.select(decision_definition),
    {
        "decisionDefinitionId": Field(decision_definition.c.decision_id),
        "decisionDefinitionKey": Field(decision_definition.c.key, Kind.KEY),
        "name": Field(decision_definition.c.name),
        "version": Field(decision_definition.c.version, Kind.NUMBER),
        "decisionRequirementsId": Field(decision_definition.c.requirements_id),
        "decisionRequirementsKey": Field(decision_definition.c.requirements_key, Kind.KEY),
        "decisionRequirementsName": Field(decision_definition.c.requirements_name),
        "decisionRequirementsVersion": Field(decision_definition.c.version, Kind.NUMBER),
        "isLatestVersion": Field(LATEST_DECISION, Kind.FLAG, sortable=False),
    },
    (decision_definition.c.key,),
)

_waits = sa.union_all(
    sa.select(
        subscription.c.key.label("key"),
        subscription.c.root_key.label("root_key"),
        subscription.c.engine_id.label("engine_id"),
        subscription.c.element_id.label("element_id"),
        subscription.c.name.label("message_name"),
        subscription.c.correlation_key.label("correlation_key"),
        sa.func.coalesce(subscription.c.opened_at, process_instance.c.started_at).label(
            "opened_at"
        ),
        sa.literal("PROCESS_EVENT").label("kind"),
        process_definition.c.key.label("definition_key"),
    )
    .join(process_instance, process_instance.c.root_key == subscription.c.root_key)
    .join(process_definition, _of_process(process_instance.c.bundle_key, subscription.c.process_id))
    .where(subscription.c.kind == "message"),
    sa.select(
        start_subscription.c.process_definition_key.label("key"),
        NOTHING.label("root_key"),
        sa.cast(sa.null(), sa.String).label("engine_id"),
        start_subscription.c.element_id.label("element_id"),
        start_subscription.c.name.label("message_name"),
        sa.cast(sa.null(), sa.String).label("correlation_key"),
        start_subscription.c.anchor_at.label("opened_at"),
        sa.literal("START_EVENT").label("kind"),
        start_subscription.c.process_definition_key.label("definition_key"),
    ).where(start_subscription.c.kind == "message"),
).subquery("waits")

SUBSCRIPTIONS = Source(
    sa.select(_waits, *_DEFINITION[1:]).join(
        process_definition, process_definition.c.key == _waits.c.definition_key
    ),
    _DEFINITION_FIELDS
    | {
        "messageSubscriptionKey": Field(_waits.c.key, Kind.KEY),
        "messageName": Field(_waits.c.message_name),
        "correlationKey": Field(_waits.c.correlation_key),
        "elementId": Field(_waits.c.element_id),
        "processInstanceKey": Field(_waits.c.root_key, Kind.KEY),
        "lastUpdatedDate": Field(_waits.c.opened_at, Kind.INSTANT),
        "messageSubscriptionState": Field(
            sa.literal("CREATED"),
            words=("CREATED", "CORRELATED", "DELETED", "MIGRATED"),
            sortable=False,
        ),
        "messageSubscriptionType": Field(_waits.c.kind, words=("PROCESS_EVENT", "START_EVENT")),
        "processDefinitionName": Field(process_definition.c.name),
        "processDefinitionVersion": Field(process_definition.c.version, Kind.NUMBER),
    },
    (_waits.c.key, _waits.c.element_id),
)

TASKS = Source(
    sa.select(user_task, *_DEFINITION).join(
        process_definition, _of_process(user_task.c.bundle_key, user_task.c.process_id)
    ),
    _DEFINITION_FIELDS
    | {
        "userTaskKey": Field(user_task.c.key, Kind.KEY, within=user_task.c.root_key),
        "state": Field(
            words.said(user_task.c.state, words.TASK_STATES),
            words=(*words.TASK_STATES.values(), *words.OTHER_TASK_STATES),
        ),
        "assignee": Field(user_task.c.assignee),
        "priority": Field(user_task.c.priority, Kind.NUMBER),
        "elementId": Field(user_task.c.element_id),
        "name": Field(user_task.c.name),
        "businessId": Field(user_task.c.business_key),
        "candidateGroup": Field(user_task.c.candidate_groups, Kind.LIST, sortable=False),
        "candidateUser": Field(user_task.c.candidate_users, Kind.LIST, sortable=False),
        "processInstanceKey": Field(user_task.c.root_key, Kind.KEY),
        "creationDate": Field(user_task.c.created_at, Kind.INSTANT),
        "completionDate": Field(user_task.c.ended_at, Kind.INSTANT),
        "dueDate": Field(user_task.c.due_at, Kind.INSTANT),
        "followUpDate": Field(user_task.c.follow_up_at, Kind.INSTANT),
    },
    (user_task.c.root_key, user_task.c.key),
)


def tasks_of(actor: Actor) -> Source:
    """The tasks that the actor may see, as `service.tasks.can_see` says of a single one."""
    if actor.may(Permission.SEE_ALL_TASKS):
        return TASKS
    names = [f"user:{actor.name}", *(f"group:{group}" for group in sorted(actor.groups))]
    offered = sa.exists().where(
        task_candidate.c.root_key == user_task.c.root_key,
        task_candidate.c.task_key == user_task.c.key,
        task_candidate.c.candidate.in_(names),
    )
    listed = [_listed(user_task.c.candidate_users, actor.name)]
    listed += [_listed(user_task.c.candidate_groups, group) for group in sorted(actor.groups)]
    ended = (user_task.c.state != "open") & sa.or_(*listed)
    mine = sa.or_(
        user_task.c.assignee == actor.name, user_task.c.completed_by == actor.name, offered, ended
    )
    return Source(TASKS.select.where(mine), TASKS.fields, TASKS.unique)


def _listed(column: Any, value: str) -> Any:
    """Whether a list of names, kept as JSON, has this one; names have no letter that JSON would
    write otherwise."""
    return sa.cast(column, sa.Text).contains(f'"{value}"', autoescape=True)


def by_key(key: int, name: str) -> Query:
    """The query for the one row of that key."""
    return Query({name: str(key)}, limit=1)
