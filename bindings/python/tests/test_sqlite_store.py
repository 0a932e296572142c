"""The SQLite file: who may read it, who may share it, and what happens when it cannot be used."""

import multiprocessing
import os
import sqlite3
import stat
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import exeunt
import pytest
from exeunt import Broken, Change, Entry, LogoutClient, Requirement, Secret, SqliteStore, Unavailable
from samples import ALICE, DEVICE
from test_store_contract import increment, put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path, busy_timeout=0) as made:
        yield made


def modes(path: Path) -> dict[str, int]:
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}


@pytest.mark.parametrize("umask", [0, 0o077, 0o277 & 0o077])
def test_only_the_owner_can_read_the_file_its_log_and_its_index(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with SqliteStore(path) as store:
            put(store, a="1")
            assert modes(path) == dict.fromkeys(["sessions.db", "sessions.db-wal", "sessions.db-shm"], 0o600)
    finally:
        os.umask(before)


def test_file_is_private_before_sqlite_sees_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, int]] = []

    def connect(*_: object, **__: object) -> None:
        seen.append(modes(path))
        raise sqlite3.OperationalError

    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(Unavailable):
        SqliteStore(path).keys("")
    assert seen == [{"sessions.db": 0o600}]


def test_file_that_others_could_read_is_narrowed(path: Path) -> None:
    path.touch(0o644)
    path.chmod(0o644)
    SqliteStore(path)
    assert modes(path) == {"sessions.db": 0o600}


def test_existing_file_is_not_opened_which_would_drop_the_locks_of_this_process(path: Path, store: SqliteStore) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    put(store, a="1")
    other.execute("BEGIN IMMEDIATE")
    with SqliteStore(path, busy_timeout=0), pytest.raises(Unavailable):
        in_child(lambda: put(SqliteStore(path, busy_timeout=0), a="2"))
    other.close()


@pytest.mark.parametrize("name", [":memory:", ""])
def test_path_that_is_no_file_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="wants a file"):
        SqliteStore(name)


def test_folder_and_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no regular file"):
        SqliteStore(tmp_path)
    with pytest.raises(FileNotFoundError):
        SqliteStore(tmp_path / "missing" / "sessions.db")


def test_what_is_closed_opens_again(store: SqliteStore) -> None:
    put(store, a="1")
    store.close()
    store.close()
    assert store.read(["a"]) == [Secret("1")]


def increment_often(path: Path, times: int) -> None:
    with SqliteStore(path, busy_timeout=60) as store:
        increment(store, times)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_no_update_of_several_processes_is_lost(path: Path, method: str) -> None:
    with ProcessPoolExecutor(4, multiprocessing.get_context(method)) as pool:
        list(pool.map(increment_often, [path] * 4, [25] * 4))
    with SqliteStore(path) as store:
        assert store.read(["n"]) == [Secret("100")]


def write_own(path: Path, number: int, barrier: Barrier) -> None:
    with SqliteStore(path, busy_timeout=60) as store:
        barrier.wait()
        put(store, **{str(number): "1"})


@pytest.mark.parametrize("attempt", range(5))
def test_processes_that_make_the_file_at_once_wait_for_each_other(path: Path, attempt: int) -> None:
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(8)
    writers = [fork.Process(target=write_own, args=(path, number, barrier)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 8, attempt
    with SqliteStore(path) as store:
        assert store.keys("") == [str(number) for number in range(8)]


def in_child(work: Callable[[], object]) -> None:
    """Do it in a forked child; raise here what was raised there."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except Unavailable:
            os._exit(75)
        except BaseException:  # noqa: BLE001 - it is reported by the parent
            os.write(writing, traceback.format_exc().encode()[-4000:])
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as report:
        text = report.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 75:
        raise Unavailable
    assert code == 0, text


def test_no_connection_is_open_across_a_fork(path: Path, store: SqliteStore) -> None:
    put(store, a="1")

    def look() -> None:
        opened = [str(each.resolve()) for each in Path("/dev/fd").iterdir()]
        assert opened
        assert not [each for each in opened if each.startswith(str(path))]

    in_child(look)


def test_parent_and_child_share_the_file_after_a_fork(path: Path) -> None:
    with SqliteStore(path, busy_timeout=60) as store:
        increment(store)
        in_child(lambda: increment(store, times=10))
        increment(store)
        assert store.read(["n"]) == [Secret("12")]


def test_child_does_not_wait_for_a_thread_of_the_parent(path: Path) -> None:
    with SqliteStore(path, busy_timeout=60) as store:
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                store.keys("")

        busy = threading.Thread(target=work)
        busy.start()
        try:
            for _ in range(20):
                in_child(lambda: increment(store))
        finally:
            stop.set()
            busy.join()


def test_locked_file_is_unavailable_and_to_be_tried_again(path: Path, store: SqliteStore) -> None:
    put(store, **{"session:alice:cart": "1"})
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        put(store, a="1")
    with LogoutClient(DEVICE, store) as client:
        with pytest.raises(exeunt.StoreLockedError) as raised:
            client.sign_out(ALICE)
        assert raised.value.retryable
        other.execute("ROLLBACK")
        assert client.sign_out(ALICE).signed_out_locally
    other.close()


def test_full_disk_is_unavailable_and_changes_nothing(store: SqliteStore) -> None:
    put(store, a="1", b="2")
    store._connection.get().execute("PRAGMA max_page_count = 4")
    change = Change(write=(Entry(key="c", value=Secret("x" * 100_000)),), remove=("a",))
    with pytest.raises(Unavailable):
        store.commit(change)
    assert store.keys("") == ["a", "b"]


def test_file_that_is_no_database_is_broken_and_stays_as_it_is(path: Path, store: SqliteStore) -> None:
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(Broken):
        store.keys("")
    with LogoutClient(DEVICE, store) as client, pytest.raises(exeunt.HostFailedError) as raised:
        client.sign_out(ALICE)
    assert not raised.value.retryable
    assert path.read_bytes() == b"this is no database" * 100


@pytest.mark.parametrize(
    "others",
    [
        "CREATE TABLE entries (id INTEGER PRIMARY KEY, title TEXT)",
        "CREATE TABLE entries (key TEXT PRIMARY KEY, title TEXT)",
        "CREATE TABLE others (title TEXT); CREATE INDEX entries ON others (title)",
    ],
)
def test_database_of_another_program_is_broken_and_not_to_be_tried_again(
    path: Path, store: SqliteStore, others: str
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(others)
    with pytest.raises(Broken):
        put(store, a="1")
    with pytest.raises(Broken):
        store.read(["a"])
    with LogoutClient(DEVICE, store) as client, pytest.raises(exeunt.HostFailedError) as raised:
        client.sign_out(ALICE)
    assert not raised.value.retryable


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("no such column: key", Broken),
        ("no such table: entries", Broken),
        ("table entries has no column named value", Broken),
        ("there is already an index named entries", Broken),
        ("cannot modify entries because it is a view", Broken),
        ("database is locked", Unavailable),
        ("disk I/O error", Unavailable),
    ],
)
def test_error_without_a_code_is_known_by_its_words(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, sentence: str, expected: type[exeunt.HostError]
) -> None:
    def connect(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError(sentence)  # as from Python 3.10: it has no code

    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(expected):
        store.keys("")


def test_file_that_cannot_be_opened_is_unavailable(path: Path, store: SqliteStore) -> None:
    path.unlink()
    path.mkdir()
    with pytest.raises(Unavailable):
        store.keys("")


def test_damaged_page_is_no_absence(path: Path, store: SqliteStore) -> None:
    put(store, **{f"session:alice:{number}": "x" * 100 for number in range(500)})
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(bytes(content))
    with pytest.raises(Broken):
        store.keys("session:")


def test_errors_quote_neither_keys_nor_values(path: Path, store: SqliteStore) -> None:
    put(store, a="1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    change = Change(
        require=(Requirement(key="MARKERkey", value=Secret("MARKERvalue")),),
        write=(Entry(key="MARKERkey", value=Secret("MARKERvalue")),),
    )
    with pytest.raises(Unavailable) as raised:
        store.commit(change)
    other.close()
    error = traceback.TracebackException.from_exception(raised.value)
    assert "MARKER" not in "".join(error.format()) + repr(raised.value)


def test_removed_value_is_gone_from_the_file_and_the_log(path: Path, store: SqliteStore) -> None:
    put(store, a="MARKERremoved", b="MARKERkept")
    store.commit(Change(remove=("a",)))
    content = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert b"MARKERkept" in content
    assert b"MARKERremoved" not in content


def test_reader_in_the_way_does_not_hold_up_a_removal(path: Path) -> None:
    with SqliteStore(path, busy_timeout=3600) as store:
        put(store, a="1")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN")
        other.execute("SELECT * FROM entries").fetchall()
        assert store.commit(Change(remove=("a",))) is exeunt.Commit.COMMITTED
        assert store.keys("") == []
        other.close()


def test_change_that_fails_half_way_is_undone_and_holds_no_lock(path: Path, store: SqliteStore) -> None:
    put(store, a="1")
    unbindable: Any = object()
    with pytest.raises(Broken):
        store.commit(Change(write=(Entry(key="b", value=Secret("2")),), remove=("a", unbindable)))
    assert store.keys("") == ["a"]
    with SqliteStore(path, busy_timeout=0) as other:
        put(other, c="3")


def test_another_thread_that_holds_the_store_is_waited_for_only_so_long(store: SqliteStore) -> None:
    with ThreadPoolExecutor(1) as pool, store._lock, pytest.raises(Unavailable):
        pool.submit(store.keys, "").result()


def test_python_is_new_enough_to_close_connections_before_a_fork() -> None:
    assert sys.version_info >= (3, 10)
    assert hasattr(os, "register_at_fork")
