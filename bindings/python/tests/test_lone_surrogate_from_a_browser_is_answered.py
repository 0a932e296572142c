"""A ticket, a cookie or a token that UTF-8 cannot carry is wrong in the way in which any other is wrong."""

import pytest
from exeunt import (
    MalformedTokenError,
    Matched,
    NotOurs,
    NotOursReason,
    Secret,
    read_id_token_unverified,
    ticket_in_cookies,
)
from lone_surrogates import LONE, assert_quotes_nothing
from samples import ALICE, SERVER, Host, id_token


@pytest.mark.parametrize("lone", LONE, ids=ascii)
def test_ticket_is_another_browsers(lone: str) -> None:
    host = Host()
    with host.client(SERVER) as client:
        ticket = client.sign_out(ALICE).ticket
        assert ticket is not None
        for text in (lone, f"{ticket.reveal()}{lone}", f"{lone}{ticket.reveal()}"):
            found = client.complete(host.returned(), text)
            assert found == NotOurs(NotOursReason.NOT_THIS_BROWSER)
        assert isinstance(client.complete(host.returned(), ticket.reveal()), Matched)


@pytest.mark.parametrize("lone", LONE, ids=ascii)
def test_damaged_neighbour_of_the_ticket_does_not_matter(lone: str) -> None:
    with Host().client(SERVER) as client:
        ticket = client.sign_out(ALICE).ticket
    assert ticket is not None
    cookie = f"__Host-exeunt-ticket={ticket.reveal()}"
    assert ticket_in_cookies(f"a={lone}; {cookie}; {lone}=b") == ticket
    assert ticket_in_cookies(f"a={lone}; {cookie}{lone}") is None


@pytest.mark.parametrize("lone", LONE, ids=ascii)
def test_token_is_malformed(lone: str) -> None:
    right = id_token(sub="MARKER")
    assert read_id_token_unverified(right).subject == Secret("MARKER")
    head, body, signature = right.split(".")
    for text in (
        lone,
        f"{lone}{right}",
        f"{right}{lone}",
        f"{head}{lone}.{body}.{signature}",
        f"{head}.{body}{lone}.{signature}",
        f"{head}.{body}.{lone}",
    ):
        with pytest.raises(MalformedTokenError) as raised:
            read_id_token_unverified(text)
        assert raised.value.rule is not None
        assert_quotes_nothing(raised.value)
        assert body not in f"{raised.value!r}"
