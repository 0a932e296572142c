"""Stands between the core and the host's objects.

The core calls back through C, where an exception that is no `Exception` would vanish and read as success. So every
callback is caught here, recorded, answered with an error to the core, and raised again once the core has returned.
What signal handlers raise is kept out of the glue between the two, see `_signals`.
"""

import inspect
import logging
import threading
import typing
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from exeunt import _bridge, _core, _signals
from exeunt._errors import LogoutError, from_core, to_core

_log = logging.getLogger("exeunt")
_OWN_AFFAIR = "LogoutListener"  # what a listener raises has no bearing on the sign-out


class _Call:
    """What the callbacks of one call into the core have raised."""

    __slots__ = ("failure", "interrupt")

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.interrupt: BaseException | None = None


class _Calls(threading.local):
    """The calls under way on this thread, the innermost last: a callback may call the client again."""

    def __init__(self) -> None:
        self.stack: list[_Call] = []


_calls = _Calls()


def enter(operation: Callable[..., Any], *arguments: Any) -> Any:
    """Call the core, and raise what its callbacks raised where Python would have."""
    if _signals.run_here():
        return _signals.call_core(partial(_enter, operation, *arguments), outermost=not _calls.stack)
    return _enter(operation, *arguments)


def _enter(operation: Callable[..., Any], *arguments: Any) -> Any:
    call = _Call()
    refused: LogoutError | None = None
    result: Any = None
    _calls.stack.append(call)
    try:
        result = operation(*arguments)
    except (_core.LogoutError, _core.InternalError) as error:
        refused = from_core(error)
    finally:
        _calls.stack.pop()
    if call.interrupt is not None:
        raise call.interrupt
    if refused is not None:
        raise refused from call.failure
    return result


def _record(where: str, error: BaseException) -> None:
    # By type only: the text of a host's exception may quote a token.
    _log.warning("%s raised %s", where, type(error).__qualname__)
    if not _calls.stack:
        return
    call = _calls.stack[-1]
    if not isinstance(error, Exception) or _signals.has_raised(error):
        call.interrupt = call.interrupt or error
    elif not where.startswith(_OWN_AFFAIR):
        call.failure = error


def methods(protocol: type) -> dict[str, Callable[..., Any]]:
    """Give the methods that a host's object needs."""
    return {name: method for name, method in vars(protocol).items() if inspect.isfunction(method) and name[0] != "_"}


@cache
def _adapter(protocol: type) -> Any:
    """Make the generated trait's subclass that guards a host's object."""

    def call(method: Callable[..., Any], *arguments: Any) -> Any:
        return _signals.call_host(method, *arguments) if _signals.run_here() else method(*arguments)

    def guarded(name: str, lower: Callable[[Any], Any]) -> Callable[..., Any]:
        where = f"{protocol.__name__}.{name}"

        def method(self: Any, *arguments: Any) -> Any:
            try:
                return lower(call(getattr(self.host, name), *map(_bridge.lift, arguments)))
            except BaseException as error:  # noqa: BLE001 - see the head of this file
                _record(where, error)
                failure = to_core(error)
            raise failure

        return method

    body: dict[str, Any] = {
        name: guarded(name, _bridge.lowerer(typing.get_type_hints(method)["return"]))
        for name, method in methods(protocol).items()
    }
    body["__init__"] = lambda self, host: setattr(self, "host", host)
    return type(f"Guarded{protocol.__name__}", (getattr(_core, protocol.__name__),), body)


def adapt(protocol: type, host: object) -> Any:
    """Wrap a host's object for the core; one that lacks a method is refused at once."""
    missing = [name for name in methods(protocol) if not callable(getattr(host, name, None))]
    if missing:
        raise TypeError(f"{type(host).__name__} is no {protocol.__name__}: it has no {', '.join(missing)}")
    return _adapter(protocol)(host)
