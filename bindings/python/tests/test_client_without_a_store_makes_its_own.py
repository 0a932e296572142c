"""Sessions of an app that names no store are kept in a private file below the user's state, one for each client."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from exeunt import Change, ConfigurationError, Entry, LogoutClient, MemoryStore, Secret, SqliteStore
from samples import ALICE, DEVICE

CART = Entry(key="session:alice:cart", value=Secret("3 apples"))


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


@pytest.mark.parametrize("client_id", ["app", "https://app.example.com/../x", "a" * 300])
def test_it_is_private_and_outlives_the_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client_id: str) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "exeunt"
    config = replace(DEVICE, client_id=client_id)
    with LogoutClient(config) as client:
        client.store.commit(Change(write=(CART,)))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert modes(folder) == {0o600}
    assert len(list(folder.iterdir())) == 1, "closed with the client: no log is left"
    with LogoutClient(config) as client:
        assert client.store.keys("session:") == [CART.key]
        assert client.sign_out(ALICE).signed_out_locally
        assert client.store.keys("session:") == []


def test_every_client_identifier_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with LogoutClient(DEVICE) as one, LogoutClient(replace(DEVICE, client_id="other")) as other:
        one.store.commit(Change(write=(CART,)))
        assert other.store.keys("session:") == []


def test_relative_state_folder_is_ignored_as_the_standard_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    monkeypatch.setenv("HOME", str(tmp_path))
    with LogoutClient(DEVICE) as client:
        assert isinstance(client.store, SqliteStore)
        assert client.store.path == tmp_path / ".local" / "state" / "exeunt" / "app.db"


def test_where_there_is_no_place_the_error_says_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exeunt").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"SqliteStore\(path\)"):
        LogoutClient(DEVICE)


def test_store_that_was_given_is_the_apps_own() -> None:
    store = MemoryStore()
    client = LogoutClient(DEVICE, store)
    assert client.store is store
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        _ = client.store
