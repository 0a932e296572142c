"""Sign-outs of which only the revocations are left: nobody could be reached, and now they are due again.

Whoever calls `resume` finishes some of them. However many do so at once, each is finished by one.
"""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from aging import CLAIM_LAPSES, time_passes
from exeunt import (
    Account,
    Change,
    ClientConfig,
    EndSessionRequest,
    Entry,
    HttpAnswer,
    HttpCall,
    LogoutClient,
    Offline,
    Resumed,
    RevocationStatus,
    Secret,
    SessionStore,
    This,
)

SIGN_OUTS = 20
KINDS = ("refresh_token", "access_token")


@dataclass(frozen=True)
class LeftBehind:
    """What has still to be done."""

    ids: frozenset[str]
    """The identifiers of the sign-outs."""
    tokens: frozenset[str]
    """What is to be revoked."""

    def assert_finished_once(self, sent: Iterable[str], told: Iterable[str], client: LogoutClient) -> None:
        """Of all processes and threads: the tokens that were sent, and the sign-outs that `resume` told of."""
        assert not (wrong := not_once(self.tokens, sent)), wrong
        assert not (wrong := not_once(self.ids, told)), wrong
        for outcome in map(client.outcome, self.ids):
            assert {one.status for one in outcome.revocations} == {RevocationStatus.REVOKED}, outcome
        assert self.kept_in(client.store) == set()

    def kept_in(self, store: SessionStore) -> set[str]:
        values = [value.reveal() for value in store.read(store.keys("")) if value is not None]
        return {token for token in self.tokens if any(token in value for value in values)}


def not_once(expected: Iterable[str], seen: Iterable[str]) -> dict[str, int]:
    """Give how often each was seen of those that were not seen exactly once."""
    times = Counter(seen)
    return {one: times[one] for one in expected if times[one] != 1}


class Nobody:
    """A network that reaches nobody."""

    def send(self, _: HttpCall, /) -> HttpAnswer:
        raise Offline


def leave_behind(config: ClientConfig, store: SessionStore) -> LeftBehind:
    ids: list[str] = []
    tokens: list[str] = []
    with LogoutClient(config, store, transport=Nobody()) as client:
        for account in (f"left{number}" for number in range(SIGN_OUTS)):
            texts = {f"session:{account}:{kind}": f"{account}.{kind}" for kind in KINDS}
            store.commit(Change(write=tuple(Entry(key=key, value=Secret(text)) for key, text in texts.items())))
            outcome = client.sign_out(EndSessionRequest(who=This(Account(home_account_id=account))))
            assert {one.status for one in outcome.revocations} == {RevocationStatus.UNCERTAIN}
            ids.append(outcome.id)
            tokens.extend(texts.values())
    left = LeftBehind(frozenset(ids), frozenset(tokens))
    assert len(left.ids) == SIGN_OUTS
    assert left.kept_in(store) == left.tokens
    time_passes(store, CLAIM_LAPSES)
    return left


def is_more_due(resumed: Resumed) -> bool:
    return resumed.next_due is not None and resumed.next_due <= time.time()
