"""What the back end is told when it starts. Nothing of it is ever taken from a request."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from exeunt import ClientConfig, Home, Oidc, Prefix, Secret, Uri


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where this back end is, and who it is at the provider."""

    public_url: str
    """How browsers reach us, without a slash at the end. A Host header may say anything; this is what counts."""
    issuer: str
    """The provider."""
    client_id: str
    """Who we are there."""
    client_secret: Secret
    """How we prove it."""
    store: Path
    """The SQLite file with all sessions."""
    authority: Path | None = None
    """A certificate authority to trust besides the public ones, where the provider has one of its own."""

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS: cookies are then kept away from everything else."""
        return self.public_url.startswith("https://")

    def at(self, path: str) -> str:
        """Give the public address of one of our pages."""
        return self.public_url + path

    def logout(self) -> ClientConfig:
        """Say the same to exeunt."""
        return ClientConfig(
            client_id=self.client_id,
            client_secret=self.client_secret,
            provider=Oidc(issuer=self.issuer),
            home=Home.SERVER,
            layout=Prefix(prefix="session", separator=":"),
            post_logout_redirect_uri=Uri(self.at("/logged-out")),
            redirect_uri=self.at("/proof"),
            redirect_uris=(self.at("/"),),
        )


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings that a process manager gives; a missing one stops the start."""
    settings = Settings(
        public_url=environment["DEMO_PUBLIC_URL"],
        issuer=environment["DEMO_ISSUER"],
        client_id=environment["DEMO_CLIENT_ID"],
        client_secret=Secret(environment["DEMO_CLIENT_SECRET"]),
        store=Path(environment["DEMO_STORE"]),
    )
    authority = environment.get("DEMO_AUTHORITY")
    return replace(settings, authority=Path(authority)) if authority else settings
