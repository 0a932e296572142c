"""An identifier that UTF-8 cannot carry is an error of the request, also where something is only read."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from exeunt import CancelReason, LogoutClient, RequestError, UnknownLogoutError
from lone_surrogates import TEXTS, assert_refused
from samples import DEVICE, SERVER, Host

CALLS: dict[str, Callable[[LogoutClient, str], Any]] = {
    "outcome": lambda client, text: client.outcome(text),
    "proof": lambda client, text: client.proof(text),
    "cancel": lambda client, text: client.cancel(text, CancelReason.TIMED_OUT),
    "pending": lambda client, text: client.pending(text),
    "aoutcome": lambda client, text: asyncio.run(client.aoutcome(text)),
    "aproof": lambda client, text: asyncio.run(client.aproof(text)),
    "acancel": lambda client, text: asyncio.run(client.acancel(text, CancelReason.TIMED_OUT)),
    "apending": lambda client, text: asyncio.run(client.apending(text)),
}


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
@pytest.mark.parametrize("name", CALLS)
def test_identifier_is_refused(name: str, text: str) -> None:
    called: list[str] = []
    for config in (DEVICE, SERVER):
        with Host(called.append).client(config) as client:
            assert_refused(RequestError, CALLS[name], client, text)
    assert not called


def test_every_other_identifier_goes_to_the_core() -> None:
    with Host().client() as client:
        for name in ("outcome", "proof", "cancel"):
            with pytest.raises(UnknownLogoutError):
                CALLS[name](client, "\ud7ff\ue000\U0001f600")
        assert client.pending("\ud7ff\ue000\U0001f600") == ()
