"""The store for one machine: a file that only its owner can read, shared by threads and processes."""

import ctypes
import os
import sqlite3
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote

from exeunt._errors import Broken, ConfigurationError, Unavailable
from exeunt._fork import Lock
from exeunt._host import Change, Commit, Guarantee
from exeunt._secret import Secret
from exeunt._signals import whole

_SETTINGS = (
    "PRAGMA journal_mode = WAL",  # readers do not wait for the writer
    "PRAGMA synchronous = FULL",  # committed means on the disk
    "PRAGMA secure_delete = ON",  # a removed token is overwritten, not only unlinked
    "CREATE TABLE IF NOT EXISTS entries (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
_LONGEST_NAME = 200
"""Of a file, before its ending; file systems refuse more than 255 bytes."""
_SQLITE_ERROR = 1
"""The statement does not fit the database; the `sqlite3` of Python 3.10 has no name for it."""
_NOT_OURS = ("no such column", "no such table", "has no column", "there is already an index", "cannot modify")
_creating = Lock()


class _Connection:
    """The one connection of this process: SQLite's locks do not survive a fork, so none may be open across it."""

    def __init__(self, path: str, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._open: sqlite3.Connection | None = None
        self._process = os.getpid()

    def get(self) -> sqlite3.Connection:
        if self._open is not None and self._process != os.getpid():
            # A fork that Python was not told of beforehand. Closing the connection here, as dropping it would, can
            # disturb the parent: it is kept for ever.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._open))
            self._open = None
        if self._open is None:
            connection = sqlite3.connect(
                self._path, timeout=self._seconds, isolation_level=None, check_same_thread=False
            )
            connection.text_factory = _text
            try:
                _prepare(connection, time.monotonic() + self._seconds)
            except BaseException:
                connection.close()
                raise
            self._open, self._process = connection, os.getpid()
        return self._open

    def close(self) -> None:
        if self._open is not None and self._process == os.getpid():
            self._open.close()
            self._open = None


class SqliteStore:
    """A `SessionStore` in a SQLite file of mode 0600: for one machine, any number of processes and threads.

    Each `commit` is one transaction, durable before it answers. Values are stored in clear: the file's mode protects
    them, and removed ones are overwritten. Do not put the file on a network file system. A locked or unreachable file
    is `Unavailable`; a file that is no database, a damaged one, or one whose `entries` is another table, is `Broken`.
    """

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout: float = 5.0) -> None:
        """Make the file if it does not exist, and see to its mode.

        `busy_timeout` is the number of seconds for which another writer is waited for.
        """
        self.path = Path(path)
        """Where the file is."""
        if self.path.name in ("", ":memory:"):
            raise ValueError("SqliteStore wants a file; MemoryStore keeps entries in memory")
        self._seconds = busy_timeout
        _own(self.path)
        self._connection = _Connection(os.fspath(self.path.absolute()), busy_timeout)
        self._lock = Lock(at_rest=self._connection.close)

    def __repr__(self) -> str:
        return f"SqliteStore({os.fspath(self.path)!r})"

    def __enter__(self) -> "SqliteStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @whole
    def close(self) -> None:
        """Close the file. The store opens it again when it is needed."""
        with self._lock:
            self._connection.close()

    @whole
    def keys(self, prefix: str, /) -> list[str]:
        """All keys that begin with `prefix`."""
        # Keys with one prefix are neighbours in the order of the index, whatever characters they hold.
        query = "SELECT key FROM entries WHERE key >= ? ORDER BY key"
        with self._use() as connection, closing(connection.execute(query, (prefix,))) as rows:
            return list(takewhile(lambda key: key.startswith(prefix), (key for (key,) in rows)))

    @whole
    def read(self, keys: Sequence[str], /) -> list[Secret | None]:
        """Give the values of these keys in this order, all as of one moment."""
        with self._use() as connection, _transaction(connection, "DEFERRED"):
            return _values(connection, keys)

    @whole
    def commit(self, change: Change, /) -> Commit:
        """Make a change in one transaction, or none of it where a requirement fails."""
        with self._use() as connection:
            with _transaction(connection, "IMMEDIATE"):
                if _values(connection, [one.key for one in change.require]) != [one.value for one in change.require]:
                    return Commit.CONFLICT
                connection.executemany(
                    "INSERT INTO entries VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    [(one.key, one.value.reveal()) for one in change.write],
                )
                connection.executemany("DELETE FROM entries WHERE key = ?", [(key,) for key in change.remove])
            if change.remove:
                _forget(connection)
            return Commit.COMMITTED

    def guarantee(self) -> Guarantee:
        """All of a change or nothing of it."""
        return Guarantee.ATOMIC

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        if not self._lock.acquire(self._seconds):
            raise Unavailable("another thread is using the store")
        try:
            yield self._connection.get()
        except OSError as error:
            raise Unavailable(str(error)) from error
        except sqlite3.Error as error:
            raise (Unavailable if _may_pass(error) else Broken)(str(error)) from error
        finally:
            self._lock.release()


def own_store(client_id: str) -> SqliteStore:
    """Make the store of an app that names none: a file below the state of this user, where XDG's rules have it."""
    name = quote(client_id, safe="")
    if len(name) > _LONGEST_NAME:
        name = sha256(client_id.encode()).hexdigest()
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        folder = (given if given.is_absolute() else Path.home() / ".local" / "state") / "exeunt"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SqliteStore(folder / f"{name}.db")
    except (OSError, RuntimeError, ValueError) as error:
        sentence = f"configuration: there is no place for a store ({error}); give one, such as SqliteStore(path)"
        raise ConfigurationError(sentence) from error


def _may_pass(error: sqlite3.Error) -> bool:
    """Tell whether the same call may succeed later: it did not fail for what is in the file."""
    if not isinstance(error, sqlite3.OperationalError):
        return False
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:  # Python 3.10 does not tell
        return not any(words in str(error) for words in _NOT_OURS)
    return code & 0xFF != _SQLITE_ERROR  # the low byte is the primary code


def _prepare(connection: sqlite3.Connection, deadline: float) -> None:
    while True:
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
        except sqlite3.OperationalError as error:
            # Two processes that make the same new file at once: SQLite itself does not wait for the journal's mode.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _values(connection: sqlite3.Connection, keys: Sequence[str]) -> list[Secret | None]:
    rows = (connection.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone() for key in keys)
    return [None if row is None else Secret(_text(row[0])) for row in rows]


def _text(value: object) -> str:
    """Give what somebody else wrote as text: one damaged value must not keep the others from being read."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _forget(connection: sqlite3.Connection) -> None:
    """Empty the log as well, where what was removed may still stand. A reader in the way is not waited for."""
    waiting = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError:
        pass  # the next checkpoint does it; the removal itself is committed
    finally:
        connection.execute(f"PRAGMA busy_timeout = {waiting}")


def _own(path: Path) -> None:
    """Make the file with mode 0600 before SQLite sees it; its log and index inherit the mode."""
    with _creating:
        # An existing file must not be opened here: closing it would drop every lock that this process holds on it.
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600))
        except FileExistsError:
            for existing in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
                _narrow(existing, needed=existing is path)


def _narrow(path: Path, *, needed: bool) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        if needed:
            raise
        return
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(f"{path} is no regular file")
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to another user, who could read every session")
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o600)
