"""What an ID token says about its session."""

from dataclasses import dataclass

from exeunt import _bridge, _guard
from exeunt._secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What an unverified ID token says about its session. Claims are kept as received, without normalisation."""

    encrypted: bool
    """Whether the token is encrypted (five parts): it can be sent as a hint, but says nothing here."""
    unsigned: bool
    """Whether the token names no signature (``alg`` none)."""
    issuer: str | None
    """Wire name ``iss``, OpenID Connect Core 1.0 §2."""
    subject: Secret | None
    """Wire name ``sub``, OpenID Connect Core 1.0 §2."""
    audience: tuple[str, ...]
    """Wire name ``aud``, OpenID Connect Core 1.0 §2."""
    authorized_party: str | None
    """Wire name ``azp``, OpenID Connect Core 1.0 §2."""
    session_id: Secret | None
    """Wire name ``sid``, Front-Channel Logout 1.0 §3."""
    login_hint: Secret | None
    """The optional claim ``login_hint`` of Microsoft Entra ID."""
    expires_at: int | None
    """Wire name ``exp``, seconds since 1970, fractions cut off."""
    issued_at: int | None
    """Wire name ``iat``, seconds since 1970, fractions cut off."""
    authenticated_at: int | None
    """Wire name ``auth_time``, seconds since 1970, fractions cut off."""

    def is_expired_at(self, now: int) -> bool:
        """Tell whether the token had expired at `now`, in seconds since 1970.

        An expired token is still sent as a hint: providers accept it from a recent session (RP-Initiated Logout 1.0
        §2).
        """
        return bool(_guard.enter(_bridge.lower(self).is_expired_at, now))
