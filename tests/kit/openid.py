"""An identity provider on this machine: OpenID Connect by code with PKCE, and each way to answer
wrongly."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import flask
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "redress", "the secret of the client"


@dataclass
class FakeProvider:
    """`person` is who signs in there, `wrong` claims that its tokens have instead of the right
    ones (None leaves one out)."""

    address: str = ""
    person: str = "wu"
    wrong: dict[str, Any] = field(default_factory=dict)
    signs: str = "ES256"
    keys: list[ECKey | RSAKey] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked_for_keys: int = 0
    parts: bool = True
    """Whether one can sign out there."""
    answers: str = "well"
    """Or what its token endpoint does instead: `much`, `slowly`."""

    def __post_init__(self) -> None:
        self.turn_keys()

    def turn_keys(self) -> None:
        """From now on it signs with a new key, and the old one is gone."""
        if self.signs == "ES256":
            self.keys = [ECKey.generate_key("P-256", auto_kid=True)]
        else:
            self.keys = [RSAKey.generate_key(2048, auto_kid=True)]

    def app(self) -> flask.Flask:
        app = flask.Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", "metadata", self._metadata)
        app.add_url_rule("/authorize", "authorize", self._authorize)
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        app.add_url_rule("/keys", "keys", self._known)
        return app

    def _metadata(self) -> Any:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            **({"end_session_endpoint": f"{self.address}/out?all=1"} if self.parts else {}),
        }

    def _authorize(self) -> Any:
        sent = flask.request.args
        assert (sent["response_type"], sent["client_id"]) == ("code", CLIENT)
        assert "openid" in sent["scope"].split() and sent["code_challenge_method"] == "S256"
        if self.person == "":
            query = urlencode({"error": "access_denied", "state": sent["state"]})
            return flask.redirect(f"{sent['redirect_uri']}?{query}")
        code = f"code-{len(self.codes)}"
        self.codes[code] = dict(sent)
        query = urlencode({"code": code, "state": sent["state"]})
        return flask.redirect(f"{sent['redirect_uri']}?{query}")

    def _token(self) -> Any:
        sent, given = flask.request.form, flask.request.authorization
        assert given is not None and (given.username, given.password) == (CLIENT, SECRET)
        asked = self.codes.pop(sent["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest())
        if (
            asked is None
            or asked["code_challenge"] != proof.decode().rstrip("=")
            or asked["redirect_uri"] != sent["redirect_uri"]
        ):
            return {"error": "invalid_grant"}, 400
        if self.answers == "much":
            return flask.Response((b" " * 65_536 for _ in range(4_000)), mimetype="text/plain")
        if self.answers == "slowly":
            return flask.Response(self._dripping(), mimetype="application/json")
        token = self._signed(asked["nonce"])
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token}

    def _dripping(self) -> Iterator[bytes]:
        """A byte now and then, for longer than anybody should wait."""
        for _ in range(10_000):
            yield b" "
            time.sleep(0.05)

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        right = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "1",
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            "preferred_username": self.person,
        }
        claims = {name: each for name, each in {**right, **self.wrong}.items() if each is not None}
        match self.signs:
            case "none":
                head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
                body = base64.urlsafe_b64encode(flask.json.dumps(claims).encode()).decode()
                return f"{head}.{body.rstrip('=')}."
            case "HS256":
                return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
            case "stranger":
                return jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256"))
        key = self.keys[0]
        return jwt.encode({"alg": self.signs, "kid": key.kid}, claims, key)

    def _known(self) -> Any:
        self.asked_for_keys += 1
        return KeySet(self.keys).as_dict(private=False)


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    """One that answers on a port of its own."""
    made = FakeProvider()
    server = make_server("127.0.0.1", 0, made.app(), threaded=True)
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
