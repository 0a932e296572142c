"""Who is signed in: one session per browser, in the store that exeunt clears.

The keys are ``session:<name>:<entry>``. The cookie is a secret and the name is its hash, so that a list of keys, a
printed plan or a log line lets nobody in.
"""

import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass

from exeunt import Change, Entry, Secret, SessionStore
from starlette.concurrency import run_in_threadpool

ENTRIES = ("user", "id_token", "access_token", "refresh_token")
LIFETIME = 8 * 60 * 60  # seconds
PATIENCE = 10 * 60  # seconds for which a sign-in that has begun is waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """What the pages need to know."""

    subject: str
    name: str
    signed_in_at: int


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's session. Its name is the account that exeunt signs out."""

    name: str
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the provider gave at sign-in."""

    id_token: Secret
    access_token: Secret
    refresh_token: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A sign-in that has begun: what its answer has to fit."""

    state: str
    nonce: str
    verifier: str
    begun_at: int


def new_cookie() -> str:
    """Draw a cookie that nobody had before."""
    return secrets.token_urlsafe(32)


def name_of(cookie: str) -> str:
    """Give the name under which a cookie's session is stored; it does not lead back to the cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()[:32]


class Sessions:
    """The sessions, for code that runs on an event loop: the store works on a thread."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store

    async def find(self, cookie: str | None) -> Session | None:
        """Give the session of a cookie, unless there is none or it is too old."""
        if not cookie:
            return None
        name = name_of(cookie)
        [stored] = await run_in_threadpool(self._store.read, [f"session:{name}:user"])
        if stored is None:
            return None
        user = User(**json.loads(stored.reveal()))
        return Session(name, user) if time.time() - user.signed_in_at < LIFETIME else None

    async def open(self, cookie: str, user: User, tokens: Tokens) -> None:
        """Begin a session under a cookie that nobody had before."""
        values = {
            "user": Secret(json.dumps(asdict(user))),
            "id_token": tokens.id_token,
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
        }
        prefix = f"session:{name_of(cookie)}:"
        await self._write({prefix + entry: value for entry, value in values.items() if value is not None})

    async def begin(self, attempt: Attempt) -> str:
        """Remember a sign-in that has begun, and give the cookie that ties it to this browser."""
        cookie = new_cookie()
        await self._write({f"sign-in:{name_of(cookie)}": Secret(json.dumps(asdict(attempt)))})
        return cookie

    async def take(self, cookie: str | None) -> Attempt | None:
        """Give back a sign-in that has begun, once."""
        if not cookie:
            return None
        key = f"sign-in:{name_of(cookie)}"
        [stored] = await run_in_threadpool(self._store.read, [key])
        if stored is None:
            return None
        await run_in_threadpool(self._store.commit, Change(remove=(key,)))
        attempt = Attempt(**json.loads(stored.reveal()))
        return attempt if time.time() - attempt.begun_at < PATIENCE else None

    async def _write(self, entries: dict[str, Secret]) -> None:
        write = tuple(Entry(key=key, value=value) for key, value in entries.items())
        await run_in_threadpool(self._store.commit, Change(write=write))
