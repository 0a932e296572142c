"""A key or header that UTF-8 cannot carry is a failure of the host's callback, and is not quoted."""

from dataclasses import replace

import pytest
from exeunt import Header, HostFailedError, HttpAnswer, HttpCall, LogoutError, RevocationStatus, Secret
from lone_surrogates import assert_quotes_nothing
from samples import ALICE, Host


class Surrogates(Host):
    """Answers with what no core can take."""

    def keys(self, prefix: str, /) -> list[str]:
        return [*super().keys(prefix), f"{prefix}MARKER\ud800"]


class SurrogateHeaders(Host):
    """The same, of a transport."""

    def send(self, call: HttpCall, /) -> HttpAnswer:
        return replace(super().send(call), headers=(Header(name="MARKER\ud800", value=Secret("x")),))


def test_key_stops_the_sign_out_before_anything_is_changed(caplog: pytest.LogCaptureFixture) -> None:
    host = Surrogates()
    with host.client() as client, pytest.raises(LogoutError) as raised:
        client.sign_out(ALICE)
    assert type(raised.value) is HostFailedError
    assert isinstance(raised.value.__cause__, ValueError)
    assert_quotes_nothing(raised.value.__cause__)
    assert host.store.read(["session:alice:cart"]) == [Secret("3 apples")]
    assert "SessionStore.keys raised LoneSurrogateError" in caplog.text
    assert "MARKER" not in f"{raised.value!r}{caplog.text}"


def test_header_leaves_the_revocation_uncertain(caplog: pytest.LogCaptureFixture) -> None:
    with SurrogateHeaders().client() as client:
        outcome = client.sign_out(ALICE)
    assert [one.status for one in outcome.revocations] == [RevocationStatus.UNCERTAIN]
    assert "HttpTransport.send raised LoneSurrogateError" in caplog.text
    assert "MARKER" not in f"{outcome!r}{caplog.text}"
