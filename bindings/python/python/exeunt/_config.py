"""What is decided once, when the client is made."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from exeunt._request import LogoutMode, Reach, Redirect
from exeunt._secret import Secret


class Home(Enum):
    """Whose store this is."""

    DEVICE = "device"
    """One person's device: everyone may be signed out together."""
    SERVER = "server"
    """Many users in one store.

    Every call names one session, and `complete` wants the ticket of the browser that left.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """The host's own naming: `prefix`, account, entry, joined by `separator`.

    The entries ``id_token``, ``access_token`` and ``refresh_token`` are read; all entries of the account are cleared.
    """

    prefix: str
    """The first segment or segments, such as ``session``."""
    separator: str
    """What stands between segments, such as ``:``."""


@dataclass(frozen=True, slots=True)
class Msal:
    """MSAL's common cache: browser schemas 0, 2 and 3, and the native one without prefix."""


CacheLayout: TypeAlias = Prefix | Msal
"""How the host names its cached entries."""


class ClientAuthentication(Enum):
    """How the app proves who it is to the revocation endpoint."""

    SECRET_BASIC = "secret_basic"
    """In the ``Authorization`` header, form-encoded first. Wire name ``client_secret_basic``, RFC 6749 §2.3.1."""
    SECRET_POST = "secret_post"
    """In the body. Wire name ``client_secret_post``, RFC 6749 §2.3.1."""


class BrowserMode(Enum):
    """Which cookies a browser session sees."""

    SHARED = "shared"
    """The browser's own cookies."""
    EPHEMERAL = "ephemeral"
    """Cookies of this one session only."""


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
class Oidc:
    """Any provider with OpenID Connect metadata, or with addresses given here."""

    issuer: str
    """The issuer, byte for byte as in its ID tokens. Wire name ``issuer``, OpenID Connect Discovery 1.0 §3."""
    endpoints: Endpoints | None = None
    """Addresses that are known; the others are looked up at the issuer."""
    omit_client_id: bool = False
    """Leave ``client_id`` out: for a provider that refuses it beside an ID token."""
    dynamic: bool = False
    """The issuer was named by a user or tenant: refuse addresses of this machine and of private networks.

    Only with the built-in transport, the only one that sees the resolved address.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Entra:
    """Microsoft Entra ID in the public, US Government and China clouds."""

    authority: str
    """The authority, such as ``https://login.microsoftonline.com/{tenant}``."""


Provider: TypeAlias = Oidc | Entra
"""The identity provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """The configuration of a `LogoutClient`. Every absent value means the provider's default."""

    client_id: str
    """The app's identifier at the provider. Wire name ``client_id``, RFC 6749 §2.2."""
    provider: Provider
    """The provider."""
    home: Home
    """Whose store this is."""
    layout: CacheLayout
    """How the cache is named."""
    client_secret: Secret | None = None
    """The app's secret; only on a server. Wire name ``client_secret``, RFC 6749 §2.3.1."""
    client_authentication: ClientAuthentication | None = None
    """How the secret is sent; absent means `ClientAuthentication.SECRET_BASIC`."""
    redirect_uris: tuple[str, ...] = ()
    """Every address that a browser may be sent to, byte for byte as registered.

    Post-logout redirects, `return_to`, `main_window_redirect_uri`.
    """
    post_logout_redirect_uri: Redirect | None = None
    """Where the browser returns unless a request says otherwise.

    Wire name ``post_logout_redirect_uri``, RP-Initiated Logout 1.0 §2.
    """
    redirect_uri: str | None = None
    """The sign-in redirect address to which `proof` asks the provider to answer.

    Wire name ``redirect_uri``, OpenID Connect Core 1.0 §3.1.2.1.
    """
    allow_http: bool = False
    """Whether http addresses other than loopback are accepted as redirect targets."""
    mode: LogoutMode | None = None
    """How the browser is used unless a request says otherwise."""
    reach: Reach | None = None
    """How far a sign-out goes unless a request says otherwise."""
    revoke_tokens: bool | None = None
    """Whether tokens are revoked unless a request says otherwise; absent means yes where the provider can."""
    allow_redirect_in_frame: bool = False
    """Whether a redirect may start inside a frame."""
    prefer_form_post: bool = False
    """Send the request as a form even where the address is short; only on a server."""
    sign_in_browser: BrowserMode | None = None
    """The browser session in which the user signed in."""
    sign_out_browser: BrowserMode | None = None
    """The browser session in which the user signs out; it must see the same cookies."""
