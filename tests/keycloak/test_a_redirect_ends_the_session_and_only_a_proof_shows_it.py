from exeunt import Doubt, Ended, EndSessionRequest, Evidence, Matched, Secret, Unconfirmed

from conftest import Alice, MakeClient, who


def test_a_redirect_ends_the_session_and_only_a_proof_shows_it(alice: Alice, make_client: MakeClient) -> None:
    tokens = alice.signs_in()
    assert alice.is_signed_in()
    client, store = make_client()
    outcome = client.sign_out(EndSessionRequest(who=who(tokens), state=Secret("back to & fro+ä")))
    assert outcome.application == Ended(evidence=Evidence.READ_BACK)
    assert store.keys("session:") == ["session:bob:cart"]
    assert outcome.next is not None

    returned = alice.goes(outcome.next.url.reveal(), alice.realm.bye)
    completion = client.complete(Secret(returned))
    assert isinstance(completion, Matched)
    assert completion.outcome.provider == Unconfirmed(because=Doubt.RETURNED_WITH_STATE)
    assert completion.outcome.state == Secret("back to & fro+ä")

    answer = alice.goes(client.proof(outcome.id).url.reveal(), alice.realm.callback)
    proved = client.complete(Secret(answer))
    assert isinstance(proved, Matched)
    assert proved.outcome.provider == Ended(evidence=Evidence.LOGIN_REQUIRED)
    assert alice.realm.refresh(tokens.refresh_token).json()["error"] == "invalid_grant"
