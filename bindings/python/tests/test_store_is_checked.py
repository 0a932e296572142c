"""The stores of this package keep the contract, and one that does not is told how."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from exeunt import (
    Change,
    Commit,
    Guarantee,
    MemoryStore,
    Secret,
    SessionStore,
    SqliteStore,
    StoreFault,
    check_session_store,
)


class CarelessStore(MemoryStore):
    """Writes whatever is required."""

    def commit(self, change: Change, /) -> Commit:
        return super().commit(Change(write=change.write, remove=change.remove))


class LooseStore(MemoryStore):
    """Takes capital and small letters of a prefix for the same."""

    def keys(self, prefix: str, /) -> list[str]:
        return [key for key in super().keys("") if key.lower().startswith(prefix.lower())]


class HastyStore:
    """Has no lock, and promises what only one with a lock can keep."""

    def __init__(self) -> None:
        self._entries: dict[str, Secret] = {}

    def keys(self, prefix: str, /) -> list[str]:
        return [key for key in list(self._entries) if key.startswith(prefix)]

    def read(self, keys: Sequence[str], /) -> list[Secret | None]:
        return [self._entries.get(key) for key in keys]

    def commit(self, change: Change, /) -> Commit:
        for one in change.require:
            if self._entries.get(one.key) != one.value:
                return Commit.CONFLICT
        for entry in change.write:
            self._entries[entry.key] = entry.value
        for key in change.remove:
            self._entries.pop(key, None)
        return Commit.COMMITTED

    def guarantee(self) -> Guarantee:
        return Guarantee.ATOMIC


class WatchfulStore(MemoryStore):
    """Notes how often threads take turns while it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.intervals: set[float] = set()

    def guarantee(self) -> Guarantee:
        self.intervals.add(sys.getswitchinterval())
        return super().guarantee()


class NestedStore(WatchfulStore):
    """Has another store checked in the middle of its own check."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[StoreFault] = []

    def guarantee(self) -> Guarantee:
        if not self.intervals:
            self.faults.extend(check_session_store(MemoryStore()))
        return super().guarantee()


def names(store: SessionStore) -> set[str]:
    return {fault.name for fault in check_session_store(store)}


def test_a_store_in_memory_is_in_order_and_keeps_what_was_in_it() -> None:
    store = MemoryStore({"session:alice:cart": "3 apples"})
    assert check_session_store(store) == ()
    assert list(store.keys("")) == ["session:alice:cart"]


def test_a_store_in_a_file_is_in_order(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "sessions.db") as store:
        assert check_session_store(store) == ()
        assert list(store.keys("")) == []


def test_a_careless_store_is_found_by_name() -> None:
    assert {"requirement_ignored", "lost_update"} <= names(CarelessStore())


def test_a_loose_store_is_found_by_name() -> None:
    faults = check_session_store(LooseStore())
    assert "prefix_case" in {fault.name for fault in faults}
    assert all(fault.sentence.endswith(".") for fault in faults)


def test_a_store_in_python_without_a_lock_is_found() -> None:
    # On a machine that is busy with other things a single check may miss it.
    assert any(names(HastyStore()) & {"lost_update", "torn_change"} for _ in range(3))


@pytest.mark.parametrize("make", [WatchfulStore, NestedStore])
def test_threads_take_turns_often_until_the_last_check_has_ended(make: type[WatchfulStore]) -> None:
    usual, store = sys.getswitchinterval(), make()
    assert check_session_store(store) == ()
    assert max(store.intervals) < usual
    assert sys.getswitchinterval() == usual
    if isinstance(store, NestedStore):
        assert store.faults == []


def test_threads_take_turns_as_usual_after_a_check_that_raised() -> None:
    usual, store = sys.getswitchinterval(), WatchfulStore()

    def interrupted() -> Guarantee:
        store.intervals.add(sys.getswitchinterval())
        raise KeyboardInterrupt

    store.guarantee = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        check_session_store(store)
    assert max(store.intervals) < usual
    assert sys.getswitchinterval() == usual
