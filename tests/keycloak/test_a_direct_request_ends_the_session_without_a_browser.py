from exeunt import Ended, EndSessionRequest, Evidence

from conftest import Alice, MakeClient, who


def test_a_direct_request_ends_the_session_without_a_browser(alice: Alice, make_client: MakeClient) -> None:
    tokens = alice.signs_in()
    client, store = make_client(direct=True)
    outcome = client.sign_out(EndSessionRequest(who=who(tokens)))
    assert outcome.next is None
    assert outcome.provider == Ended(evidence=Evidence.ENDED_BY_CALL)
    assert store.keys("session:") == ["session:bob:cart"]
    assert alice.realm.refresh(tokens.refresh_token).json()["error"] == "invalid_grant"
    assert not alice.is_signed_in()
