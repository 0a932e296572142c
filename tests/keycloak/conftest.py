"""One Keycloak and one Chromium for all tests; a browser profile and a store for each."""

import base64
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from exeunt import (
    Account,
    Change,
    ClientConfig,
    Entry,
    Home,
    Keycloak,
    LogoutClient,
    MemoryStore,
    Prefix,
    Secret,
    This,
    Token,
    TokenKind,
    Uri,
)
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "build" / "keycloak" / "server"
CLIENT = "app"
# The client of realm.json that may ask about tokens, and its secret.
API = ("api", "api-secret")
# What realm.json calls the app; its real address has a port that is free.
NAMED = "https://app.example.com"


@dataclass(frozen=True, slots=True)
class Realm:
    """The realm of realm.json, and the app that it knows."""

    server: str
    app: str

    @property
    def callback(self) -> str:
        return f"{self.app}/callback"

    @property
    def bye(self) -> str:
        return f"{self.app}/bye"

    @property
    def issuer(self) -> str:
        return f"{self.server}/realms/people"

    def at(self, path: str) -> str:
        return f"{self.issuer}/protocol/openid-connect/{path}"

    def refresh(self, token: str) -> httpx.Response:
        """Try to use a refresh token."""
        form = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": token}
        return httpx.post(self.at("token"), data=form)

    def takes(self, access_token: str) -> bool:
        """Say whether an access token still opens the user's profile, and see that introspection says the same."""
        profile = httpx.get(self.at("userinfo"), headers={"Authorization": f"Bearer {access_token}"})
        asked = httpx.post(self.at("token/introspect"), data={"token": access_token}, auth=API)
        active = asked.raise_for_status().json()["active"]
        assert profile.status_code == (200 if active else 401)
        return profile.is_success


class EmptyPage(BaseHTTPRequestHandler):
    """Whatever is asked for."""

    def do_GET(self) -> None:
        self.send_response(204 if self.path == "/favicon.ico" else 200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: addresses hold codes."""


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    """The app's pages, which are empty."""
    with ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def realm(app: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """Keycloak on a free port of loopback, with nothing in its database but the realm."""
    data = SERVER / "data"
    shutil.rmtree(data, ignore_errors=True)
    (data / "import").mkdir(parents=True)
    described = Path(__file__).with_name("realm.json").read_text()
    (data / "import" / "realm.json").write_text(described.replace(NAMED, app))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("keycloak") / "log"
    command = [
        str(SERVER / "bin" / "kc.sh"),
        "start-dev",
        "--http-host=127.0.0.1",
        f"--http-port={port}",
        "--import-realm",
    ]
    environment = {**os.environ, "JAVA_OPTS_APPEND": "-Xmx768m"}
    with (
        log.open("w") as kept,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
            start_new_session=True,
        ) as child,
    ):
        try:
            for line in child.stdout or ():
                kept.write(line)
                if "Listening on" in line:
                    break
            else:
                pytest.fail(f"Keycloak did not start:\n{log.read_text()}")
            # What it goes on to say must go somewhere, or it stops.
            Thread(target=kept.writelines, args=(child.stdout,), daemon=True).start()
            yield Realm(f"http://127.0.0.1:{port}", app)
        finally:
            os.killpg(child.pid, 9)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, kept away from everything but loopback."""
    arguments = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Keycloak gave at the sign-in."""

    id_token: str
    access_token: str
    refresh_token: str

    def account(self) -> Account:
        """Name the account with its tokens, as an app that stores them elsewhere does."""
        return Account(
            home_account_id="alice",
            id_token=Secret(self.id_token),
            tokens=(
                Token(kind=TokenKind.REFRESH_TOKEN, value=Secret(self.refresh_token)),
                Token(kind=TokenKind.ACCESS_TOKEN, value=Secret(self.access_token)),
            ),
        )


@dataclass(frozen=True, slots=True)
class Alice:
    """Alice in front of a browser of her own."""

    page: Page
    realm: Realm

    def _asks(self, **more: str) -> tuple[str, str]:
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": self.realm.callback,
            "scope": "openid",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **more,
        }
        return f"{self.realm.at('auth')}?{urlencode(query)}", verifier

    def signs_in(self) -> Tokens:
        """Type name and password at Keycloak's page."""
        address, verifier = self._asks()
        self.page.goto(address)
        self.page.fill("#username", "alice")
        self.page.fill("#password", "correct horse")
        self.page.click("#kc-login")
        self.page.wait_for_url(f"{self.realm.callback}**")
        (code,) = parse_qs(urlsplit(self.page.url).query)["code"]
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "code": code,
            "redirect_uri": self.realm.callback,
            "code_verifier": verifier,
        }
        given = httpx.post(self.realm.at("token"), data=form).raise_for_status().json()
        return Tokens(given["id_token"], given["access_token"], given["refresh_token"])

    def goes(self, address: str, back: str) -> str:
        """Open an address and say where the browser came back to."""
        self.page.goto(address)
        self.page.wait_for_url(f"{back}**")
        return self.page.url

    def is_signed_in(self) -> bool:
        """Say whether Keycloak knows this browser."""
        address, _ = self._asks(prompt="none")
        answer = parse_qs(urlsplit(self.goes(address, self.realm.callback)).query)
        if "code" in answer:
            return True
        assert answer["error"] == ["login_required"]
        return False


@pytest.fixture
def alice(chromium: Browser, realm: Realm) -> Iterator[Alice]:
    with ExitStack() as contexts:
        context = chromium.new_context(service_workers="block")
        contexts.callback(context.close)
        context.set_default_timeout(60_000)  # milliseconds: only so that a stuck test ends
        yield Alice(context.new_page(), realm)


MakeClient = Callable[..., tuple[LogoutClient, MemoryStore]]


@pytest.fixture
def make_client(realm: Realm) -> MakeClient:
    """Make a client whose store holds something of Alice and something of Bob."""

    def make(*, direct: bool = False, revoke_tokens: bool = False) -> tuple[LogoutClient, MemoryStore]:
        store = MemoryStore()
        entries = (
            Entry(key="session:alice:cart", value=Secret("3 apples"), protect=True),
            Entry(key="session:bob:cart", value=Secret("1 pear"), protect=True),
        )
        store.commit(Change(write=entries))
        config = ClientConfig(
            client_id=CLIENT,
            provider=Keycloak(server_url=realm.server, realm="people", direct=direct),
            home=Home.DEVICE,
            layout=Prefix(prefix="session", separator=":"),
            post_logout_redirect_uri=Uri(realm.bye),
            redirect_uri=realm.callback,
            revoke_tokens=revoke_tokens,
        )
        return LogoutClient(config, store), store

    return make


def who(tokens: Tokens) -> This:
    """Alice, with what she was given."""
    return This(account=tokens.account())
