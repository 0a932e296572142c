"""What the host lends: storage, navigation, HTTP, ears. Any object with these methods will do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from exeunt import _bridge, _guard
from exeunt._request import LogoutMode, Parameter, PopupWindow
from exeunt._secret import Secret


class Done(Enum):
    """The receipt of a callback that changes something. A callback that forgets to return has not done it."""

    DONE = "done"
    """It was done."""


class Commit(Enum):
    """What became of a commit."""

    COMMITTED = "committed"
    """Every write and removal is durable."""
    CONFLICT = "conflict"
    """A required value had changed. Nothing was written or removed."""


class Guarantee(Enum):
    """What a store promises about one `commit`."""

    ATOMIC = "atomic"
    """All of a change or nothing of it, compared and written in one transaction."""
    PER_KEY = "per_key"
    """Each key by itself; a crash may leave a change half done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A value that a key must have for a change to be made."""

    key: str
    """The key."""
    value: Secret | None = None
    """The value that was seen; absent means that the key must not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry to be written."""

    key: str
    """The key."""
    value: Secret
    """The value."""
    protect: bool = True
    """Whether the value needs the device's own protection (a keychain, an encrypted file)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Everything one step does to the store, in one crossing."""

    require: tuple[Requirement, ...] = ()
    """Values that must still be there; otherwise the answer is `Commit.CONFLICT` and nothing changes."""
    write: tuple[Entry, ...] = ()
    """Entries to write."""
    remove: tuple[str, ...] = ()
    """Keys to remove, after the writes. A key that is not there is no error.

    A store that works key by key writes and removes in the order given: a crash in the middle then leaves nothing
    behind that nothing leads to.
    """


class SessionStore(Protocol):
    """Where the host keeps its sessions. exeunt reads it, clears it and keeps its own records under ``exeunt.``.

    What a method cannot do it says by raising a `HostError`: `Unavailable` is not the same as "absent".
    """

    def keys(self, prefix: str, /) -> Sequence[str]:
        """All keys that begin with `prefix`; an empty prefix means all keys."""
        ...

    def read(self, keys: Sequence[str], /) -> Sequence[Secret | None]:
        """Give the values of these keys in this order; an absent key is `None`."""
        ...

    def commit(self, change: Change, /) -> Commit:
        """Make a change, or none of it where a requirement fails.

        `Unavailable` means that nothing was done; where the answer was lost, and nobody knows, raise `Broken`.
        """
        ...

    def guarantee(self) -> Guarantee:
        """Say what `commit` promises."""
        ...


class NavigationMethod(Enum):
    """How the browser sends the request."""

    GET = "get"
    """The address is opened."""
    POST = "post"
    """A form is submitted to the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One HTTP header."""

    name: str
    """The header's name, case-insensitive."""
    value: Secret
    """Its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, headers and body to be sent as they are. Headers may hold secrets; do not log them."""

    status: int
    """The status code."""
    headers: tuple[Header, ...]
    """The headers, in order; a name may occur twice."""
    body: Secret
    """The body, UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """A place for the browser to go. It carries secrets in its address and form; show neither."""

    id: str
    """The sign-out's identifier, for `cancel`, `outcome` and `proof`."""
    url: Secret
    """Where to go."""
    method: NavigationMethod
    """By address or by form."""
    form: tuple[Parameter, ...]
    """The fields of the form; empty for an address."""
    mode: LogoutMode
    """How the browser is used."""
    popup: PopupWindow | None
    """Size, place and name of the popup."""
    main_window_redirect_uri: str | None
    """Where the main window goes when the popup has closed."""
    redirect_uri: str | None
    """Where the browser comes back to; absent where it stays at the provider."""
    frame_timeout_ms: int
    """Milliseconds after which a hidden frame is given up.

    The host then calls `cancel` with `CancelReason.TIMED_OUT`.
    """

    def reply(self) -> Reply:
        """Give the answer to a browser that goes there, such as to a proof: the cookies it has are enough."""
        reply: Reply = _bridge.lift(_guard.enter(_bridge.lower(self).reply))
        return reply


class Navigated(Enum):
    """What a navigator did with a navigation."""

    STARTED = "started"
    """The browser, popup or frame is on its way. The answer comes later, through `complete` or `cancel`."""
    STOPPED = "stopped"
    """The app declines to navigate; the sign-out stays local."""
    NO_BROWSER = "no_browser"
    """There is no browser to navigate with."""


class Navigator(Protocol):
    """Opens the browser. Optional: without one, the navigation is handed over in the outcome."""

    def navigate(self, navigation: Navigation, /) -> Navigated:
        """Start a navigation and answer at once; it never waits for the user.

        Raises `Offline` where it sees that no page can be reached.
        """
        ...

    def dismiss(self, logout_id: str, /) -> Done:
        """Close the popup or remove the frame of this sign-out. Called exactly once for each that was started."""
        ...


class HttpMethod(Enum):
    """How a request is sent."""

    GET = "get"
    """Reads."""
    POST = "post"
    """Sends a body."""
    DELETE = "delete"
    """Removes; a body says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """A request that the transport sends exactly as it is.

    No redirect is followed, nothing is added but what HTTP needs.
    """

    method: HttpMethod
    """How."""
    url: Secret
    """The absolute address: https, or http on a loopback address."""
    headers: tuple[Header, ...]
    """The headers to send."""
    body: Secret | None = None
    """The body of a POST or DELETE."""
    connect_timeout_ms: int
    """Milliseconds that connecting may take."""
    timeout_ms: int
    """Milliseconds that the whole exchange may take."""
    max_body_bytes: int
    """Bytes that the answer's body may have; more is `BadAnswer`."""
    public_addresses_only: bool
    """Refuse addresses of this machine and of private networks, checked after the name was resolved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """The answer to a request, of any status."""

    status: int
    """The status code."""
    headers: tuple[Header, ...]
    """The headers."""
    body: bytes = field(repr=False)
    """The body as received. It is not printed."""


class HttpTransport(Protocol):
    """Sends HTTP requests. Optional: without one, the built-in transport is used."""

    def send(self, call: HttpCall, /) -> HttpAnswer:
        """Send one request and answer with whatever status came. Redirects are answers, not instructions."""
        ...


class LogoutEventKind(Enum):
    """What happened, in the order it happened."""

    LOGOUT_START = "logout_start"
    """The sign-out began."""
    LOGOUT_SUCCESS = "logout_success"
    """The local session is cleared and the sign-out address is ready."""
    POPUP_OPENED = "popup_opened"
    """A popup was opened."""
    LOGOUT_FAILURE = "logout_failure"
    """Something failed; the outcome says what."""
    LOGOUT_END = "logout_end"
    """The navigation came back, was stopped, or there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutEvent:
    """One event of one sign-out."""

    kind: LogoutEventKind
    """What happened."""
    id: str
    """The sign-out's identifier."""
    correlation_id: str
    """The identifier that also went to the provider, for finding this sign-out in its logs."""


class LogoutListener(Protocol):
    """Hears of events. An exception that it raises is logged, by type only, and ignored."""

    def on_event(self, event: LogoutEvent, /) -> Done:
        """Hear of one event. Called in order, on the thread of the sign-out."""
        ...
