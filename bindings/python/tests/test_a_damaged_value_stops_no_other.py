"""One value in SQLite that is no text, as somebody else may have written it, stops neither the others nor a sign-in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from exeunt import LogoutClient, SqliteStore
from samples import ALICE, DEVICE


@pytest.mark.parametrize("value", ["zeroblob(8)", "x'ff00fe'", "CAST(x'ff00fe' AS TEXT)", "7", "NULL"])
def test_it_is_set_aside(tmp_path: Path, value: str) -> None:
    path = tmp_path / "sessions.db"
    with SqliteStore(path) as store, LogoutClient(DEVICE, store) as client:
        scope, _ = client.sign_out(ALICE).id.split(".")
        key = f"exeunt.pending.{scope}.{'A' * 22}"
        with closing(sqlite3.connect(path)) as other, other:
            damaged = f"SELECT ?, {value}"
            try:
                other.execute(f"INSERT INTO entries (key, value) {damaged}", (key,))
            except sqlite3.IntegrityError:
                return  # the table itself takes no such value
        assert client.resume(limit=10).set_aside == (key,)
        client.signed_in("alice")
        assert client.pending() == ()
