"""An address that UTF-8 cannot carry is answered, not refused: it is none that a sign-out returns to."""

import asyncio

import pytest
from exeunt import ClientConfig, LogoutClient, Matched, NotOurs, NotOursReason
from lone_surrogates import LONE, TEXTS
from samples import ALICE, DEVICE, SERVER, Host

NO_ADDRESS = NotOurs(NotOursReason.OTHER_ADDRESS)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_text_alone_is_not_ours(text: str) -> None:
    with Host().client() as client:
        assert client.complete(text) == asyncio.run(client.acomplete(text)) == NO_ADDRESS
        assert client.complete(text).reply().status == 400


@pytest.mark.parametrize("lone", LONE, ids=ascii)
@pytest.mark.parametrize("config", [DEVICE, SERVER], ids=["device", "server"])
def test_it_does_not_use_up_the_wait_for_the_right_one(config: ClientConfig, lone: str) -> None:
    host = Host()
    with host.client(config) as client:
        ticket = client.sign_out(ALICE).ticket
        ours = host.returned()
        for text in (f"{ours}{lone}", f"{lone}{ours}", f"{ours}&a={lone}", f"{ours}#{lone}", f"{ours}%3B{lone}"):
            assert client.complete(text, ticket) == NO_ADDRESS
        assert isinstance(client.complete(ours, ticket), Matched)


def test_nothing_of_the_host_is_called_but_for_old_secrets() -> None:
    called: list[str] = []
    with Host(called.append).client() as client:
        client.complete("https://app.example.com/bye?state=\ud800")
    assert called == ["keys"]


def test_closed_client_still_says_so() -> None:
    client: LogoutClient = Host().client()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.complete("\ud800")
