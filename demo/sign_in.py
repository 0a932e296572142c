"""Signing in: the code flow with PKCE, state and nonce. The demo is about the other direction; this is kept short."""

import base64
import hashlib
import hmac
import secrets
import ssl
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from exeunt import Parameter, Secret
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from demo.sessions import Attempt, Tokens, User
from demo.settings import Settings


class SignInError(Exception):
    """The provider's answer is not one to this browser's question. The text may be shown."""


def new_attempt() -> Attempt:
    """Draw what the answer will have to fit."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Attempt(state=state, nonce=nonce, verifier=verifier, begun_at=int(time.time()))


class SignIn:
    """The provider, as far as signing in goes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._trust = ssl.create_default_context()
        if settings.authority:
            self._trust.load_verify_locations(settings.authority)
        self._metadata: dict[str, Any] | None = None

    async def address(self, attempt: Attempt, advised: Sequence[Parameter]) -> str:
        """Say where the browser goes to sign in. What exeunt advises goes along."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=")
        async with self._http() as http:
            endpoint = (await self._known(http))["authorization_endpoint"]
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.at("/callback"),
            "scope": "openid profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        } | {parameter.name: parameter.value.reveal() for parameter in advised}
        return f"{endpoint}?{urlencode(query)}"

    async def redeem(self, answer: dict[str, str], attempt: Attempt | None) -> tuple[User, Tokens]:
        """Turn the provider's answer into a user and tokens."""
        if attempt is None or not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise SignInError("This sign-in was not begun in this browser, or too long ago.")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise SignInError("This answer comes from another provider.")
        if "code" not in answer:
            raise SignInError("The provider did not sign you in.")
        async with self._http() as http:
            metadata = await self._known(http)
            given = await self._exchange(http, metadata["token_endpoint"], answer["code"], attempt.verifier)
            keys = _json(await http.get(metadata["jwks_uri"]))
        claims = self._verified(given["id_token"], keys, attempt.nonce)
        user = User(subject=claims["sub"], name=claims.get("name", claims["sub"]), signed_in_at=int(time.time()))
        refresh_token = given.get("refresh_token")
        return user, Tokens(
            id_token=Secret(given["id_token"]),
            access_token=Secret(given["access_token"]),
            refresh_token=Secret(refresh_token) if refresh_token else None,
        )

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._trust, trust_env=False, timeout=10, headers={"Accept": "application/json"}
        )

    async def _known(self, http: httpx.AsyncClient) -> dict[str, Any]:
        if self._metadata is None:
            metadata = _json(await http.get(f"{self._settings.issuer}/.well-known/openid-configuration"))
            if metadata["issuer"] != self._settings.issuer:
                raise SignInError("The provider's metadata belongs to another one.")
            self._metadata = metadata
        return self._metadata

    async def _exchange(self, http: httpx.AsyncClient, endpoint: str, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.at("/callback"),
            "code_verifier": verifier,
        }
        # RFC 6749 §2.3.1: form-encoded first, then as Basic credentials.
        pair = (self._settings.client_id, self._settings.client_secret.reveal())
        given = _json(await http.post(endpoint, data=form, auth=httpx.BasicAuth(*map(quote_plus, pair))))
        if not {"id_token", "access_token"} <= given.keys():
            raise SignInError("The provider gave no tokens.")
        return given

    def _verified(self, id_token: str, keys: dict[str, Any], nonce: str) -> dict[str, Any]:
        wanted = jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            trusted = KeySet.import_key_set(keys)  # type: ignore[arg-type] # a JSON object of the provider's
            claims: dict[str, Any] = jwt.decode(id_token, trusted, algorithms=["RS256"]).claims
            wanted.validate(claims)
        except (JoseError, ValueError) as error:
            raise SignInError("The provider's ID token does not hold.") from error
        # The registry accepts one right audience among several; this provider names no other.
        if claims["aud"] not in (self._settings.client_id, [self._settings.client_id]):
            raise SignInError("The provider's ID token is also for others.")
        return claims


def _json(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != httpx.codes.OK:
        raise SignInError(f"The provider answered with {answer.status_code}.")
    try:
        found = answer.json()
    except ValueError as error:
        raise SignInError("The provider's answer is not JSON.") from error
    if not isinstance(found, dict):
        raise SignInError("The provider's answer is not what it should be.")
    return found
