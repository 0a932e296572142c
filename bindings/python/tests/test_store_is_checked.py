"""The stores of this package keep the contract, and one that does not is told how."""

from pathlib import Path

from exeunt import Change, Commit, MemoryStore, SqliteStore, check_session_store


class CarelessStore(MemoryStore):
    """Writes whatever is required."""

    def commit(self, change: Change, /) -> Commit:
        return super().commit(Change(write=change.write, remove=change.remove))


class LooseStore(MemoryStore):
    """Takes capital and small letters of a prefix for the same."""

    def keys(self, prefix: str, /) -> list[str]:
        return [key for key in super().keys("") if key.lower().startswith(prefix.lower())]


def names(store: MemoryStore) -> set[str]:
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
