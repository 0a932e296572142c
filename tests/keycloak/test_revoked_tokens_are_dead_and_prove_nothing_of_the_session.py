from dataclasses import replace

from exeunt import EndSessionRequest, RevocationStatus, This, TokenKind

from conftest import Alice, MakeClient, who


def test_revoked_tokens_are_dead_and_prove_nothing_of_the_session(alice: Alice, make_client: MakeClient) -> None:
    tokens = alice.signs_in()
    assert alice.realm.refresh(tokens.refresh_token).is_success
    assert alice.realm.takes(tokens.access_token)
    client, _ = make_client(revoke_tokens=True)
    outcome = client.sign_out(EndSessionRequest(who=who(tokens)))
    statuses = {revocation.token: revocation.status for revocation in outcome.revocations}
    assert statuses == {
        TokenKind.REFRESH_TOKEN: RevocationStatus.REVOKED,
        TokenKind.ACCESS_TOKEN: RevocationStatus.REVOKED,
    }
    assert alice.realm.refresh(tokens.refresh_token).json()["error"] == "invalid_grant"
    assert not alice.realm.takes(tokens.access_token)
    assert not outcome.signed_out_at_provider


def test_a_revoked_access_token_dies_alone(alice: Alice, make_client: MakeClient) -> None:
    tokens = alice.signs_in()
    another = alice.realm.refresh(tokens.refresh_token).json()["access_token"]
    access_alone = tuple(token for token in tokens.account().tokens if token.kind is TokenKind.ACCESS_TOKEN)
    client, _ = make_client(revoke_tokens=True)
    outcome = client.sign_out(EndSessionRequest(who=This(account=replace(tokens.account(), tokens=access_alone))))
    assert [revocation.status for revocation in outcome.revocations] == [RevocationStatus.REVOKED]
    assert not alice.realm.takes(tokens.access_token)
    # The session lives: what else was given for it goes on to work.
    assert alice.realm.takes(another)
    assert alice.realm.refresh(tokens.refresh_token).is_success
    assert alice.is_signed_in()


def test_with_the_last_refresh_token_keycloak_ends_the_session_and_no_more_is_claimed(
    alice: Alice, make_client: MakeClient
) -> None:
    tokens = alice.signs_in()
    refresh_alone = tuple(token for token in tokens.account().tokens if token.kind is TokenKind.REFRESH_TOKEN)
    client, _ = make_client(revoke_tokens=True)
    outcome = client.sign_out(EndSessionRequest(who=This(account=replace(tokens.account(), tokens=refresh_alone))))
    assert [revocation.status for revocation in outcome.revocations] == [RevocationStatus.REVOKED]
    # No other client shares the session, so that Keycloak ends it. RFC 7009 does not ask for that.
    assert not alice.realm.takes(tokens.access_token)
    assert not alice.is_signed_in()
    assert not outcome.signed_out_at_provider
