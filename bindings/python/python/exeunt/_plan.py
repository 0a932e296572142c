"""Every effect of a sign-out in order, before any of it happens."""

from dataclasses import dataclass, fields, replace
from enum import Enum
from operator import eq
from typing import Any, NoReturn, TypeAlias, final

from exeunt import _bridge, _guard
from exeunt._cookie import Cookie
from exeunt._request import LogoutMode, TokenKind


class ReturnCondition(Enum):
    """A documented condition under which the browser does not come back."""

    NO_REDIRECT_URI = "no_redirect_uri"
    """No redirect address is sent."""
    MUST_BE_REGISTERED = "must_be_registered"
    """The address must be registered with the provider."""
    NEEDS_ACTIVE_SESSION = "needs_active_session"
    """The user must have a live session with the provider."""
    NEEDS_FRONT_CHANNEL_URL = "needs_front_channel_url"
    """Personal accounts need a front-channel sign-out address in the app registration."""
    SOCIAL_CONNECTION = "social_connection"
    """A social provider behind the provider may ignore the address."""
    NEEDS_ID_TOKEN = "needs_id_token"
    """The ID token of the session must be sent along."""
    SET_AT_PROVIDER = "set_at_provider"
    """Without an address in the request, the one counts that is set at the provider."""


class RevocationScope(Enum):
    """How far the end of a token reaches where it is more than the session that leaves."""

    WHOLE_GRANT = "whole_grant"
    """Everything the user ever granted to the project, in all its apps."""
    EVERY_TOKEN_OF_APP = "every_token_of_app"
    """Every token of this user and app, on all devices."""


@dataclass(frozen=True, slots=True)
class MayNotReturn:
    """The provider brings the browser back only under conditions."""

    why: ReturnCondition
    """The condition."""


@dataclass(frozen=True, slots=True)
class PopupStaysOpen:
    """The popup has no address to return to, so it stays open at the provider."""


@dataclass(frozen=True, slots=True)
class ProviderSessionRemains:
    """The provider's session is not ended: the next sign-in may need no password."""


@dataclass(frozen=True, slots=True)
class NoEndSessionEndpoint:
    """The provider has no end-session endpoint."""


@dataclass(frozen=True, slots=True)
class AccountPickerWillShow:
    """The user will be asked which account to sign out of."""

    cure: str
    """How to avoid it."""


@dataclass(frozen=True, slots=True)
class ConfirmationWillShow:
    """The provider will ask the user whether to sign out."""

    cure: str
    """How to make it less likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedIdToken:
    """The cached ID token cannot be used as a hint."""

    account: str
    """Whose."""
    rule: str
    """The rule it breaks."""


@dataclass(frozen=True, slots=True)
class HintDropped:
    """The ID token was left out, since the address would have been too long."""


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """The record of this sign-out could not be written: its return cannot be matched, and nothing of it is repeated."""


@dataclass(frozen=True, slots=True)
class AlreadyUnderWay:
    """The same sign-out is under way already, so no page was opened for it now.

    Where none shows, since the app ended before it did, ask again after a minute.
    """


@dataclass(frozen=True, slots=True)
class StoreNotAtomic:
    """The store changes key by key.

    A sign-in or a refresh at the same moment may leave entries that no later step sees.
    """


@dataclass(frozen=True, slots=True)
class SchemeWithoutDot:
    """The scheme of the redirect address has no dot, so any app may claim it."""


@dataclass(frozen=True, slots=True)
class LocalhostByName:
    """The redirect address names ``localhost``, which may not be loopback; use 127.0.0.1."""


@dataclass(frozen=True, slots=True)
class DifferentCookieJar:
    """The user signed in with other cookies than those of the browser that signs out."""


@dataclass(frozen=True, slots=True)
class EndpointOnOtherHost:
    """An endpoint lies on another host than the issuer."""

    host: str
    """The host."""


@dataclass(frozen=True, slots=True)
class MetadataRefused:
    """The provider's addresses could not be looked up, or what was found is not believed."""

    rule: str
    """The rule that decided, `DISC-01` and following."""


@dataclass(frozen=True, slots=True)
class InsecureEndpoint:
    """The provider's metadata names an address that is not https; it is not used."""

    member: str
    """The metadata member."""


@dataclass(frozen=True, slots=True)
class AllowListUncertain:
    """Only the provider can tell whether its list of allowed addresses admits the redirect address."""


@dataclass(frozen=True, slots=True)
class ConnectionNeedsOwnClient:
    """The connection's sign-out needs the developer's own client identifier and secret in the provider's settings."""


@dataclass(frozen=True, slots=True)
class NothingBehindProvider:
    """There is no session behind the provider: the account is its own."""


@dataclass(frozen=True, slots=True)
class OptionUnused:
    """What the request asks of the browser is not used, since none is sent anywhere."""

    option: str
    """The field of the request."""


@dataclass(frozen=True, slots=True)
class SamlLogoutUrlNeeded:
    """A SAML connection needs a logout URL in the provider's settings; without one its login URL is used."""


@dataclass(frozen=True, slots=True)
class SamlSessionIndexNeeded:
    """A SAML sign-out fails where the sign-in brought no SessionIndex."""


@dataclass(frozen=True, slots=True)
class OtherAppsSignedOut:
    """Other apps of the same user are signed out too."""


@dataclass(frozen=True, slots=True)
class RevocationReachesFurther:
    """Revoking the tokens ends more than this session."""

    scope: RevocationScope
    """What it ends."""


@dataclass(frozen=True, slots=True)
class TokenStaysValid:
    """The provider cannot revoke this kind of token: it stays valid until it expires."""

    token: TokenKind
    """The kind."""


PlanWarning: TypeAlias = (
    MayNotReturn
    | PopupStaysOpen
    | ProviderSessionRemains
    | NoEndSessionEndpoint
    | AccountPickerWillShow
    | ConfirmationWillShow
    | DamagedIdToken
    | HintDropped
    | NotRecorded
    | AlreadyUnderWay
    | StoreNotAtomic
    | SchemeWithoutDot
    | LocalhostByName
    | DifferentCookieJar
    | EndpointOnOtherHost
    | MetadataRefused
    | InsecureEndpoint
    | AllowListUncertain
    | ConnectionNeedsOwnClient
    | NothingBehindProvider
    | OptionUnused
    | SamlLogoutUrlNeeded
    | SamlSessionIndexNeeded
    | OtherAppsSignedOut
    | RevocationReachesFurther
    | TokenStaysValid
)
"""What should be known before it happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """Remove cached entries. The keys are looked up again when it runs."""

    accounts: tuple[str, ...]
    """Whose; everyone's where `everyone` is set."""
    everyone: bool
    """Whether every account of this client leaves."""
    keys: tuple[str, ...]
    """The keys as they are now."""
    cookies: tuple[Cookie, ...]
    """The cookies that the host is told to delete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """End the session at the provider by a direct request."""

    account: str
    """Whose session."""
    endpoint: str
    """The endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigate:
    """Send the browser to the provider."""

    endpoint: str | None
    """The endpoint without our parameters; absent where it has to be looked up first."""
    mode: LogoutMode
    """How the browser is used."""
    redirect_uri: str | None
    """Where it returns to."""
    parameters: tuple[str, ...]
    """The names of the parameters that are sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke:
    """Revoke one token."""

    account: str
    """Whose."""
    token: TokenKind
    """Which."""
    endpoint: str | None
    """The endpoint; absent where it has to be looked up first."""


LogoutStep: TypeAlias = Clear | Call | Navigate | Revoke
"""One effect."""


@final
class LogoutPlan:
    """Every effect of one sign-out, in order, before any of it happens.

    Made by `LogoutClient.plan`; it prints without secrets, compares by what it would do, and explains itself. `state`,
    the time and a correlation identifier drawn at random are not in it: `LogoutClient.run` draws them.
    """

    __slots__ = ("_plan",)

    def __init__(self, plan: Any) -> None:
        if not _bridge.is_plan(plan):
            raise TypeError("a LogoutPlan is made by LogoutClient.plan")
        self._plan = plan

    @property
    def steps(self) -> tuple[LogoutStep, ...]:
        """The effects in the order in which they will happen."""
        steps: tuple[LogoutStep, ...] = _bridge.lift(_guard.enter(self._plan.steps))
        return steps

    @property
    def warnings(self) -> tuple[PlanWarning, ...]:
        """What should be known before it happens."""
        warnings: tuple[PlanWarning, ...] = _bridge.lift(_guard.enter(self._plan.warnings))
        return warnings

    def explain(self) -> list[str]:
        """Tell the plan in plain sentences.

        What will be cleared, what will be sent where, what the user will see, and what cannot be known afterwards.
        """
        sentences: list[str] = _guard.enter(self._plan.explain)
        return sentences

    def __str__(self) -> str:
        return str(_guard.enter(str, self._plan))

    def __repr__(self) -> str:
        return f"LogoutPlan(steps={tuple(map(_without_queries, self.steps))!r}, warnings={self.warnings!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LogoutPlan):
            return NotImplemented
        return bool(_guard.enter(eq, self._plan, other._plan))

    def __hash__(self) -> int:
        return int(_guard.enter(hash, self._plan))

    def __copy__(self) -> "LogoutPlan":
        return self

    def __deepcopy__(self, memo: object) -> "LogoutPlan":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a LogoutPlan holds secrets and is not pickled; plan again from the same request")


def _without_queries(step: LogoutStep) -> LogoutStep:
    # What an app puts into the address of its own page may be a secret.
    known = {one.name: getattr(step, one.name) for one in fields(step)}
    addresses = {name: known[name] for name in ("endpoint", "redirect_uri") if known.get(name)}
    return replace(step, **{name: address.partition("?")[0] for name, address in addresses.items()})
