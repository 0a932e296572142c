"""What is raised to the app before anything was touched, and what hosts raise."""

from typing import Any, ClassVar

from exeunt import _core


class LogoutError(Exception):
    """Raised before the first effect: nothing was cleared, sent or opened.

    After the first effect a failure is a reason in the `LogoutOutcome` instead. The text never contains a token, a
    secret or the query of an address. Where a callback of the host failed, `__cause__` is what it raised, in the
    host's own words: those are not exeunt's to vouch for.
    """

    code: ClassVar[str] = "logout"
    """A stable name for programs."""
    rule: str | None
    """The rule that was broken, where one was."""
    retryable: bool
    """Whether the same call may succeed later without a change."""

    def __init__(self, sentence: str, *, rule: str | None = None, retryable: bool = False) -> None:
        super().__init__(sentence)
        self.rule = rule
        self.retryable = retryable

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword arguments do not travel by themselves.
        return _restore, (type(self), str(self), self.rule, self.retryable), vars(self)


class ConfigurationError(LogoutError):
    """The client is configured in a way that cannot work. Mend the configuration; trying again does not help."""

    code = "configuration"


class RequestError(LogoutError):
    """The request cannot be carried out as it stands."""

    code = "request"


class RedirectUriError(LogoutError):
    """An address given as a redirect target is refused."""

    code = "redirect_uri"


class MalformedTokenError(LogoutError):
    """A token given in the request is not a well-formed ID token."""

    code = "malformed_token"


class MetadataError(LogoutError):
    """The provider could not be asked for its addresses, or its answer is refused."""

    code = "metadata"


class UnknownLogoutError(LogoutError):
    """No sign-out with this identifier is recorded."""

    code = "unknown_logout"


class StoreLockedError(LogoutError):
    """The store is locked or out of reach. Nothing was deleted; try again when it is available."""

    code = "store_locked"


class HostFailedError(LogoutError):
    """A callback of the host failed before anything was changed."""

    code = "host_failed"


class CoreDefectError(LogoutError):
    """The core broke one of its own promises. Nothing may be concluded about the sign-out; please report it."""

    code = "core_defect"


class HostError(Exception):
    """Raised by a host's callback that could not do what it was asked.

    `reason` is for the host's own eyes: it never enters the core, an outcome or a log.
    """

    code: ClassVar[str] = "host"
    """A stable name for programs."""
    retryable: ClassVar[bool] = False
    """Whether the same call may succeed later without a change."""
    reason: str
    """In the host's words."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(HostError):
    """The store is locked or out of reach now. It is not the same as "absent"."""

    code = "unavailable"
    retryable = True


class Offline(HostError):
    """The request could not be sent: no network, name not found, connection refused."""

    code = "offline"
    retryable = True


class TimeExpired(HostError):
    """The time allowed for the request ran out."""

    code = "time_expired"
    retryable = True


class Insecure(HostError):
    """TLS failed, or the address is not one that may be spoken to. It is never tried again without TLS."""

    code = "insecure"


class BadAnswer(HostError):
    """The answer broke off, is larger than allowed, compressed, or not HTTP. The request may have been carried out."""

    code = "bad_answer"
    retryable = True


class Broken(HostError):
    """Anything else."""

    code = "broken"


_BY_CODE = {kind.code: kind for kind in LogoutError.__subclasses__()}


def _restore(kind: type[LogoutError], sentence: str, rule: str | None, retryable: bool) -> LogoutError:  # noqa: FBT001 - by pickle only
    return kind(sentence, rule=rule, retryable=retryable)


def from_core(error: Any) -> LogoutError:
    """Give the public twin of an error that the core raised."""
    if not isinstance(error, _core.LogoutError):
        # The text of a panic may quote anything.
        return CoreDefectError("exeunt's core failed unexpectedly; nothing is known about the sign-out")
    kind = _BY_CODE.get(error.code(), LogoutError)
    return kind(error.sentence(), rule=error.broken_rule(), retryable=error.is_retryable())


def to_core(error: BaseException) -> Any:
    """Give the core's twin of what a callback raised: its kind, never its text."""
    name = next((kind.__name__ for kind in type(error).__mro__ if kind.__base__ is HostError), "Broken")
    return getattr(_core.HostError, name)("")
