"""What is decided once, when the client is made."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from exeunt._cookie import Cookie
from exeunt._provider import Provider
from exeunt._request import LogoutMode, OnCancel, Reach, Redirect
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


@dataclass(frozen=True, slots=True)
class Auth0Spa:
    """The cache of auth0-spa-js 1 and 2 in the browser's storage, and the cookies that it sets for this client.

    The account is the subject of the ID token. Where the library was given a cookie domain, name its cookies with that
    domain in `ClientConfig.cookies`. Its transactions stay: they are sign-ins that have not come back.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth0Native:
    """What the credentials managers of Auth0.swift and Auth0.Android keep under their default names.

    It is a store of their own with one user's credentials. The account is the subject of the ID token. Encrypted or
    archived credentials do not say whose they are; they are cleared when everyone leaves.
    """

    audiences: tuple[str, ...] = ()
    """The audiences of credentials for single APIs.

    Their keys are the audience, alone or with scopes, so that no others can be recognised.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcClient:
    """The user entry of oidc-client-ts, which Immutable Passport has too.

    The account is the subject of the ID token. Entries of pending requests stay: they hold no session and do not say
    whose they are.
    """

    authority: str
    """The authority as the library was given it, byte for byte: it is part of the key."""


@dataclass(frozen=True, slots=True)
class OktaAuthJs:
    """The token storage of okta-auth-js under its default name; tokens are removed at once.

    The account is the subject of the ID token. Its other storages stay: they hold the provider's metadata and sign-ins
    that have not come back.
    """


@dataclass(frozen=True, slots=True)
class Amplify:
    """The tokens of Amplify and of amazon-cognito-identity-js.

    The account is the user name in the key. What remembers the device stays.
    """


@dataclass(frozen=True, slots=True)
class KeycloakJs:
    """keycloak-js, which keeps tokens in memory only, where exeunt does not see them: nothing is cleared.

    Give the ID token and the tokens to revoke with the account. Entries of pending sign-ins stay.
    """


CacheLayout: TypeAlias = Prefix | Msal | Auth0Spa | Auth0Native | OidcClient | OktaAuthJs | Amplify | KeycloakJs
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
    minimise_hints: bool = False
    """Keep the user's ID token out of the request where the client identifier or a logout hint goes along.

    At ``/oidc/logout`` of Auth0 its session identifier does. The provider may ask the user then, which the plan says.
    An ``id_token_hint`` given with the request is sent all the same.
    """
    sign_in_browser: BrowserMode | None = None
    """The browser session in which the user signed in."""
    sign_out_browser: BrowserMode | None = None
    """The browser session in which the user signs out; it must see the same cookies."""
    on_cancel: OnCancel | None = None
    """What a cancelled sign-out leaves; absent means `OnCancel.FINISH_LOCALLY`.

    Providers whose documents clear first know nothing else.
    """
    keep_tokens_seconds: int | None = None
    """Seconds for which tokens that could not be revoked yet are kept for `resume`.

    Absent means 24 hours; at most 7 days.
    """
    cookies: tuple[Cookie, ...] = ()
    """The app's own session cookies, which a sign-out deletes; those of the cache layout come by themselves."""
    frontchannel_logout_uri: str | None = None
    """For the registration: the page that the provider opens in a hidden frame to sign out.

    On scheme, host and port of one of the redirect addresses above. Https; http only with a `client_secret`, with
    `allow_http`, and where the provider takes it. Wire name ``frontchannel_logout_uri``, Front-Channel Logout 1.0 §2.
    """
    frontchannel_logout_session_required: bool = False
    """For the registration: whether the provider has to name issuer and session there.

    Wire name ``frontchannel_logout_session_required``, Front-Channel Logout 1.0 §2.
    """
    backchannel_logout_uri: str | None = None
    """For the registration: where the provider posts logout tokens; https as above, on any host.

    Wire name ``backchannel_logout_uri``, Back-Channel Logout 1.0 §2.2.
    """
    backchannel_logout_session_required: bool = False
    """For the registration: whether a logout token has to name the session.

    Wire name ``backchannel_logout_session_required``, Back-Channel Logout 1.0 §2.2.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegistration:
    """The members of a client registration that concern signing out, by the names that a registration request has.

    They are what the configuration says, checked when the client was made. Receiving the provider's notices at the two
    addresses is the app's own affair: exeunt does not read them yet.
    """

    post_logout_redirect_uris: tuple[str, ...]
    """The configured addresses to return to after a sign-out, each once; register those that requests name.

    Wire name ``post_logout_redirect_uris``, RP-Initiated Logout 1.0 §3.1.
    """
    frontchannel_logout_uri: str | None
    """The page that the provider opens in a hidden frame to sign out.

    Wire name ``frontchannel_logout_uri``, Front-Channel Logout 1.0 §2.
    """
    frontchannel_logout_session_required: bool
    """Whether the provider has to name issuer and session there.

    Wire name ``frontchannel_logout_session_required``, Front-Channel Logout 1.0 §2.
    """
    backchannel_logout_uri: str | None
    """The address to which the provider posts logout tokens.

    Wire name ``backchannel_logout_uri``, Back-Channel Logout 1.0 §2.2.
    """
    backchannel_logout_session_required: bool
    """Whether a logout token has to name the session.

    Wire name ``backchannel_logout_session_required``, Back-Channel Logout 1.0 §2.2.
    """
