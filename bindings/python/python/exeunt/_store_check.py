"""Whether a store keeps its contract, for whoever writes one."""

from dataclasses import dataclass

from exeunt import _bridge, _core, _guard
from exeunt._host import SessionStore


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
    small ones, and calls from eight threads at once. Touches only keys that begin with ``exeunt.check.``; they are
    removed again.
    """
    found = _guard.enter(_core.check_session_store, _guard.adapt(SessionStore, store))
    return tuple(_bridge.lift(fault) for fault in found)
