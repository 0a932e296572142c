"""A process that SIGKILL ends in the middle of a sign-out leaves it to another process, which finishes it."""

import itertools
import os
import signal
from pathlib import Path

import pytest
from aging import CLAIM_LAPSES, time_passes
from exeunt import ClientConfig, Ended, Evidence, RevocationStatus, SqliteStore
from samples import ALICE, DEVICE, SERVER, Host, entries
from test_store_contract import put


def calls_of(config: ClientConfig) -> list[str]:
    names: list[str] = []
    Host(names.append).client(config).sign_out(ALICE)
    return names


KILLS = [
    pytest.param(config, number, id=f"{config.home.value}-{number}-{name}")
    for config in (DEVICE, SERVER)
    for number, name in enumerate(calls_of(config))
]


def kill_before_call(config: ClientConfig, number: int, path: Path) -> None:
    """Sign out in a process of its own, which is killed when it makes this call."""
    child = os.fork()
    if child == 0:
        try:
            count = itertools.count()

            def before(_: str) -> None:
                if next(count) == number:
                    os.kill(os.getpid(), signal.SIGKILL)

            Host(before, SqliteStore(path)).client(config).sign_out(ALICE)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize(("config", "number"), KILLS)
def test_killed_sign_out_is_finished_by_another_process(config: ClientConfig, number: int, tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    with SqliteStore(path) as store:
        put(store, **entries())
        kill_before_call(config, number, path)
        begun = [key.removeprefix("exeunt.pending.") for key in store.keys("exeunt.pending.")]
        if not begun:
            keys = store.keys("")
            assert dict(zip(keys, (value and value.reveal() for value in store.read(keys)), strict=True)) == entries()
            return

        assert store.keys("session:alice:") == []  # clear and record are one transaction
        time_passes(store, CLAIM_LAPSES)
        with Host(store=store).client(config) as client:
            client.resume(10)
            [outcome] = map(client.outcome, begun)
            assert outcome.application == Ended(Evidence.READ_BACK)
            assert [one.status for one in outcome.revocations] == [RevocationStatus.REVOKED]
            assert store.keys("session:") == ["session:bob:cart"]
            assert client.resume(10).outcomes == ()


def test_kills_come_before_and_after_the_record_is_durable() -> None:
    names = calls_of(DEVICE)
    first = names.index("commit")
    assert first > 0
    assert {"keys", "commit", "send"} <= set(names[first + 1 :])
