"""What the app asks for: whose session ends, how far, and how the browser is used."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from exeunt._connection import Connection
from exeunt._secret import Secret


class TokenKind(Enum):
    """What kind of token."""

    REFRESH_TOKEN = "refresh_token"
    """Wire name ``refresh_token``, RFC 7009 §2.1."""
    ACCESS_TOKEN = "access_token"
    """Wire name ``access_token``, RFC 7009 §2.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token to be revoked."""

    kind: TokenKind
    """Wire name ``token_type_hint``, RFC 7009 §2.1."""
    value: Secret
    """Wire name ``token``, RFC 7009 §2.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One signed-in account. On a server it is one application session, not one person."""

    home_account_id: str
    """What the cache knows the account by.

    MSAL's home account id, the second segment of a `Prefix` layout, the user name of `Amplify`, and for the other
    layouts the subject of the ID token.
    """
    id_token: Secret | None = None
    """The ID token received at sign-in, where the cache does not hold it.

    Wire name ``id_token_hint``, RP-Initiated Logout 1.0 §2.
    """
    tokens: tuple[Token, ...] = ()
    """Tokens to revoke, where the cache does not hold them."""
    connection: Connection | None = None
    """With which identity provider behind the provider the user signed in, where that is known."""
    upstream_access_token: Secret | None = None
    """An access token of the connection, for one whose sign-out wants it.

    It travels in an address: give it only when that is acceptable. Wire name ``access_token``.
    """


@dataclass(frozen=True, slots=True)
class This:
    """One account."""

    account: Account
    """The account."""


@dataclass(frozen=True, slots=True)
class Everyone:
    """Every account in the cache of this client. Only on a device."""


Who: TypeAlias = This | Everyone
"""Who is signed out. There is no default: leaving it out must not sign out everybody."""


@dataclass(frozen=True, slots=True)
class Omit:
    """Send none; the browser stays at the provider."""


@dataclass(frozen=True, slots=True)
class Uri:
    """Return to this registered address.

    Wire name ``post_logout_redirect_uri``, RP-Initiated Logout 1.0 §2.
    """

    uri: str
    """The address, byte for byte as it is registered."""


Redirect: TypeAlias = Omit | Uri
"""Where the browser returns after the provider has finished."""


class Reach(Enum):
    """How far a sign-out goes."""

    APP = "app"
    """Only this app's own tokens: nothing is sent anywhere. Other libraries call it a local sign-out."""
    PROVIDER = "provider"
    """Also the session at the identity provider."""
    UPSTREAM = "upstream"
    """Also the session at the provider behind the provider."""


class OnCancel(Enum):
    """What becomes of this app's session when the browser does not do what it was asked.

    The user cancels, the app stops it, there is no browser, the provider cannot be reached.
    """

    FINISH_LOCALLY = "finish_locally"
    """The user leaves this app in any case: it is cleared first, then the browser goes."""
    KEEP_EVERYTHING = "keep_everything"
    """The user stays signed in: the browser goes first, and nothing is cleared before it is back.

    Whoever never comes back and never cancels has asked to leave: after 15 minutes `resume` clears.
    """


class LogoutMode(Enum):
    """How the browser is used."""

    REDIRECT = "redirect"
    """The whole window goes to the provider and comes back."""
    POPUP = "popup"
    """A second window goes there while the app stays."""
    SILENT = "silent"
    """A hidden frame or an invisible browser goes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopupWindow:
    """The popup's size, place and name. Every absent value is the host's choice."""

    width: int | None = None
    """Width in pixels."""
    height: int | None = None
    """Height in pixels."""
    left: int | None = None
    """Distance from the left edge in pixels."""
    top: int | None = None
    """Distance from the upper edge in pixels."""
    name: str | None = None
    """The window's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One field of a form, or one parameter of an address."""

    name: str
    """The name, sent percent-encoded."""
    value: Secret
    """The value, sent percent-encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionRequest:
    """One sign-out. Every absent value means "as configured"."""

    who: Who
    """Who is signed out."""
    redirect: Redirect | None = None
    """Where the browser returns.

    Absent inherits from the configuration, then from `initiating_page` where the provider's documents say so.
    """
    initiating_page: Secret | None = None
    """The page on which the user asked; its query and fragment are cut off before use."""
    return_to: str | None = None
    """Where the app's own page goes once `complete` has answered; never sent to the provider."""
    authority: str | None = None
    """Another authority for this request, of the same cloud; absent means the configured one."""
    mode: LogoutMode | None = None
    """How the browser is used."""
    reach: Reach | None = None
    """How far the sign-out goes."""
    id_token_hint: Secret | None = None
    """An ID token to send in any case, also when everyone leaves.

    Wire name ``id_token_hint``, RP-Initiated Logout 1.0 §2.
    """
    logout_hint: Secret | None = None
    """A hint to send in any case, also when everyone leaves.

    Wire name ``logout_hint``, RP-Initiated Logout 1.0 §2.
    """
    state: Secret | None = None
    """The caller's own state: sent behind ours, given back by `complete`.

    Wire name ``state``, RP-Initiated Logout 1.0 §2.
    """
    ui_locales: tuple[str, ...] = ()
    """Languages in order of preference, BCP 47. Wire name ``ui_locales``, RP-Initiated Logout 1.0 §2."""
    extra_parameters: tuple[Parameter, ...] = ()
    """Further parameters in this order. One that repeats a parameter of the request is refused."""
    correlation_id: str | None = None
    """An identifier for finding this sign-out in the provider's logs; drawn at random when absent.

    Wire name ``client-request-id`` at Microsoft Entra ID.
    """
    everywhere: bool = False
    """Whether steps that end other devices or apps are allowed."""
    in_frame: bool = False
    """Whether the page that asks is itself in a frame.

    Give `initiating_page` too, with its query: a page for front-channel notices that names a session which is not here
    signs nobody out.
    """
    popup: PopupWindow | None = None
    """Size, place and name of the popup."""
    main_window_redirect_uri: str | None = None
    """Where the main window goes when the popup has closed."""
    revoke_tokens: bool | None = None
    """Whether the tokens are revoked; absent means as configured."""
    on_cancel: OnCancel | None = None
    """What a cancelled sign-out leaves; absent means as configured."""
    ticket: Secret | None = None
    """On a server: the ticket that this browser brought from an earlier sign-out, which this one then replaces."""
