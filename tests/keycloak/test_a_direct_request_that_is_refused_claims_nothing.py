from dataclasses import replace

from exeunt import Ended, EndSessionRequest, Evidence

from conftest import Alice, MakeClient, who


def test_a_direct_request_that_is_refused_claims_nothing(alice: Alice, make_client: MakeClient) -> None:
    tokens = alice.signs_in()
    client, store = make_client(direct=True)
    outcome = client.sign_out(EndSessionRequest(who=who(replace(tokens, refresh_token="not-one"))))  # noqa: S106
    assert outcome.application == Ended(evidence=Evidence.READ_BACK)
    assert not outcome.signed_out_at_provider
    assert store.keys("session:") == ["session:bob:cart"]
    assert alice.is_signed_in()
