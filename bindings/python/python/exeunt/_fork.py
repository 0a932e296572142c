"""Locks that a fork finds free, so that no child waits for a thread it does not have."""

import os
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any

from exeunt import _core

_forking = threading.RLock()
"""Held while this process forks. Who is about to take a lock passes through it, so that a fork need not wait long."""


class Lock:
    """A re-entrant lock. A fork waits for it, then calls `at_rest` while nobody works; it is free in both processes."""

    def __init__(self, at_rest: Callable[[], None] | None = None) -> None:
        self._lock = threading.RLock()
        self._holder: int | None = None
        self._at_rest = at_rest
        _locks.add(self)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self, seconds: float = -1) -> bool:
        """Take the lock, or give up after so many seconds."""
        if self._holder != threading.get_ident():
            with _forking:
                pass
        taken = self._lock.acquire(timeout=seconds)
        if taken:
            self._holder = threading.get_ident()
        return taken

    def release(self) -> None:
        """Give the lock back."""
        self._holder = None
        self._lock.release()

    def rest(self) -> None:
        """Take the lock for a fork."""
        self._lock.acquire()
        if self._at_rest is not None:
            self._at_rest()


_locks: "weakref.WeakSet[Lock]" = weakref.WeakSet()
_resting: list[Lock] = []


def _before() -> None:
    _forking.acquire()
    _resting.extend(_locks)
    for lock in _resting:
        lock.rest()


def _after() -> None:
    for lock in _resting:
        lock.release()
    _resting.clear()
    _forking.release()


def _after_in_child() -> None:
    # The generated module keeps one lock for each trait, and another thread may have held it.
    for converter in vars(_core.exeunt).values():
        handles: Any = getattr(converter, "_handle_map", None)
        if handles is not None:
            handles._lock = threading.Lock()  # noqa: SLF001 - it offers no other door
    _after()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after_in_child)
