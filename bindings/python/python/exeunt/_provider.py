"""Which identity provider."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Addresses that stand in for what the provider's metadata says."""

    end_session: str | None = None
    """Wire name ``end_session_endpoint``, RP-Initiated Logout 1.0 §2.1."""
    revocation: str | None = None
    """Wire name ``revocation_endpoint``, RFC 8414 §2."""
    authorization: str | None = None
    """Wire name ``authorization_endpoint``, OpenID Connect Discovery 1.0 §3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterNames:
    """Other names for the parameters of the end-session request; an absent one keeps the standard name."""

    redirect_uri: str | None = None
    """For ``post_logout_redirect_uri``."""
    id_token_hint: str | None = None
    """For ``id_token_hint``."""
    client_id: str | None = None
    """For ``client_id``."""
    state: str | None = None
    """For ``state``."""
    logout_hint: str | None = None
    """For ``logout_hint``."""
    ui_locales: str | None = None
    """For ``ui_locales``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """Any provider with OpenID Connect metadata, or with addresses given here."""

    issuer: str
    """The issuer, byte for byte as in its ID tokens. Wire name ``issuer``, OpenID Connect Discovery 1.0 §3."""
    endpoints: Endpoints | None = None
    """Addresses that are known; the others are looked up at the issuer."""
    parameter_names: ParameterNames | None = None
    """Other names for the parameters."""
    omit_client_id: bool = False
    """Leave ``client_id`` out: for a provider that refuses it beside an ID token."""
    dynamic: bool = False
    """The issuer was named by a user or tenant: refuse addresses of this machine and of private networks.

    Only with the built-in transport, the only one that sees the resolved address.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Entra:
    """Microsoft Entra ID in its public and national clouds."""

    authority: str
    """The authority, such as ``https://login.microsoftonline.com/{tenant}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureB2c:
    """Azure AD B2C."""

    authority: str
    """The authority with its policy.

    It is ``https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com/{policy}``, or the same without the policy and with
    ``?p={policy}``. The path may begin with ``tfp``.
    """
    known_authorities: tuple[str, ...] = ()
    """The tenant's own domains, without scheme: only these and b2clogin.com are believed to be Microsoft's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntraExternalId:
    """Microsoft Entra External ID."""

    authority: str
    """The authority: ``https://{tenant}.ciamlogin.com``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdFs:
    """Active Directory Federation Services."""

    issuer: str
    """The issuer, such as ``https://fs.example.com/adfs``."""


class Auth0Endpoint(Enum):
    """Which of Auth0's two endpoints ends the session."""

    V2_LOGOUT = "v2_logout"
    """``/v2/logout``, which every tenant has."""
    OIDC_LOGOUT = "oidc_logout"
    """``/oidc/logout``, RP-Initiated Logout 1.0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth0:
    """Auth0."""

    domain: str
    """The tenant's domain, or its custom domain."""
    endpoint: Auth0Endpoint | None = None
    """Which endpoint; absent means `Auth0Endpoint.V2_LOGOUT`."""
    omit_client_id: bool = False
    """Leave ``client_id`` out: then the tenant's list of allowed logout URLs counts, not the application's."""
    allowed_logout_urls: tuple[str, ...] = ()
    """The application's Allowed Logout URLs; with them a target is checked before leaving. Empty means not known."""
    tenant_allowed_logout_urls: tuple[str, ...] = ()
    """The tenant's Allowed Logout URLs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """Immutable Passport."""

    domain: str | None = None
    """Its domain; absent means the public one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CentralAuth:
    """CentralAuth."""

    base_url: str | None = None
    """Its base address; absent means the public one."""
    autologin: bool = False
    """Whether the organisation has ``autologin`` enabled: only then is there a session beyond the app's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keycloak:
    """Keycloak."""

    server_url: str
    """The server's address, with ``/auth`` where it has that."""
    realm: str
    """The realm, as it is called."""
    direct: bool = False
    """End the session by a direct request with the refresh token where there is one: no browser is needed then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Okta:
    """Okta."""

    issuer: str
    """The issuer: the organisation's address, or that of a custom server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cognito:
    """Amazon Cognito."""

    domain: str
    """The domain of the hosted sign-in."""


@dataclass(frozen=True, slots=True)
class Google:
    """Google accounts."""


@dataclass(frozen=True, slots=True)
class Apple:
    """Sign in with Apple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """PingOne, PingFederate and PingAM."""

    issuer: str
    """The issuer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Salesforce:
    """Salesforce."""

    domain: str
    """The organisation's My Domain."""


@dataclass(frozen=True, slots=True)
class Github:
    """GitHub."""


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack."""


@dataclass(frozen=True, slots=True)
class Discord:
    """Discord."""


Provider: TypeAlias = (
    Oidc
    | Entra
    | AzureB2c
    | EntraExternalId
    | AdFs
    | Auth0
    | Passport
    | CentralAuth
    | Keycloak
    | Okta
    | Cognito
    | Google
    | Apple
    | Ping
    | Salesforce
    | Github
    | Slack
    | Discord
)
"""The identity provider."""
