"""A text that UTF-8 cannot carry is an error of the configuration, wherever in it the text stands."""

from dataclasses import replace

import pytest
from exeunt import ClientConfig, ConfigurationError, LogoutClient, Uri
from lone_surrogates import TEXTS, assert_refused, everywhere
from samples import BYE, DEVICE, Host

PLACES = list(everywhere(ClientConfig))


def test_places_are_all_of_them() -> None:
    found = {str(place.id) for place in PLACES}
    assert len(found) == len(PLACES)
    assert {
        "/ClientConfig.client_id",
        "/ClientConfig.redirect_uris",
        "/ClientConfig.post_logout_redirect_uri/Uri.uri",
        "/ClientConfig.provider/Oidc.parameter_names/ParameterNames.state",
        "/ClientConfig.layout/Prefix.separator",
        "/ClientConfig.cookies/Cookie.name",
    } <= found


@pytest.mark.parametrize("config", PLACES)
def test_text_is_refused_in_every_place(config: ClientConfig) -> None:
    called: list[str] = []
    assert_refused(ConfigurationError, LogoutClient, config, Host(called.append))
    assert not called


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_every_such_text_is_refused(text: str) -> None:
    for config in (
        replace(DEVICE, client_id=text),
        replace(DEVICE, redirect_uris=(BYE, text)),
        replace(DEVICE, post_logout_redirect_uri=Uri(text)),
    ):
        assert_refused(ConfigurationError, Host().client, config)
