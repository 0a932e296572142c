"""What keeps an ended session from coming back: the lease of a token refresh, and the advice for the next sign-in."""

from dataclasses import dataclass
from enum import Enum

from exeunt._request import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to save what a token refresh brings, taken before the refresh token is read. A sign-out ends it."""

    account: str
    """Whose tokens are refreshed."""
    epoch: str | None
    """The account's epoch when the lease was taken; absent where nobody has signed out yet."""
    everyone: str | None
    """On a device: the epoch of everyone; absent where everyone has not signed out yet."""


class Saved(Enum):
    """What became of the entries that a refresh brought."""

    STORED = "stored"
    """They are in the store."""
    SIGNED_OUT = "signed_out"
    """The account has signed out since the lease was taken: nothing of them is in the store. Throw them away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAdvice:
    """What the next sign-in should ask of the provider.

    So that a session which may have survived lets nobody in without a password.
    """

    parameters: tuple[Parameter, ...]
    """Parameters for the authorization request.

    ``prompt=login`` and ``max_age=0``, OpenID Connect Core 1.0 §3.1.2.1. Empty where nothing speaks against a sign-in
    without a question, and at providers that know no such parameters.
    """
    since: int | None
    """When the sign-out was asked for whose end at the provider is not known, seconds since 1970.

    Absent where there is none. It counts for 30 days.
    """
