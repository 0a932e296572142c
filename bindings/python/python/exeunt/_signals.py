"""Keeps signal handlers from raising between the core and Python.

Python runs them between any two instructions of the main thread, those of the generated module too: what one raises
there is lost, or makes that module free memory twice. So while the core is called, each handler written in Python has a
stand-in, which looks at what it interrupted. A method of the host is interrupted at once, like anything outside of the
core. Between the two the signal is noted: its handler runs when the next method of the host begins, or else when the
core has returned. As with a blocked signal, several of one kind then count once.
"""

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from exeunt import _core

try:  # the public one looks each answer up in an enum, which is too slow to ask for every signal in every callback
    from _signal import getsignal as _handler_of  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    from signal import getsignal as _handler_of

_P = ParamSpec("_P")
_T = TypeVar("_T")
Handler = Callable[[int, FrameType | None], Any]

_FAULTS = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL")  # no handler in Python can run before such a fault is gone
_SIGNALS = [int(one) for one in signal.valid_signals() if getattr(one, "name", "") not in _FAULTS]

_noted: dict[int, Handler] = {}
_raised: list[BaseException] = []  # at most one: what a handler has raised last
_looking: list["_StandIn"] = []  # at most one


class _StandIn:
    """Stands where a handler stood."""

    __slots__ = ("handler",)

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if _looking:  # signals that come faster than it takes to look must not pile up
            _noted[number] = self.handler
            return
        _looking.append(self)
        try:
            # The caller counts and not `frame`: a handler that the app has set may call the one that it found.
            between = _is_between(sys._getframe(1))  # noqa: SLF001 - there is no other way to know who called
        finally:
            _looking.clear()
        if between or _noted:
            _noted[number] = self.handler
        if not between:
            _deliver() if _noted else _run(self.handler, number, frame)


def run_here() -> bool:
    """Tell whether this is the thread on which Python runs signal handlers."""
    return threading.current_thread() is threading.main_thread()


def call_core(operation: Callable[[], Any], *, outermost: bool) -> Any:
    """Call the core: until it has returned, handlers run only in methods of the host."""
    try:
        _cover()
        return _between(operation)
    finally:
        try:
            _deliver()
        finally:
            if outermost:
                _end()


def whole(method: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let no handler raise in the middle of this method: it holds a lock, or has begun a transaction."""

    @wraps(method)
    def held(*arguments: _P.args, **named: _P.kwargs) -> _T:
        if not run_here():
            return method(*arguments, **named)
        outermost = not _is_under_way(sys._getframe())  # noqa: SLF001 - see above
        result: _T = call_core(partial(method, *arguments, **named), outermost=outermost)
        return result

    return held


def call_host(method: Callable[..., Any], *arguments: Any) -> Any:
    """Call a method of the host from within the core: handlers run as they did outside of it."""
    try:
        return _within(method, *arguments)
    finally:
        _cover()  # the method may have set a handler


def has_raised(error: BaseException) -> bool:
    """Tell whether a handler raised this."""
    return any(error is one for one in _raised)


# Which of these four functions is the innermost at work decides what becomes of a signal. That changes in no time, so
# that no signal can come in between, as it could with a variable that were set and reset.


def _between(operation: Callable[[], Any]) -> Any:
    return operation()


def _within(method: Callable[..., Any], *arguments: Any) -> Any:
    _deliver()
    return method(*arguments)


def _deliver() -> None:
    """Run the handlers of what was noted, each once, and raise what the first raised that did."""
    if not _noted or _is_between(sys._getframe(1)):  # noqa: SLF001 - see above
        return
    raised: BaseException | None = None
    for number in tuple(_noted):
        try:
            _run(_noted.pop(number), number, sys._getframe())  # noqa: SLF001 - a handler gets a frame
        except BaseException as error:  # noqa: BLE001 - it waits for the other handlers
            raised = raised or error
    if raised is not None:
        _raised[:] = [raised]
        raise raised


def _run(handler: Handler, number: int, frame: FrameType | None) -> None:
    try:
        handler(number, frame)
    except BaseException as error:
        _raised[:] = [error]
        raise


# An object of the core that is let go is freed wherever that happens, in a method of the host as well.
_GENERATED: str = _core.LogoutClient.__init__.__code__.co_filename
_CLOSED = (_between.__code__, _deliver.__code__)
_OPEN = (_within.__code__, _run.__code__)


def _is_between(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code in _CLOSED or frame.f_code.co_filename == _GENERATED:
            return True
        if frame.f_code in _OPEN:
            return False
        frame = frame.f_back
    return False


def _is_under_way(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code in _CLOSED or frame.f_code in _OPEN:
            return True
        frame = frame.f_back
    return False


def _cover() -> None:
    for number in _SIGNALS:
        handler = _handler_of(number)
        if callable(handler) and not isinstance(handler, _StandIn):
            with suppress(ValueError):  # an interpreter within another one: it gets no signals
                signal.signal(number, _StandIn(handler))


def _end() -> None:
    try:
        for number in _SIGNALS:
            handler = _handler_of(number)
            if isinstance(handler, _StandIn):
                signal.signal(number, handler.handler)
    finally:
        _deliver()  # what came while the last were delivered
        _raised.clear()
