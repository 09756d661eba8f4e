"""What SDKs ask first: topology, license, who am I; and the operations of Camunda's API that are
not served."""

from __future__ import annotations

from typing import Any

import flask

import service
from service.api.blueprint import blueprint
from service.api.edge import signed_in_account
from service.api.operation import Call, operation
from service.api.shapes import TENANT, Given, Instant
from service.errors import NotServed
from service.identity import Permission


class Partition(Given):
    """The one partition there is."""

    partition_id: int
    role: str
    health: str
    state: str


class Broker(Given):
    """The host that answers."""

    node_id: int
    broker_id: str
    host: str
    port: int
    partitions: list[Partition]
    version: str


class Topology(Given):
    """Hosts share one database and there is no leader among them: the one that answers is all a
    client needs."""

    brokers: list[Broker]
    cluster_id: str | None
    cluster_size: int
    partitions_count: int
    replication_factor: int
    gateway_version: str
    last_completed_change_id: str


class License(Given):
    """No licence is needed."""

    valid_license: bool
    license_type: str
    is_commercial: bool
    expires_at: Instant | None


class TenantGiven(Given):
    """The one tenant."""

    tenant_id: str
    name: str
    description: str | None


class Me(Given):
    """The account that asks, with its roles."""

    username: str
    display_name: str | None
    email: str | None
    authorized_components: list[str]
    tenants: list[TenantGiven]
    groups: list[str]
    roles: list[str]
    sales_plan_type: str | None
    c8_links: dict[str, str]
    can_logout: bool


SPOKEN = "8.8.0"
"""The version of Camunda's API whose conventions are kept."""


@operation("GET /v2/topology", may=Permission.SIGNED_IN, gives=Topology)
def topology(call: Call) -> Any:
    """What answers here."""
    host, _, port = flask.request.host.partition(":")
    partition = {"partitionId": 1, "role": "leader", "health": "healthy", "state": "active"}
    broker = {
        "nodeId": 0,
        "brokerId": "0",
        "host": host,
        "port": int(port) if port.isdecimal() else 80,
        "partitions": [partition],
        "version": SPOKEN,
    }
    return {
        "brokers": [broker],
        "clusterId": f"redress-{service.__version__}",
        "clusterSize": 1,
        "partitionsCount": 1,
        "replicationFactor": 1,
        "gatewayVersion": SPOKEN,
        "lastCompletedChangeId": "-1",
    }


@operation("GET /v2/status", may=None)
def status(call: Call) -> None:
    """204 while the database answers. Anybody may ask."""
    with call.runtime.database.read() as connection:
        connection.exec_driver_sql("SELECT 1")


@operation("GET /v2/license", may=Permission.SIGNED_IN, gives=License)
def license_(call: Call) -> Any:
    """That no licence is needed."""
    return {"validLicense": True, "licenseType": "none", "isCommercial": False, "expiresAt": None}


@operation("GET /v2/authentication/me", may=Permission.SIGNED_IN, gives=Me)
def me(call: Call) -> Any:
    """The account that asks."""
    account = call.account
    return {
        "username": account.name,
        "displayName": account.display_name or None,
        "email": None,
        "authorizedComponents": ["*"],
        "tenants": [{"tenantId": TENANT, "name": "Default", "description": None}],
        "groups": sorted(account.actor.groups),
        "roles": list(account.roles),
        "salesPlanType": None,
        "c8Links": {},
        "canLogout": False,
    }


@blueprint.route("/v2/<path:rest>", methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
def not_served(rest: str) -> Any:
    """Operations of the orchestration API that this version does not have."""
    signed_in_account()
    raise NotServed(
        "{method} /v2/{rest} is not served by this version.",
        method=flask.request.method,
        rest=rest[:200],
    )
