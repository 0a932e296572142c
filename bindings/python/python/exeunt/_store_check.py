"""Whether a store keeps its contract, for whoever writes one."""

import sys
from dataclasses import dataclass
from types import TracebackType

from exeunt import _bridge, _core, _guard
from exeunt._fork import Lock
from exeunt._host import SessionStore

_OFTEN = 1e-6
"""Seconds after which another thread gets its turn. Usually they are so many that a commit written in Python is never
disturbed, and a race that an app will meet is not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFault:
    """One way in which a store breaks the contract of `SessionStore`."""

    name: str
    """Its name, the same in every language and version."""
    sentence: str
    """What was seen, and the cure."""


def check_session_store(store: SessionStore) -> tuple[StoreFault, ...]:
    """Try out a store, and name everything in which it breaks the contract; nothing where it keeps it.

    For the tests of whoever writes one: it takes about a second, writes a value of one megabyte and some hundreds of
    small ones, and calls from eight threads at once. Meanwhile all threads of this process take turns as often as they
    can (`sys.setswitchinterval`). Touches only keys that begin with ``exeunt.check.``; they are removed again.
    """
    adapted = _guard.adapt(SessionStore, store)
    with _hurry:
        found = _guard.enter(_core.check_session_store, adapted)
    return tuple(_bridge.lift(fault) for fault in found)


class _Hurry:
    """Makes threads take turns often. Of several checks at once the last to end restores what the first found."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._checks = 0
        self._usual = 0.0

    def __enter__(self) -> None:
        with self._lock:
            if self._checks == 0:
                self._usual = sys.getswitchinterval()
            self._checks += 1
            sys.setswitchinterval(_OFTEN)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._checks -= 1
            if self._checks == 0:
                sys.setswitchinterval(self._usual)


_hurry = _Hurry()
