"""A store in memory."""

from collections.abc import Mapping, Sequence

from exeunt._fork import Lock
from exeunt._host import Change, Commit, Guarantee
from exeunt._secret import Secret
from exeunt._signals import whole


class MemoryStore:
    """A `SessionStore` that forgets everything when the process ends: for tests, and for apps that keep nothing.

    Safe to share between threads. Each process has its own: after a fork parent and child no longer see each other.
    """

    def __init__(self, entries: Mapping[str, str | Secret] | None = None) -> None:
        self._lock = Lock()
        self._entries = {
            key: value if isinstance(value, Secret) else Secret(value) for key, value in (entries or {}).items()
        }

    def __repr__(self) -> str:
        return f"<MemoryStore of {len(self._entries)} entries>"

    def keys(self, prefix: str, /) -> list[str]:
        """All keys that begin with `prefix`."""
        return [key for key in self._entries if key.startswith(prefix)]

    def read(self, keys: Sequence[str], /) -> list[Secret | None]:
        """Give the values of these keys in this order."""
        entries = self._entries
        return [entries.get(key) for key in keys]

    @whole
    def commit(self, change: Change, /) -> Commit:
        """Make a change, or none of it where a requirement fails."""
        with self._lock:
            # A copy: readers hold no lock, and see the entries before the change or after it.
            entries = dict(self._entries)
            if any(entries.get(one.key) != one.value for one in change.require):
                return Commit.CONFLICT
            entries.update({one.key: one.value for one in change.write})
            for key in change.remove:
                entries.pop(key, None)
            self._entries = entries
            return Commit.COMMITTED

    def guarantee(self) -> Guarantee:
        """All of a change or nothing of it."""
        return Guarantee.ATOMIC
