"""A stage for each test, and one Chromium for all of them."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from exeunt import Endpoints, Oidc
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from demo.app import Backend
from demo.play import backend, provider
from demo.play.provider import PASSWORD, Provider
from demo.settings import Settings

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
WIDTHS = {"desktop": (1200, 800), "phone": (390, 844)}
Process = subprocess.Popen[bytes]
OUTSIDE = re.compile(r"^(?!https?://(127\.0\.0\.1|localhost)(:\d+)?(/|$))")
"""Every address that is not on loopback. The driver knows it by itself: loopback does not wait for this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a test plays on."""

    rp: str
    provider: Provider
    backend: Backend

    def sessions(self) -> dict[str, str]:
        """Give all entries of all sessions in the store."""
        keys = self.backend.store.keys("session:")
        values = self.backend.store.read(keys)
        return {key: value.reveal() for key, value in zip(keys, values, strict=True) if value is not None}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Provider and back end as the demo has them."""
    with backend.free_port() as listening:
        rp = backend.address_of(listening)
        with (
            provider.running(rp) as known,
            backend.running(listening, backend.settings_for(listening, known, tmp_path)) as running,
        ):
            yield Stage(rp=rp, provider=known, backend=running)


@pytest.fixture
def form_stage(tmp_path: Path) -> Iterator[Stage]:
    """The provider under TLS, with a back end that sends its request as a form.

    The built-in transport trusts public authorities only, so the core is told the addresses and calls nobody.
    """
    with backend.free_port() as listening:
        rp = backend.address_of(listening)
        with provider.running(rp, "--tls") as known:
            settings = backend.settings_for(listening, known, tmp_path)
            endpoints = Endpoints(end_session=f"{known.issuer}/session/end", authorization=f"{known.issuer}/auth")
            config = replace(
                settings.logout(),
                provider=Oidc(issuer=known.issuer, endpoints=endpoints),
                prefer_form_post=True,
                revoke_tokens=False,
            )
            with backend.running(listening, settings, config=config) as running:
                yield Stage(rp=rp, provider=known, backend=running)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, kept away from everything but loopback."""
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=arguments,
            # The back button of people's browsers has this cache.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in front of a browser of their own."""

    page: Page
    rp: str

    def open(self) -> None:
        """Open the application."""
        self.page.goto(self.rp + "/")

    def sign_in(self, name: str) -> None:
        """Sign in from the application's page, by hand."""
        self.open()
        self.page.click("#sign-in")
        self.page.fill("[name=login]", name.lower())
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("#sign-in")
        self.at_home(f"Hello, {name}")

    def at_home(self, heading: str) -> None:
        """Be at the application's page, under this heading."""
        self.page.wait_for_url(self.rp + "/")
        assert self.page.inner_text("h1") == heading

    def sign_out_saying(self, answer: str) -> None:
        """Sign out, and answer the provider's question by its button."""
        self.page.click("#sign-out")
        self.page.click(f"#{answer}")
        self.at_home("You are signed out here; at the provider, perhaps")

    def known(self) -> tuple[str, str]:
        """Say what the page knows of the application and of the provider."""
        return self.page.inner_text("#application"), self.page.inner_text("#provider")

    def shown(self, name: str) -> None:
        """Keep what the page looks like."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for kind, (width, height) in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=SCREENSHOTS / f"{name}-{kind}.png", full_page=True)


@contextmanager
def process(settings: Settings, socket: int, module: str = "demo.serve", *arguments: str) -> Iterator[Process]:
    """Run the back end as a process manager would, as a process of its own."""
    environment = os.environ | {
        "DEMO_PUBLIC_URL": settings.public_url,
        "DEMO_ISSUER": settings.issuer,
        "DEMO_CLIENT_ID": settings.client_id,
        "DEMO_CLIENT_SECRET": settings.client_secret.reveal(),
        "DEMO_STORE": str(settings.store),
        "DEMO_SOCKET": str(socket),
    }
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, cwd=root, env=environment, pass_fds=[socket]) as child:
        try:
            yield child
        finally:
            child.kill()


Meet = Callable[..., Person]


@pytest.fixture
def meet(chromium: Browser) -> Iterator[Meet]:
    """Make people: each has a browser profile of their own. Nothing may be asked of the world outside."""
    outside: list[str] = []

    def refuse(route: Route) -> None:
        outside.append(route.request.url)
        route.abort()

    with ExitStack() as contexts:

        def person(stage: Stage | str, *, scripts: bool = True) -> Person:
            context: BrowserContext = chromium.new_context(
                ignore_https_errors=True, java_script_enabled=scripts, service_workers="block"
            )
            contexts.callback(context.close)
            context.set_default_timeout(60_000)  # milliseconds: only so that a stuck test ends
            context.route(OUTSIDE, refuse)
            return Person(context.new_page(), stage if isinstance(stage, str) else stage.rp)

        yield person
    assert outside == []
