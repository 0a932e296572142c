"""A text that UTF-8 cannot carry is an error of the request, wherever in it the text stands, and nothing is touched."""

import asyncio
from dataclasses import replace

import pytest
from exeunt import Account, EndSessionRequest, RequestError, This, Uri
from lone_surrogates import TEXTS, assert_refused, everywhere
from samples import ALICE, Host

PLACES = list(everywhere(EndSessionRequest))


def test_places_are_all_of_them() -> None:
    found = {str(place.id) for place in PLACES}
    assert len(found) == len(PLACES)
    assert {
        "/EndSessionRequest.who/This.account/Account.home_account_id",
        "/EndSessionRequest.redirect/Uri.uri",
        "/EndSessionRequest.return_to",
        "/EndSessionRequest.authority",
        "/EndSessionRequest.ui_locales",
        "/EndSessionRequest.extra_parameters/Parameter.name",
        "/EndSessionRequest.correlation_id",
        "/EndSessionRequest.popup/PopupWindow.name",
        "/EndSessionRequest.main_window_redirect_uri",
    } == found


@pytest.mark.parametrize("request_", PLACES)
def test_text_is_refused_in_every_place(request_: EndSessionRequest) -> None:
    called: list[str] = []
    with Host(called.append).client() as client:
        for call in (client.plan, client.sign_out):
            assert_refused(RequestError, call, request_)
        assert_refused(RequestError, lambda: asyncio.run(client.aplan(request_)))
        assert_refused(RequestError, lambda: asyncio.run(client.asign_out(request_)))
    assert not called


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_every_such_text_is_refused(text: str) -> None:
    with Host().client() as client:
        for request in (
            replace(ALICE, who=This(Account(home_account_id=text))),
            replace(ALICE, redirect=Uri(text)),
        ):
            assert_refused(RequestError, client.sign_out, request)


def test_every_other_text_goes_to_the_core() -> None:
    beside = "\ud7ff\ue000\U0001f600\U0010ffff"
    with Host().client() as client:
        outcome = client.sign_out(EndSessionRequest(who=This(Account(home_account_id=beside))))
    assert [one.account for one in outcome.accounts] == [beside]
