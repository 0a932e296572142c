"""A refresh saved between the sign-out's look at the cache and its clear: the token it brought is revoked as well."""

from exeunt import Entry, HttpCall, Saved, Secret
from samples import ALICE, Host


def test_refresh_at_the_moment_of_the_clear_is_revoked() -> None:
    saved: list[Saved] = []

    def before(name: str) -> None:
        if name == "commit" and not refresh_is_over:
            refresh_is_over.append(True)
            brought = Entry(key="session:alice:refresh_token", value=Secret("rotated"))
            saved.append(client.save(lease, [brought]))

    refresh_is_over: list[bool] = []
    host = Host(before)
    with host.client() as client:
        lease = client.lease("alice")
        outcome = client.sign_out(ALICE)
    assert saved == [Saved.STORED]  # it was earlier
    assert outcome.signed_out_locally
    assert host.store.keys("session:alice:") == []
    sent = [one.body.reveal() for one in host.seen if isinstance(one, HttpCall) and one.body is not None]
    assert any("token=rotated" in body for body in sent)
