"""`POST /oauth/token`: client credentials, where the client is an API token. For SDKs that know no other way."""

from __future__ import annotations

from typing import Any

import flask

from service import identity
from service.api.blueprint import blueprint
from service.api.edge import parts
from service.errors import InvalidInput, Unauthenticated

SECONDS = 3600


@blueprint.post("/oauth/token")
def issue_token() -> Any:
    """Exchange client credentials for a bearer: the API token itself, which stays revocable."""
    edge, form, basic = parts(), flask.request.form, flask.request.authorization
    client, secret = form.get("client_id"), form.get("client_secret")
    if basic is not None and basic.type == "basic":
        client, secret = basic.username, basic.password
    if form.get("grant_type") != "client_credentials":
        raise InvalidInput("expected grant_type=client_credentials as a form field")
    if not client or not secret:
        raise Unauthenticated
    with edge.runtime.database.read() as connection:
        found = identity.find_client(connection, client, secret, now=edge.clock.now())
    if found is None:
        raise Unauthenticated
    return {"access_token": secret, "token_type": "Bearer", "expires_in": SECONDS}
