"""What every store that comes with exeunt promises."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from exeunt import (
    Change,
    Commit,
    Ended,
    Entry,
    Evidence,
    Guarantee,
    LogoutClient,
    MemoryStore,
    Requirement,
    Secret,
    SessionStore,
    SqliteStore,
)
from samples import ALICE, DEVICE, entries

ODD = [
    *("", "a", "a%", "a_", "a*", "a[b]", "a:", "A", "'", '"', "a\x00", "a\x00b"),
    *("\u00e1", "a\u0301", "\ud7ff", "\U0010ffff", "\U0010ffffa"),
]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        with SqliteStore(tmp_path / "sessions.db") as made:
            yield made


def put(store: SessionStore, **values: str) -> None:
    change = Change(write=tuple(Entry(key=key, value=Secret(value)) for key, value in values.items()))
    assert store.commit(change) is Commit.COMMITTED


def test_empty_store_has_no_keys(store: SessionStore) -> None:
    assert list(store.keys("")) == []


def test_read_gives_values_in_the_order_asked_and_none_for_the_absent(store: SessionStore) -> None:
    put(store, a="1", b="2")
    assert list(store.read(["b", "x", "a", "b"])) == [Secret("2"), None, Secret("1"), Secret("2")]
    assert list(store.read([])) == []


@pytest.mark.parametrize("prefix", ODD)
def test_keys_are_those_that_begin_with_the_prefix(store: SessionStore, prefix: str) -> None:
    keys = [first + second for first in ODD for second in ODD]
    store.commit(Change(write=tuple(Entry(key=key, value=Secret(key)) for key in keys)))
    assert sorted(store.keys(prefix)) == sorted({key for key in keys if key.startswith(prefix)})
    assert list(store.read(keys)) == [Secret(key) for key in keys]


def test_write_replaces_and_removal_of_the_absent_is_no_error(store: SessionStore) -> None:
    put(store, a="1")
    put(store, a="2")
    assert list(store.read(["a"])) == [Secret("2")]
    assert store.commit(Change(remove=("a", "a", "x"))) is Commit.COMMITTED
    assert list(store.keys("")) == []


def test_any_text_survives(store: SessionStore) -> None:
    values = ["", "\x00", "a\x00b", "\U0001f600", "x" * 1_000_000, "'; DROP TABLE entries; --"]
    put(store, **{str(number): value for number, value in enumerate(values)})
    assert list(store.read([str(number) for number in range(len(values))])) == [Secret(value) for value in values]


@pytest.mark.parametrize(
    ("key", "value"),
    [("a", "other"), ("a", None), ("x", "1")],
    ids=["another value", "should be absent", "should be there"],
)
def test_failed_requirement_changes_nothing(store: SessionStore, key: str, value: str | None) -> None:
    put(store, a="1", b="2")
    change = Change(
        require=(
            Requirement(key="b", value=Secret("2")),
            Requirement(key=key, value=None if value is None else Secret(value)),
        ),
        write=(Entry(key="c", value=Secret("3")),),
        remove=("a",),
    )
    assert store.commit(change) is Commit.CONFLICT
    assert sorted(store.keys("")) == ["a", "b"]


def test_met_requirements_let_the_change_through(store: SessionStore) -> None:
    put(store, a="1")
    change = Change(
        require=(Requirement(key="a", value=Secret("1")), Requirement(key="x")),
        write=(Entry(key="a", value=Secret("2")),),
    )
    assert store.commit(change) is Commit.COMMITTED
    assert list(store.read(["a"])) == [Secret("2")]
    assert store.guarantee() is Guarantee.ATOMIC


def increment(store: SessionStore, times: int = 1) -> None:
    """Add one to the entry `n` so often, however often another one comes between."""
    while times:
        (seen,) = store.read(["n"])
        more = str(int(seen.reveal() if seen else "0") + 1)
        change = Change(require=(Requirement(key="n", value=seen),), write=(Entry(key="n", value=Secret(more)),))
        times -= store.commit(change) is Commit.COMMITTED


def test_no_update_of_several_threads_is_lost(store: SessionStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: increment(store), range(80)))
    assert list(store.read(["n"])) == [Secret("80")]


def test_sign_out_clears_it_and_leaves_the_others(store: SessionStore) -> None:
    put(store, **entries())
    with LogoutClient(DEVICE, store) as client:
        assert client.sign_out(ALICE).application == Ended(Evidence.READ_BACK)
    assert list(store.keys("session:")) == ["session:bob:cart"]


def test_it_prints_no_value(store: SessionStore) -> None:
    put(store, a="MARKER")
    assert "MARKER" not in f"{store}{store!r}{vars(store)}"
