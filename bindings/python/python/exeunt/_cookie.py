"""Cookies that have to go with the session."""

from dataclasses import dataclass
from enum import Enum


class SameSite(Enum):
    """Which requests of other sites carry a cookie. Wire name ``SameSite``, RFC 6265bis §4.1.2.7."""

    STRICT = "strict"
    """None of them."""
    LAX = "lax"
    """Only top-level navigations."""
    CROSS_SITE = "cross_site"
    """All; a browser then wants ``Secure`` too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie that ends with the session.

    A browser deletes one only by the name, path and domain it was set with.
    """

    name: str
    """Its name."""
    path: str | None = None
    """Its path; absent means ``/``. Wire name ``Path``."""
    domain: str | None = None
    """Its domain; absent for a cookie of one host. Wire name ``Domain``."""
    secure: bool | None = None
    """Whether it goes over TLS only; absent means it does. Wire name ``Secure``."""
    http_only: bool | None = None
    """Whether scripts cannot read it; absent means they cannot. Wire name ``HttpOnly``."""
    same_site: SameSite | None = None
    """Which requests of other sites carry it; absent means `SameSite.LAX`."""
