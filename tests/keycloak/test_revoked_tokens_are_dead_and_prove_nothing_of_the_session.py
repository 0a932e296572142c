from exeunt import EndSessionRequest, RevocationStatus, TokenKind

from conftest import Alice, MakeClient, who


def test_revoked_tokens_are_dead_and_prove_nothing_of_the_session(alice: Alice, make_client: MakeClient) -> None:
    tokens = alice.signs_in()
    assert alice.realm.refresh(tokens.refresh_token).is_success
    client, _ = make_client(revoke_tokens=True)
    outcome = client.sign_out(EndSessionRequest(who=who(tokens)))
    statuses = {revocation.token: revocation.status for revocation in outcome.revocations}
    assert statuses == {
        TokenKind.REFRESH_TOKEN: RevocationStatus.REVOKED,
        TokenKind.ACCESS_TOKEN: RevocationStatus.REVOKED,
    }
    assert alice.realm.refresh(tokens.refresh_token).json()["error"] == "invalid_grant"
    assert not outcome.signed_out_at_provider
