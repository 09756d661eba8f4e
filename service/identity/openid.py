"""Signing in at the bank's own identity provider: OpenID Connect, by code with PKCE.

The provider says who somebody is; what they may do stands here, where four eyes grant it. What is
asked and checked: OpenID Connect Core 1.0, 3.1.2.1 and 3.1.3.7; RFC 7636 (PKCE, S256); RFC 9700,
2.1. No answer of the provider is waited for without end or followed to another address, and each is
bounded in size.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import orjson
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.config import Settings
from service.errors import Forbidden, InvalidInput, Unavailable
from service.identity.bounded_http import SECONDS, bounded

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures with the provider's private key. Neither `none` nor one with the client's secret."""
LEEWAY = 60
"""Seconds that the provider's clock may be off."""
KEPT_SECONDS = 3_600
"""So long its addresses are kept."""
KEYS_SECONDS = 60
"""New keys are asked for at most so often, whoever shows signatures with unknown ones."""
_METADATA = "/.well-known/openid-configuration"
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderAway(Unavailable):
    """The sign-in with work accounts cannot be reached; try again in a few minutes."""


class NotVouchedFor(Forbidden):
    """The sign-in with work accounts did not vouch for you; try again, and tell an administrator if
    it stays so."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: what the browser has to bring back unchanged."""

    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class Provider:
    """An identity provider, as this service is known to it. `claim` names what is an account's name
    here."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    ca_file: str
    _lock: Lock = field(default_factory=Lock)
    _metadata: Mapping[str, Any] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _keys: KeySet | None = None
    _keys_at: float = float("-inf")
    SCOPE: ClassVar[str] = "openid profile email"

    def begin(self, back: str) -> tuple[str, Begun]:
        """The address that a browser goes to, from where it comes back to the address `back`, and
        what it brings. Raises ProviderAway."""
        address = self._addresses()["authorization_endpoint"]
        begun = Begun(
            secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        )
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                address, state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )
        return str(url), begun

    def finish(self, code: str, begun: Begun, *, back: str, now: datetime) -> str:
        """The account's name that it vouches for. Raises NotVouchedFor, ProviderAway."""
        address = self._addresses()["token_endpoint"]
        try:
            with self._client(back) as client:
                bounded(client)
                told = client.fetch_token(
                    address,
                    code=code,
                    code_verifier=begun.verifier,
                    timeout=SECONDS,
                    verify=self.ca_file or True,
                    allow_redirects=False,
                )
        except OAuthError as refused:
            raise NotVouchedFor from refused
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway from error
        return self._name_in(self._claims(str(told.get("id_token", "")), begun, now))

    def farewell(self, back: str) -> str | None:
        """Where a browser signs out of the provider too, to come back to `back` (OpenID Connect
        RP-Initiated Logout 1.0, 2); None where it has no such place or cannot be reached."""
        try:
            address = str(self._addresses().get("end_session_endpoint") or "")
            check_address(address)
        except (ProviderAway, InvalidInput):
            return None
        asked = urlencode({"client_id": self.client_id, "post_logout_redirect_uri": back})
        return f"{address}{'&' if '?' in address else '?'}{asked}"

    def _claims(self, token: str, begun: Begun, now: datetime) -> Mapping[str, Any]:
        """What a token says, once it is the provider's, for this client and this sign-in."""
        wanted = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": begun.nonce},
        )
        claims = self._signed(token)
        try:
            wanted.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotVouchedFor from error
        self._check_party(claims)
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        """What a token says that the provider has signed, with a key of today or a newer one."""
        try:
            return jwt.decode(token, self._find_keys(fresh=False), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            keys = self._find_keys(fresh=True)
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise NotVouchedFor from error

    def _check_party(self, claims: Mapping[str, Any]) -> None:
        """Raises NotVouchedFor for a token that was made for another client (3.1.3.7, 4 and 5)."""
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        party = claims.get("azp", self.client_id if len(audiences) == 1 else None)
        if party != self.client_id:
            raise NotVouchedFor

    def _name_in(self, claims: Mapping[str, Any]) -> str:
        """Raises NotVouchedFor without a name, or with an e-mail address that nobody verified."""
        name = claims.get(self.claim)
        unsure = self.claim == "email" and claims.get("email_verified") is not True
        if not isinstance(name, str) or not name or len(name) > 100 or unsure:
            raise NotVouchedFor
        return name

    def _client(self, back: str) -> OAuth2Session:
        return OAuth2Session(
            self.client_id,
            self.client_secret or None,
            scope=self.SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
        )

    def _addresses(self) -> Mapping[str, Any]:
        with self._lock:
            if time.monotonic() - self._read_at > KEPT_SECONDS:
                found = self._get(self.issuer.rstrip("/") + _METADATA)
                if found.get("issuer") != self.issuer:
                    raise ProviderAway("The provider's own name is not REDRESS_OIDC_ISSUER.")
                for name in _ADDRESSES:
                    check_address(str(found.get(name, "")))
                self._metadata, self._read_at = found, time.monotonic()
            return self._metadata

    def _find_keys(self, *, fresh: bool) -> KeySet:
        address = self._addresses()["jwks_uri"]
        with self._lock:
            old = time.monotonic() - self._keys_at > KEYS_SECONDS
            if self._keys is None or (fresh and old):
                try:
                    self._keys = KeySet.import_key_set(self._get(address))  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise ProviderAway from error
                self._keys_at = time.monotonic()
            return self._keys

    def _get(self, address: str) -> dict[str, Any]:
        """A document of the provider. Raises ProviderAway."""
        try:
            with bounded(requests.Session()) as session:
                answer = session.get(
                    address, timeout=SECONDS, allow_redirects=False, verify=self.ca_file or True
                )
            found = orjson.loads(answer.content) if answer.status_code == 200 else None
        except (requests.RequestException, OSError, ValueError) as error:
            raise ProviderAway from error
        if not isinstance(found, dict):
            raise ProviderAway
        return found


def check_address(address: str) -> None:
    """Raises InvalidInput for an address that is not under TLS, unless it is this machine's."""
    found = urlsplit(address)
    here = found.scheme == "http" and found.hostname in ("localhost", "127.0.0.1", "::1")
    if not found.hostname or not (here or found.scheme == "https"):
        raise InvalidInput(
            "expected an address such as https://sign-in.bank.example, got {address!r}",
            address=address[:100],
        )


@lru_cache(maxsize=8)
def provider_of(settings: Settings) -> Provider:
    """The provider of these settings, with what is kept of it in this process."""
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_claim,
        settings.oidc_ca_file,
    )
