"""What many tests need: a client's configuration, a request, and a host that can be made to fail."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from exeunt import (
    Account,
    Change,
    ClientConfig,
    Commit,
    Done,
    Endpoints,
    EndSessionRequest,
    Guarantee,
    Home,
    HttpAnswer,
    HttpCall,
    LogoutClient,
    LogoutEvent,
    LogoutMode,
    MemoryStore,
    Navigated,
    Navigation,
    Oidc,
    Prefix,
    Secret,
    SqliteStore,
    This,
    Uri,
)

BYE = "https://app.example.com/bye"
DEVICE = ClientConfig(
    client_id="app",
    provider=Oidc(
        issuer="https://op.example.com",
        endpoints=Endpoints(
            end_session="https://op.example.com/logout",
            revocation="https://op.example.com/revoke",
            authorization="https://op.example.com/authorize",
        ),
    ),
    home=Home.DEVICE,
    layout=Prefix(prefix="session", separator=":"),
    post_logout_redirect_uri=Uri(BYE),
    redirect_uri="https://app.example.com/signed-in",
)
SERVER = replace(DEVICE, home=Home.SERVER, client_secret=Secret("s3cret"))
ALICE = EndSessionRequest(who=This(Account(home_account_id="alice")))
ALICE_BY_POPUP = replace(ALICE, mode=LogoutMode.POPUP)


def id_token(**claims: str) -> str:
    """A token whose signature nobody checks."""
    parts: list[dict[str, str]] = [{"alg": "RS256"}, {"iss": "https://op.example.com", "aud": "app", **claims}]
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*written, base64.urlsafe_b64encode(b"signature").decode().rstrip("=")])


def entries() -> dict[str, str]:
    return {
        "session:alice:id_token": id_token(sub="alice"),
        "session:alice:refresh_token": "refresh",
        "session:alice:cart": "3 apples",
        "session:bob:cart": "1 pear",
    }


class Host:
    """Store, navigator, transport and listener in one. `before` is called first in each callback, by its name."""

    def __init__(
        self, before: Callable[[str], Any] = lambda _: None, store: MemoryStore | SqliteStore | None = None
    ) -> None:
        self.before = before
        self.store = MemoryStore(entries()) if store is None else store
        self.seen: list[object] = []

    def keys(self, prefix: str, /) -> list[str]:
        self.before("keys")
        return self.store.keys(prefix)

    def read(self, keys: Sequence[str], /) -> list[Secret | None]:
        self.before("read")
        return self.store.read(keys)

    def commit(self, change: Change, /) -> Commit:
        self.seen.append(change)
        self.before("commit")
        return self.store.commit(change)

    def guarantee(self) -> Guarantee:
        self.before("guarantee")
        return self.store.guarantee()

    def navigate(self, navigation: Navigation, /) -> Navigated:
        self.seen.append(navigation)
        self.before("navigate")
        return Navigated.STARTED

    def dismiss(self, _: str, /) -> Done:
        self.before("dismiss")
        return Done.DONE

    def send(self, call: HttpCall, /) -> HttpAnswer:
        self.seen.append(call)
        self.before("send")
        return HttpAnswer(status=200, headers=(), body=b"")

    def on_event(self, event: LogoutEvent, /) -> Done:
        self.seen.append(event)
        self.before("on_event")
        return Done.DONE

    def client(self, config: ClientConfig = DEVICE) -> LogoutClient:
        return LogoutClient(config, self, navigator=self, transport=self, listeners=[self])

    def returned(self) -> str:
        """The address that the browser comes back to after the latest navigation."""
        navigation = next(one for one in reversed(self.seen) if isinstance(one, Navigation))
        return f"{BYE}?state={navigation.url.reveal().rsplit('state=', 1)[1]}"
