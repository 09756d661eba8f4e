"""Definition files from a program become a version, which starts new instances at once where nobody
reviews the procedure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service import definitions
from service.definitions import DecisionVersion, Deployed, FormVersion, ReviewPolicy
from service.engine import Bundle
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


@dataclass(frozen=True, slots=True)
class DeployedFiles:
    """What a deployment made, who reviews it, and whether it is released; rows of its decisions and
    forms."""

    done: Deployed
    review: ReviewPolicy
    released: bool
    decisions: list[DecisionVersion]
    forms: list[FormVersion]


def deploy_files(
    runtime: Runtime,
    files: Mapping[str, bytes],
    bundle: Bundle,
    *,
    name: str,
    actor: Actor,
    now: datetime,
) -> DeployedFiles:
    """Store the files, checked as `bundle`, as the next version of `name`. It is released at once
    where nobody reviews the procedure; any other waits to be submitted, reviewed and released. The
    version's own row keeps who deployed it and when. For those who may deploy. Raises Forbidden,
    DefinitionInvalid."""
    check_permission(actor, Permission.DEPLOY)
    fresh = iter([runtime.keys.root_key() for _ in range(1 + len(bundle.processes))])
    with runtime.database.transaction() as connection:
        done = definitions.deploy(
            connection,
            files,
            name=name,
            actor=actor.name,
            now=now,
            next_key=lambda: next(fresh),
        )
        review = definitions.policy_of(connection, done.bundle_key)
        if review is ReviewPolicy.NONE and done.new:
            definitions.release(connection, done.bundle_key, actor=actor.name, now=now)
        return DeployedFiles(
            done,
            review,
            definitions.find_in_force(connection, name) == done.bundle_key,
            definitions.list_decisions(connection, done.bundle_key),
            definitions.list_forms(connection, done.bundle_key),
        )
