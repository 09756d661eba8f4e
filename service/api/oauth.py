"""`POST /oauth/token`: client credentials, where the client is an API token. For SDKs that know no
other way."""

from __future__ import annotations

from typing import Any, Literal

import flask
from pydantic import ConfigDict

from service import identity
from service.api.operation import FORM, Call, operation
from service.api.shapes import Given, Sent
from service.edge import parts
from service.errors import InvalidInput, Unauthenticated


class TokenRequest(Sent):
    """The form of RFC 6749, section 4.4. The client may also be named by HTTP Basic."""

    model_config = ConfigDict(extra="allow", alias_generator=None)

    grant_type: Literal["client_credentials"]
    client_id: str | None = None
    client_secret: str | None = None


class Token(Given):
    """A bearer."""

    model_config = ConfigDict(extra="forbid", alias_generator=None)

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int


@operation("POST /oauth/token", may=None, takes=TokenRequest, gives=Token, media=FORM)
def issue_token(call: Call) -> Any:
    """Exchange client credentials for a bearer of an hour, which ends early when its API token is
    revoked."""
    form, basic = flask.request.form, flask.request.authorization
    client, secret = form.get("client_id"), form.get("client_secret")
    if basic is not None and basic.type == "basic":
        client, secret = basic.username, basic.password
    if form.get("grant_type") != "client_credentials":
        raise InvalidInput("expected grant_type=client_credentials as a form field")
    if not client or not secret:
        raise Unauthenticated
    with call.runtime.database.read() as connection:
        found = identity.find_client(connection, client, secret, now=call.now)
    if found is None:
        raise Unauthenticated
    key = parts().settings.secret_key
    bearer = identity.make_bearer(identity.hash_token(secret), found.name, secret=key, now=call.now)
    return {
        "access_token": bearer,
        "token_type": "Bearer",
        "expires_in": int(identity.LIFE.total_seconds()),
    }
