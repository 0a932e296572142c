"""A back end that kills itself at one point of its next sign-out: ``python -m demo.tests.mortal "after the clear"``."""

import os
import signal
import sys
from collections.abc import Sequence

import httpx
from exeunt import (
    Change,
    Commit,
    Guarantee,
    Header,
    HttpAnswer,
    HttpCall,
    HttpMethod,
    LogoutClient,
    Secret,
    SessionStore,
)

from demo.app import Backend
from demo.serve import serve
from demo.settings import from_environment

POINTS = (
    "before the clear",
    "after the clear",
    "before the navigation",
    "before the revocation",
    "after the revocation",
)


class Mortal:
    """The store and the transport of a client, between whose steps the process may die."""

    def __init__(self, store: SessionStore, point: str) -> None:
        if point not in POINTS:
            raise ValueError(f"no point: {point}")
        self._store = store
        self._point = point

    def _reach(self, point: str) -> None:
        if point == self._point:
            os.kill(os.getpid(), signal.SIGKILL)  # it has no time for anything

    def keys(self, prefix: str, /) -> Sequence[str]:
        """List keys."""
        return self._store.keys(prefix)

    def read(self, keys: Sequence[str], /) -> Sequence[Secret | None]:
        """Read values."""
        return self._store.read(keys)

    def guarantee(self) -> Guarantee:
        """Say what the store promises."""
        return self._store.guarantee()

    def commit(self, change: Change, /) -> Commit:
        """Make a change; the clear is the one that removes entries of a session."""
        clears = any(key.startswith("session:") for key in change.remove)
        if clears:
            self._reach("before the clear")
        answer = self._store.commit(change)
        if clears:
            self._reach("after the clear")
        return answer

    def send(self, call: HttpCall, /) -> HttpAnswer:
        """Send a request: a GET looks up where the browser has to go, a POST revokes."""
        revokes = call.method is HttpMethod.POST
        self._reach("before the revocation" if revokes else "before the navigation")
        answer = httpx.request(
            call.method.name,
            call.url.reveal(),
            headers={header.name: header.value.reveal() for header in call.headers},
            content=call.body.reveal() if call.body else None,
            timeout=call.timeout_ms / 1000,
            trust_env=False,
        )
        if revokes:
            self._reach("after the revocation")
        headers = tuple(Header(name=name, value=Secret(value)) for name, value in answer.headers.items())
        return HttpAnswer(status=answer.status_code, headers=headers, body=answer.content)


def main() -> None:
    """Serve as `demo.serve` does, until the point is reached."""
    settings = from_environment()
    backend = Backend(settings)
    mortal = Mortal(backend.store, sys.argv[1])
    backend.client = LogoutClient(settings.logout(), mortal, transport=mortal)
    serve(settings, backend)


if __name__ == "__main__":
    main()
