"""The client: the core's own, with Python's manners."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NoReturn

from exeunt import _bridge, _core, _guard
from exeunt._config import ClientConfig, ClientRegistration
from exeunt._errors import ConfigurationError, RequestError
from exeunt._host import Entry, HttpTransport, LogoutListener, Navigation, Navigator, SessionStore
from exeunt._id_token import Hints
from exeunt._lease import Lease, LoginAdvice, Saved
from exeunt._outcome import (
    CancelReason,
    Completion,
    Ended,
    Failed,
    LogoutOutcome,
    Matched,
    PendingLogout,
    Resumed,
    SessionStatus,
    Unconfirmed,
)
from exeunt._plan import LogoutPlan
from exeunt._request import Account, EndSessionRequest, Everyone
from exeunt._secret import Secret, is_unicode, mended
from exeunt._sqlite import own_store

_log = logging.getLogger("exeunt")
_log.addHandler(logging.NullHandler())


class LogoutClient:
    """Signs users out. Made once, from a configuration and the host's objects; safe to share between threads.

    Whatever is called also lets go of secrets that earlier sign-outs have kept for too long: on a server, those of the
    same session.

    Every method that touches the host has a twin with the prefix ``a`` for asyncio: it does the same on a worker
    thread, so that neither the network nor the host's callbacks hold up the loop. Cancelling the awaiting task does
    not stop a sign-out that has begun.

    A client may be made before a fork and used after it, in both processes. It is closed by `close` or by ``with``;
    a store that it was given is the app's own and stays open.
    """

    def __init__(
        self,
        config: ClientConfig,
        store: SessionStore | None = None,
        *,
        navigator: Navigator | None = None,
        transport: HttpTransport | None = None,
        listeners: Sequence[LogoutListener] = (),
    ) -> None:
        """Make a client.

        Without a store it is a `SqliteStore` in ``$XDG_STATE_HOME/exeunt`` (``~/.local/state/exeunt``), a file for each
        client identifier, found as `store`. Without a navigator the outcome says where the browser has to go; without a
        transport the built-in one is used. Raises `ConfigurationError` for what cannot work: nothing is looked up or
        contacted here.
        """
        lowered = _bridge.given(ClientConfig, config, ConfigurationError)
        self._config = config
        self._own = own_store(config.client_id) if store is None else None
        self._store = self._own if store is None else store
        self._parts = (
            lowered,
            _guard.adapt(SessionStore, self._store),
            None if navigator is None else _guard.adapt(Navigator, navigator),
            None if transport is None else _guard.adapt(HttpTransport, transport),
            [_guard.adapt(LogoutListener, listener) for listener in listeners],
        )
        self._closed = False
        self._live: tuple[int, Any] = (os.getpid(), _guard.enter(_core.LogoutClient, *self._parts))

    def __repr__(self) -> str:
        return f"<LogoutClient of {self._config.client_id!r}{', closed' * self._closed}>"

    @property
    def store(self) -> SessionStore:
        """Where the entries of the app are kept: the store that was given, or the client's own."""
        if self._store is None:
            raise RuntimeError("this LogoutClient is closed")
        return self._store

    def __enter__(self) -> "LogoutClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a LogoutClient is not pickled; make one in each process, or before the fork")

    def close(self) -> None:
        """Let go of the host's objects. A call under way finishes; closing twice is no error."""
        self._closed = True
        _guard.enter(self._let_go)  # the core gives each of them back

    def _let_go(self) -> None:
        self._live = (os.getpid(), None)
        self._parts = (None, None, None, None, [])
        self._store = None
        if self._own is not None:
            self._own.close()

    def plan(self, request: EndSessionRequest) -> LogoutPlan:
        """Say what a sign-out would do, before any of it happens.

        Raises for a request that cannot be carried out, and for a store that does not answer. Touches: store.
        """
        return LogoutPlan(self._call("plan", _bridge.given(EndSessionRequest, request, RequestError)))

    def sign_out(self, request: EndSessionRequest) -> LogoutOutcome:
        """Plan and run. Succeeds when the local session is dealt with, whatever the provider does.

        Raises only before the first effect; then nothing was cleared. Touches: store, network, navigator, listeners.
        """
        return self._told("sign_out", _bridge.given(EndSessionRequest, request, RequestError))

    def logout(self) -> LogoutOutcome:
        """Sign out everyone in the cache of this client, as configured. Only on a device.

        It is `sign_out` of `Everyone`, and raises what that raises.
        """
        return self.sign_out(EndSessionRequest(who=Everyone()))

    def run(self, plan: LogoutPlan) -> LogoutOutcome:
        """Carry out a plan of this client. The keys are looked up again, so that nothing newer is missed.

        Raises only before the first effect; then nothing was cleared. Touches: store, network, navigator, listeners.
        """
        if not isinstance(plan, LogoutPlan):
            raise TypeError(f"expected LogoutPlan, found {type(plan).__name__}")
        return self._told("run", plan._plan)  # noqa: SLF001 - the two are one layer

    def complete(self, url: str | Secret, ticket: str | Secret | None = None) -> Completion:
        """Read the address that the browser came back to.

        On a server the ticket of this browser is needed (`ticket_in_cookies`). What is not ours is an answer, not an
        error: any text may be given. Raises when the store does not answer. Touches: store, navigator, listeners.
        """
        found: Completion = self._call("complete", _address(url), _optional(ticket))
        if isinstance(found, Matched):
            _tell(found.outcome)
        return found

    def cancel(self, logout_id: str, reason: CancelReason) -> LogoutOutcome:
        """Say that the browser will not come back. A return that comes all the same is still read.

        Raises for an unknown identifier, and when the store does not answer. Touches: store, navigator, listeners.
        """
        return self._told("cancel", _bridge.given(str, logout_id, RequestError), _bridge.lowerer(CancelReason)(reason))

    def outcome(self, logout_id: str) -> LogoutOutcome:
        """Say what is known of a sign-out now. Remembered for 30 days.

        Raises for an unknown identifier, and when the store does not answer. Touches: store.
        """
        outcome: LogoutOutcome = self._call("outcome", _bridge.given(str, logout_id, RequestError))
        return outcome

    def proof(self, logout_id: str) -> Navigation:
        """Give a navigation that asks the provider whether anybody is still signed in in this browser.

        It is a request with ``prompt=none``. Open it as a whole page; `complete` reads the answer. Raises for an
        unknown identifier, without a configured `redirect_uri`, and when the provider's addresses are not known.
        Touches: store, network.
        """
        navigation: Navigation = self._call("proof", _bridge.given(str, logout_id, RequestError))
        return navigation

    def registration(self) -> ClientRegistration:
        """Say what to register at the provider about signing out, as configured.

        Receiving its notices is the app's own affair at present. Touches nothing, so that it has no twin.
        """
        registration: ClientRegistration = self._call("registration")
        return registration

    def pending(self, account: str | None = None) -> tuple[PendingLogout, ...]:
        """List the sign-outs whose browser has not come back. On a server the account must be named.

        Raises when the store does not answer. Touches: store.
        """
        waiting: tuple[PendingLogout, ...] = self._call("pending", _bridge.given(str | None, account, RequestError))
        return waiting

    def accounts(self) -> tuple[Account, ...]:
        """List the accounts in the cache of this client. Only on a device.

        Raises on a server, and when the store does not answer. Touches: store.
        """
        accounts: tuple[Account, ...] = self._call("accounts")
        return accounts

    def resume(self, limit: int) -> Resumed:
        """Finish sign-outs that were interrupted, at most `limit` of them.

        What has still to be cleared goes first, then direct requests and revocations that are due. Call it when the
        app starts, and again at `Resumed.next_due`. It never opens a browser, and a sign-out that somebody works on is
        left alone. Raises for a limit that is not positive, and when the store does not answer. Touches: store,
        network, listeners.
        """
        resumed: Resumed = self._call("resume", _bridge.lowerer(int)(limit))
        for outcome in resumed.outcomes:
            _tell(outcome)
        return resumed

    def signed_in(self, account: str, id_token: str | Secret | None = None, ticket: str | Secret | None = None) -> None:
        """Say that this account has signed in: one line in the code that handles a sign-in.

        It stands before the new tokens are saved. Sign-outs of the account that are not finished neither clear nor
        navigate any more; what they have to revoke is still revoked. With the ID token a fresh ``auth_time`` ends the
        advice to ask for a password. On a server give the ticket of this browser too (`ticket_in_cookies`). Raises for
        a malformed ID token, and when the store does not answer. Touches: store, navigator.
        """
        self._call("signed_in", _bridge.given(str, account, RequestError), _optional(id_token), _optional(ticket))

    def login_advice(self, account: str | None = None, ticket: str | Secret | None = None) -> LoginAdvice:
        """Say what the next sign-in should ask of the provider.

        On a device name the account where it is known; on a server give the ticket of this browser
        (`ticket_in_cookies`), without which nothing is known of it. Raises when the store does not answer. Touches:
        store.
        """
        named = _bridge.given(str | None, account, RequestError)
        advice: LoginAdvice = self._call("login_advice", named, _optional(ticket))
        return advice

    def lease(self, account: str) -> Lease:
        """Give the right to save what a token refresh will bring.

        Take it before the refresh token is read, and give it to `save` with the answer: a sign-out in between then
        wins.
        Raises when the store does not answer. Touches: store.
        """
        lease: Lease = self._call("lease", _bridge.given(str, account, RequestError))
        return lease

    def save(self, lease: Lease, entries: Sequence[Entry]) -> Saved:
        """Save what a token refresh brought, unless the account has signed out since the lease was taken.

        It is one commit that requires the lease, so that a refresh on its way cannot bring an ended session back.
        Raises for entries that are not the account's, and when the store does not answer. Touches: store.
        """
        brought = _bridge.given(Sequence[Entry], entries, RequestError)
        saved: Saved = self._call("save", _bridge.given(Lease, lease, RequestError), brought)
        return saved

    def still_valid(self, lease: Lease) -> bool:
        """Tell whether the account has not signed out since the lease was taken.

        For hosts that keep tokens where exeunt cannot write them: between this answer and the host's own write a
        sign-out may still happen, so `save` is the safer way. Raises when the store does not answer. Touches: store.
        """
        return bool(self._call("still_valid", _bridge.given(Lease, lease, RequestError)))

    async def aplan(self, request: EndSessionRequest) -> LogoutPlan:
        """Do what `plan` does, on a worker thread."""
        return await asyncio.to_thread(self.plan, request)

    async def asign_out(self, request: EndSessionRequest) -> LogoutOutcome:
        """Do what `sign_out` does, on a worker thread."""
        return await asyncio.to_thread(self.sign_out, request)

    async def alogout(self) -> LogoutOutcome:
        """Do what `logout` does, on a worker thread."""
        return await asyncio.to_thread(self.logout)

    async def arun(self, plan: LogoutPlan) -> LogoutOutcome:
        """Do what `run` does, on a worker thread."""
        return await asyncio.to_thread(self.run, plan)

    async def acomplete(self, url: str | Secret, ticket: str | Secret | None = None) -> Completion:
        """Do what `complete` does, on a worker thread."""
        return await asyncio.to_thread(self.complete, url, ticket)

    async def acancel(self, logout_id: str, reason: CancelReason) -> LogoutOutcome:
        """Do what `cancel` does, on a worker thread."""
        return await asyncio.to_thread(self.cancel, logout_id, reason)

    async def aoutcome(self, logout_id: str) -> LogoutOutcome:
        """Do what `outcome` does, on a worker thread."""
        return await asyncio.to_thread(self.outcome, logout_id)

    async def aproof(self, logout_id: str) -> Navigation:
        """Do what `proof` does, on a worker thread."""
        return await asyncio.to_thread(self.proof, logout_id)

    async def apending(self, account: str | None = None) -> tuple[PendingLogout, ...]:
        """Do what `pending` does, on a worker thread."""
        return await asyncio.to_thread(self.pending, account)

    async def aaccounts(self) -> tuple[Account, ...]:
        """Do what `accounts` does, on a worker thread."""
        return await asyncio.to_thread(self.accounts)

    async def aresume(self, limit: int) -> Resumed:
        """Do what `resume` does, on a worker thread."""
        return await asyncio.to_thread(self.resume, limit)

    async def asigned_in(
        self, account: str, id_token: str | Secret | None = None, ticket: str | Secret | None = None
    ) -> None:
        """Do what `signed_in` does, on a worker thread."""
        await asyncio.to_thread(self.signed_in, account, id_token, ticket)

    async def alogin_advice(self, account: str | None = None, ticket: str | Secret | None = None) -> LoginAdvice:
        """Do what `login_advice` does, on a worker thread."""
        return await asyncio.to_thread(self.login_advice, account, ticket)

    async def alease(self, account: str) -> Lease:
        """Do what `lease` does, on a worker thread."""
        return await asyncio.to_thread(self.lease, account)

    async def asave(self, lease: Lease, entries: Sequence[Entry]) -> Saved:
        """Do what `save` does, on a worker thread."""
        return await asyncio.to_thread(self.save, lease, entries)

    async def astill_valid(self, lease: Lease) -> bool:
        """Do what `still_valid` does, on a worker thread."""
        return await asyncio.to_thread(self.still_valid, lease)

    def _call(self, method: str, *arguments: Any) -> Any:
        (process, core), parts = self._live, self._parts
        if self._closed:
            raise RuntimeError("this LogoutClient is closed")
        if process != os.getpid():
            # The built-in transport keeps connections open: a child must not speak on those of its parent, and only
            # forgets them, since closing them properly would be speaking.
            core._handle = None  # noqa: SLF001 - so that it is not freed
            core = _guard.enter(_core.LogoutClient, *parts)
            self._live = (os.getpid(), core)
        operation: Callable[..., Any] = getattr(core, method)
        return _bridge.lift(_guard.enter(operation, *arguments))

    def _told(self, method: str, *arguments: Any) -> LogoutOutcome:
        outcome: LogoutOutcome = self._call(method, *arguments)
        _tell(outcome)
        return outcome


def read_id_token_unverified(token: str | Secret) -> Hints:
    """Read hints without checking the signature. Only for a token that this app stored itself after sign-in.

    Raises `MalformedTokenError` for what is not a compact JWS or JWE of at most 16 KiB with strict base64url, strict
    JSON and claims of the right types.
    """
    hints: Hints = _bridge.lift(_guard.enter(_core.read_id_token_unverified, _secret(token)))
    return hints


def ticket_in_cookies(header: str | Secret) -> Secret | None:
    """Give the ticket in a ``Cookie`` header, if there is one.

    A damaged neighbour does not matter, and a value may hold ``=``.
    """
    ticket: Secret | None = _guard.enter(_core.ticket_in_cookies, _secret(header))
    return ticket


def _secret(text: str | Secret) -> Secret:
    # Tickets, tokens and cookies are whatever a browser sent: the core is to find them wrong, as it does any other.
    return text if isinstance(text, Secret) else Secret(mended(text) if isinstance(text, str) else text)


def _optional(text: str | Secret | None) -> Secret | None:
    return None if text is None else _secret(text)


def _address(url: str | Secret) -> Secret:
    # Mended, it could become an address of ours; the empty one is nobody's.
    return Secret("") if isinstance(url, str) and not is_unicode(url) else _secret(url)


def _tell(outcome: LogoutOutcome) -> None:
    _log.info(
        "sign-out %s: application %s, provider %s",
        outcome.id,
        _status(outcome.application),
        _status(outcome.provider),
        extra={"exeunt_id": outcome.id, "exeunt_correlation_id": outcome.correlation_id},
    )


def _status(status: SessionStatus) -> str:
    if isinstance(status, Ended):
        return f"ended ({status.evidence.value})"
    if isinstance(status, Failed | Unconfirmed):
        return f"{type(status).__name__.lower()} ({status.because.value})"
    return type(status).__name__.lower()
