"""Control-C in the middle of a sign-out is no success, and the next client finishes what had begun."""

import itertools

import exeunt
import pytest
from aging import CLAIM_LAPSES, time_passes
from exeunt import ClientConfig, Ended, Evidence, RevocationStatus
from samples import ALICE, DEVICE, SERVER, Host, entries


def calls_of(config: ClientConfig) -> list[str]:
    names: list[str] = []
    Host(names.append).client(config).sign_out(ALICE)
    return names


INTERRUPTIONS = [
    pytest.param(config, number, id=f"{config.home.value}-{number}-{name}")
    for config in (DEVICE, SERVER)
    for number, name in enumerate(calls_of(config))
    if name in ("keys", "read", "commit", "guarantee")
]


def test_some_of_the_interrupted_calls_come_after_the_clear() -> None:
    names = calls_of(DEVICE)
    assert names.count("commit") >= 3
    assert names.index("send") > names.index("commit")


@pytest.mark.parametrize(("config", "number"), INTERRUPTIONS)
def test_interrupted_sign_out_is_finished_by_resume(config: ClientConfig, number: int) -> None:
    count = itertools.count()

    def before(_: str) -> None:
        if next(count) == number:
            raise KeyboardInterrupt

    host = Host(before)
    with host.client(config) as client, pytest.raises(KeyboardInterrupt):
        client.sign_out(ALICE)
    begun = [key.removeprefix("exeunt.pending.") for key in host.store.keys("exeunt.pending.")]
    if not begun and host.store.keys("session:alice:"):
        assert contents(host) == entries()
        return

    time_passes(host.store, CLAIM_LAPSES)
    host.before = lambda _: None
    with host.client(config) as client:
        resumed = client.resume(10)
        assert resumed.set_aside == ()
        assert host.store.keys("session:alice:") == []
        assert host.store.keys("session:bob:") == ["session:bob:cart"]
        for outcome in map(client.outcome, begun):
            assert outcome.application == Ended(Evidence.READ_BACK)
            assert [one.status for one in outcome.revocations] == [RevocationStatus.REVOKED]
            assert exeunt.KeptFor.TOKEN_REVOCATION not in {one.purpose for one in outcome.kept}


def contents(host: Host) -> dict[str, str]:
    keys = host.store.keys("")
    return {key: value.reveal() for key, value in zip(keys, host.store.read(keys), strict=True) if value is not None}
