import json
import signal
import socket
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from exeunt import Change, Entry, Secret, SqliteStore

from demo.play import backend, provider
from demo.play.provider import Provider
from demo.tests.conftest import Meet, process
from demo.tests.mortal import POINTS


def tokens_in(store: SqliteStore) -> list[str]:
    keys = [key for key in store.keys("session:") if key.endswith(("access_token", "refresh_token"))]
    return [value.reveal() for value in store.read(keys) if value is not None]


def is_active(token: str, known: Provider) -> bool:
    pair = (known.client_id, known.client_secret.reveal())
    answer = httpx.post(f"{known.issuer}/token/introspection", data={"token": token}, auth=pair, trust_env=False)
    return answer.raise_for_status().json()["active"] is True


def a_minute_passes(store: SqliteStore) -> None:
    """Let the claim of the killed process lapse, which it cannot give back."""
    for key in store.keys("exeunt.pending."):
        [stored] = store.read([key])
        assert stored is not None
        record = json.loads(stored.reveal())
        record["claimed_until"] -= 61
        store.commit(Change(write=(Entry(key=key, value=Secret(json.dumps(record))),)))


def drop_waiting(listening: socket.socket) -> None:
    """Close the connections that wait for a back end: what they sent is not for the next one."""
    listening.settimeout(0)
    with suppress(BlockingIOError):
        while True:
            listening.accept()[0].close()


@pytest.mark.parametrize("point", POINTS)
def test_a_sign_out_that_a_kill_cut_off_is_finished(point: str, tmp_path: Path, meet: Meet) -> None:
    with backend.free_port() as listening, provider.running(backend.address_of(listening)) as known:
        settings = backend.settings_for(listening, known, tmp_path)
        alice = meet(settings.public_url)
        store = SqliteStore(settings.store)
        with process(settings, listening.fileno(), "demo.tests.mortal", point) as first:
            alice.sign_in("Alice")
            tokens = tokens_in(store)
            before = {key: store.read([key]) for key in store.keys("")}
            alice.page.click("#sign-out", no_wait_after=True)
            assert first.wait() == -signal.SIGKILL
        alice.page.goto("about:blank")  # she gives up, and so does her browser, which tries once more by itself
        drop_waiting(listening)

        if point == "before the clear":
            assert {key: store.read([key]) for key in store.keys("")} == before
        else:
            assert tokens_in(store) == []
            # To revoke the first, the refresh token, ends the other as well.
            assert any(is_active(token, known) for token in tokens) == (point != "after the revocation")
            a_minute_passes(store)

        with process(settings, listening.fileno()):
            alice.open()
            if point == "before the clear":
                alice.at_home("Hello, Alice")  # nothing had happened, so she asks once more
                alice.page.click("#sign-out")
            else:
                # At the start the tokens were revoked; what only the browser can do waited for her.
                assert not any(is_active(token, known) for token in tokens)
            alice.page.click("#yes")
            alice.at_home("You are signed out here; at the provider, perhaps")
            alice.page.click("#proof")
            alice.at_home("You are signed out here and at the provider")
            assert alice.known() == ("Ended{ReadBack}", "Ended{LoginRequired}")
        assert not any(is_active(token, known) for token in tokens)
