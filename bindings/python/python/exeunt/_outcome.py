"""What is known afterwards, session by session, and how it is known."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from exeunt import _bridge, _guard
from exeunt._cookie import Cookie
from exeunt._host import Navigation, Reply
from exeunt._plan import PlanWarning
from exeunt._request import TokenKind
from exeunt._secret import Secret


class Evidence(Enum):
    """How a session is known to have ended."""

    READ_BACK = "read_back"
    """The keys were listed again after the clear, and are gone."""
    LOGIN_REQUIRED = "login_required"
    """The provider answered ``login_required`` to a top-level ``prompt=none`` request in the same browser."""
    ENDED_BY_CALL = "ended_by_call"
    """A direct request was answered exactly as the provider's documents say of one that ended the session."""


class Doubt(Enum):
    """Why the end of a session cannot be claimed."""

    RETURNED_WITH_STATE = "returned_with_state"
    """The browser came back with the right state. A provider answers "yes" and "no" of the user alike."""
    STORE_UNAVAILABLE = "store_unavailable"
    """The store was not available after the clear had begun."""
    COOKIE_DELETION_SENT = "cookie_deletion_sent"
    """The deletion of a cookie was sent; whether the browser obeyed cannot be seen."""
    USER_CANCELLED = "user_cancelled"
    """The user closed the browser before it came back."""
    TIMED_OUT = "timed_out"
    """The wait for the browser or frame ran out."""
    NEVER_CAME_BACK = "never_came_back"
    """The browser never came back, and nobody said why; it may never have left."""
    APP_CANCELLED = "app_cancelled"
    """The app gave up waiting."""
    SUPERSEDED = "superseded"
    """A later sign-out took over the browser."""
    PROOF_INCONCLUSIVE = "proof_inconclusive"
    """The proof was answered with something that proves nothing."""
    NO_RETURN = "no_return"
    """The browser stays at the provider, since it has no address to return to."""
    RETURNED = "returned"
    """The browser came back to the address; this provider echoes no state."""
    CALL_UNANSWERED = "call_unanswered"
    """A direct request was sent, and no answer came."""
    CALL_INCONCLUSIVE = "call_inconclusive"
    """A direct request was answered, but not as one that ended the session."""


class Failure(Enum):
    """Why a session is known, or has to be feared, to be alive."""

    LEFT_BEHIND = "left_behind"
    """Keys that are the account's, or cannot be told to be another's, are still in the store.

    `LogoutOutcome.left_behind` names them.
    """
    NO_BROWSER = "no_browser"
    """There is no browser to send to the provider."""
    NAVIGATOR_FAILED = "navigator_failed"
    """The navigator raised an error other than `Offline`."""
    DISCOVERY_FAILED = "discovery_failed"
    """The provider's addresses could not be looked up."""
    ENDPOINT_REFUSED = "endpoint_refused"
    """The provider's end-session address is refused."""
    NO_ENDPOINT = "no_endpoint"
    """The provider has no end-session endpoint."""
    PROVIDER_REFUSED = "provider_refused"
    """The provider answered with an error; `LogoutOutcome.provider_error` tells which."""
    PROVIDER_UNREACHABLE = "provider_unreachable"
    """The provider could not be reached: no answer came to a direct request, or the browser is offline."""
    NO_TOKEN = "no_token"
    """There is no token that names the session to the provider."""
    STILL_SIGNED_IN = "still_signed_in"
    """The provider answered a proof as it answers a signed-in user."""
    CANCELLED = "cancelled"
    """The sign-out was called off before anything was cleared, and the configuration says that then everything is kept.

    See `OnCancel`.
    """


@dataclass(frozen=True, slots=True)
class Ended:
    """It is known to have ended."""

    evidence: Evidence
    """How it is known."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """It may have ended; nobody can tell from here."""

    because: Doubt
    """Why not."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not ended."""

    because: Failure
    """Why not."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The browser is on its way."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """It was not asked for."""


SessionStatus: TypeAlias = Ended | Unconfirmed | Failed | Pending | NotAsked
"""What is known of one session."""


class UpstreamStatus(Enum):
    """What is known of the session behind the provider: never more than that it was asked for."""

    NOT_ASKED = "not_asked"
    """It was not asked for."""
    UNCONFIRMED = "unconfirmed"
    """It was asked for; nothing more can be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """One account's session in this app."""

    account: str
    """The account's identifier in the cache."""
    status: SessionStatus
    """What is known."""


class RevocationStatus(Enum):
    """What became of a revocation. A revoked token does not prove that the session has ended."""

    WAITING = "waiting"
    """It was not sent yet; `resume` sends it, as long as `LogoutOutcome.kept` names the token."""
    REVOKED = "revoked"
    """The provider accepted the request: the token is dead, or was before.

    Also of an access token that, as the provider documents, died with its refresh token.
    """
    UNSUPPORTED = "unsupported"
    """The provider cannot revoke this kind of token."""
    REFUSED = "refused"
    """The provider refused the request for good; the configuration is wrong."""
    UNCERTAIN = "uncertain"
    """Nobody knows; the token has to be taken for alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """One token's revocation."""

    account: str
    """Whose token; empty where the cache does not say."""
    token: TokenKind
    """Which token."""
    status: RevocationStatus
    """What became of it."""
    provider_error: str | None
    """The provider's error code, where it gave one."""


class KeptFor(Enum):
    """What a secret is kept for."""

    BROWSER_RETURN = "browser_return"
    """Hints and state of the navigation.

    The same sign-out asked for again gets the same navigation, and the return is recognised.
    """
    TOKEN_REVOCATION = "token_revocation"
    """A token that has still to be revoked."""
    SESSION_CALL = "session_call"
    """The token that names the session in a direct request, which was not answered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A secret that stays in the store for a while so that the sign-out can be finished."""

    purpose: KeptFor
    """What it is kept for."""
    account: str | None
    """Whose token; absent for what the browser needs."""
    until: int
    """Until when at most, seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutOutcome:
    """What is known of a sign-out. It holds no token; `next` and `ticket` are secrets of their own."""

    id: str
    """The sign-out's identifier, for `cancel`, `outcome` and `proof`."""
    application: SessionStatus
    """This app's session: of all accounts that leave, the worst.

    Where cookies have to be deleted it is never more than `Unconfirmed` by `Doubt.COOKIE_DELETION_SENT`: the store's
    keys can be seen to be gone, a browser's cookies cannot.
    """
    accounts: tuple[AccountStatus, ...]
    """This app's session, account by account."""
    provider: SessionStatus
    """The session at the identity provider."""
    upstream: UpstreamStatus
    """The session behind the identity provider."""
    revocations: tuple[Revocation, ...]
    """What became of the tokens that were to be revoked."""
    left_behind: tuple[str, ...]
    """Keys that are still in the store.

    Those that could not be removed, and those of a store for one user that may be the account's but do not say whose
    they are.
    """
    kept: tuple[Kept, ...]
    """What is still kept of this sign-out's secrets, and until when."""
    cookies: tuple[Cookie, ...]
    """Cookies that the host still has to delete, with the attributes that doing so needs. `reply` deletes them."""
    warnings: tuple[PlanWarning, ...]
    """What should be known about this sign-out."""
    correlation_id: str
    """The identifier for finding this sign-out in the provider's logs."""
    provider_error: str | None
    """The provider's error code, such as ``invalid_grant`` or CentralAuth's ``tokenInvalid``.

    It has up to 30 letters and ``_``; none where it is no such code, or repeats something secret.
    """
    provider_message: str | None
    """What the provider's error says in a sentence, where a direct request failed. Never to be shown as HTML.

    It is cut to 200 characters without controls, and left out if something in it could be a token. Never to be
    shown as HTML.
    """
    next: Navigation | None
    """Where the browser has to go now, where no navigator took it there."""
    ticket: Secret | None
    """On a server: what this browser must bring back, as a cookie (`reply` sets it)."""
    state: Secret | None
    """The caller's own state, given back once by `complete`."""
    return_to: str | None
    """Where the app's own page goes after `complete`, as it was given with the request."""
    frame_parent: str | None
    """On a server, of a hidden frame: the origin of the page that holds it.

    The reply of a `Completion` writes a page that tells it that the frame has come back.
    """
    http_loopback: bool
    """Whether every address that the configuration lets a browser go to is http on loopback.

    That is so on a developer's own machine: `reply` then sets the ticket without `Secure`.
    """

    @property
    def signed_out_locally(self) -> bool:
        """Whether this app is known to hold nothing of the accounts any more. It says nothing about the provider.

        Not where a cookie has to be deleted, since nobody can see whether the browser obeyed.
        """
        return bool(_guard.enter(_bridge.lower(self).signed_out_locally))

    @property
    def signed_out_at_provider(self) -> bool:
        """Whether the provider's session is proved to have ended. A return from the provider is no proof."""
        return bool(_guard.enter(_bridge.lower(self).signed_out_at_provider))

    def reply(self) -> Reply:
        """Give the answer to the browser that asked to be signed out.

        It goes to the provider, as an address or as a form that submits itself, and takes its ticket along; without a
        navigation it goes to `return_to`.
        """
        reply: Reply = _bridge.lift(_guard.enter(_bridge.lower(self).reply))
        return reply


class NotOursReason(Enum):
    """Why a returned address is not the end of one of our sign-outs."""

    OTHER_ADDRESS = "other_address"
    """It is not an address to which a sign-out returns."""
    NOTHING_PENDING = "nothing_pending"
    """No sign-out is waiting for it."""
    MISSING_STATE = "missing_state"
    """It carries no state, though one was sent."""
    WRONG_STATE = "wrong_state"
    """Its state, or its issuer, is not the one that was sent."""
    NOT_THIS_BROWSER = "not_this_browser"
    """It comes from another browser than the one that left."""
    EXPIRED = "expired"
    """It comes after the 15 minutes for which a sign-out waits."""


class _Answered:
    """The behaviour of every `Completion`."""

    __slots__ = ()

    def reply(self) -> Reply:
        """Give the answer to the browser that came back.

        It goes to the page that the record names, never to one that the returned address names.
        """
        reply: Reply = _bridge.lift(_guard.enter(_bridge.lower(self).reply))
        return reply


@dataclass(frozen=True, slots=True)
class Matched(_Answered):
    """It ends this sign-out, or answers its proof."""

    outcome: LogoutOutcome
    """What is known now."""


@dataclass(frozen=True, slots=True)
class AlreadyHandled(_Answered):
    """It was delivered before; nothing changed."""

    outcome: LogoutOutcome
    """What was known then."""


@dataclass(frozen=True, slots=True)
class NotOurs(_Answered):
    """It is nothing of ours; nothing changed."""

    why: NotOursReason
    """Why."""


Completion: TypeAlias = Matched | AlreadyHandled | NotOurs
"""What `complete` found."""


class CancelReason(Enum):
    """Why the browser will not come back."""

    USER_CANCELLED = "user_cancelled"
    """The user closed the browser."""
    TIMED_OUT = "timed_out"
    """The wait ran out."""
    APP_CANCELLED = "app_cancelled"
    """The app gave up."""
    OFFLINE = "offline"
    """The browser could not reach the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogout:
    """A sign-out that has not come back yet."""

    id: str
    """Its identifier."""
    accounts: tuple[str, ...]
    """The accounts that left."""
    issued_at: int
    """When it began, seconds since 1970."""
    provider: SessionStatus
    """What is known of the provider's session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """What `resume` did, and when it wants to be called again."""

    outcomes: tuple[LogoutOutcome, ...]
    """The sign-outs on which something was done or found out, as they stand now."""
    next_due: int | None
    """When the next step is due, seconds since 1970; absent when nothing is left to do."""
    set_aside: tuple[str, ...]
    """Keys of records that cannot be read: damaged, or written by another version.

    They stay as they are and are passed over; remove them if no other version of the app needs them.
    """
