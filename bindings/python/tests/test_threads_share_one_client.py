"""Eight threads on one client and one store.

Whatever they do at the same time, no update is lost, nobody waits for ever, nothing comes back, and a host may call
back from inside a call.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs

import pytest
from exeunt import (
    Account,
    AlreadyHandled,
    CancelReason,
    Change,
    Done,
    Ended,
    EndSessionRequest,
    Entry,
    Evidence,
    HttpAnswer,
    HttpCall,
    LogoutClient,
    LogoutEvent,
    LogoutEventKind,
    LogoutOutcome,
    Matched,
    MemoryStore,
    Navigated,
    Navigation,
    Pending,
    Saved,
    Secret,
    SqliteStore,
    This,
    Unconfirmed,
)
from left_behind import is_more_due, leave_behind
from samples import BYE, DEVICE

THREADS = 8
ROUNDS = 10
MOST_SECONDS = 240  # far more than it takes: only a deadlock lasts as long
READ_BACK = Ended(Evidence.READ_BACK)
CONFIG = replace(DEVICE, revoke_tokens=False)

AnyStore = MemoryStore | SqliteStore
T = TypeVar("T")


@pytest.fixture(params=[MemoryStore, SqliteStore])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], AnyStore]]:
    """Give a way to make empty stores of one kind."""
    opened: list[SqliteStore] = []

    def make() -> AnyStore:
        if request.param is MemoryStore:
            return MemoryStore()
        opened.append(SqliteStore(tmp_path / f"{len(opened)}.db", busy_timeout=60))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


class Browser:
    """Remembers where it was sent and, if asked to, comes back from inside the call."""

    def __init__(self, *, returns: bool = False) -> None:
        self.client: LogoutClient | None = None
        self.sent: list[Navigation] = []
        self.dismissed: list[str] = []
        self._returns = returns

    def navigate(self, navigation: Navigation, /) -> Navigated:
        self.sent.append(navigation)
        if self._returns and self.client:
            assert isinstance(self.client.complete(way_back(navigation)), Matched)
        return Navigated.STARTED

    def dismiss(self, identifier: str, /) -> Done:
        self.dismissed.append(identifier)
        return Done.DONE


class Provider:
    """Remembers the tokens that it was sent to revoke."""

    def __init__(self) -> None:
        self.revoked: list[str] = []

    def send(self, call: HttpCall, /) -> HttpAnswer:
        form = parse_qs(call.body.reveal() if call.body else "")
        self.revoked.extend(form["token"])
        return HttpAnswer(status=200, headers=(), body=b"")


class Curious:
    """Asks what is known and signs a companion out from inside the call."""

    def __init__(self) -> None:
        self.client: LogoutClient | None = None
        self.nested: dict[str, LogoutOutcome] = {}
        self.asked: list[LogoutEventKind] = []
        self._companions: set[str] = set()

    def on_event(self, event: LogoutEvent, /) -> Done:
        assert self.client
        assert self.client.outcome(event.id).id == event.id
        self.client.pending()
        self.asked.append(event.kind)
        # The account's own sign-out and not that of its companion, which has events of its own.
        name = threading.current_thread().name
        if event.kind is LogoutEventKind.LOGOUT_SUCCESS and name not in self._companions:
            self._companions.add(name)
            self.nested[event.id] = self.client.sign_out(leaves(f"{name}'s companion"))
        return Done.DONE


def leaves(account: str) -> EndSessionRequest:
    return EndSessionRequest(who=This(Account(home_account_id=account)))


def entry(account: str, value: str) -> Entry:
    return Entry(key=f"session:{account}:refresh_token", value=Secret(value))


def put(store: AnyStore, *entries: Entry) -> None:
    store.commit(Change(write=entries))


def sessions(store: AnyStore) -> dict[str, str | None]:
    keys = store.keys("session:")
    return {key: value and value.reveal() for key, value in zip(keys, store.read(keys), strict=True)}


def way_back(navigation: Navigation) -> Secret:
    return Secret(f"{BYE}?state={navigation.url.reveal().rsplit('state=', 1)[1]}")


def client_of(store: AnyStore, browser: Browser) -> LogoutClient:
    browser.client = LogoutClient(CONFIG, store, navigator=browser)
    return browser.client


def together(part: Callable[[int], T]) -> list[T]:
    """Run eight threads that begin at the same moment; give what they bring home, in their order."""
    begin = threading.Barrier(THREADS)
    brought: list[Future[T]] = [Future() for _ in range(THREADS)]

    def run(at: int) -> None:
        try:
            begin.wait()
            brought[at].set_result(part(at))
        except BaseException as error:  # noqa: BLE001 - raised again where it is asked for
            brought[at].set_exception(error)

    for at in range(THREADS):
        # A daemon, so that a deadlock does not keep the tests from ending.
        threading.Thread(target=run, args=(at,), name=f"user{at}", daemon=True).start()
    return [future.result(MOST_SECONDS) for future in brought]


def test_eight_sign_outs_of_one_account_are_one(stores: Callable[[], AnyStore]) -> None:
    for _ in range(ROUNDS):
        store, browser = stores(), Browser()
        put(store, entry("alice", "r"))
        with client_of(store, browser) as client:
            outcomes = together(lambda _: client.sign_out(leaves("alice")))
            assert len({outcome.id for outcome in outcomes}) == 1
            assert len(browser.sent) == 1
            assert client.outcome(outcomes[0].id).application == READ_BACK
        assert sessions(store) == {}


def test_eight_accounts_leave_at_the_same_time(stores: Callable[[], AnyStore]) -> None:
    for _ in range(ROUNDS):
        store, browser = stores(), Browser()
        put(store, *(entry(f"user{at}", "r") for at in range(THREADS + 1)))
        with client_of(store, browser) as client:
            outcomes = together(lambda at: client.sign_out(leaves(f"user{at}")))
            for outcome in outcomes:
                assert (outcome.application, outcome.provider) == (READ_BACK, Pending())
                assert client.outcome(outcome.id).application == READ_BACK
            assert {one.id for one in client.pending()} == {outcome.id for outcome in outcomes}
        assert sessions(store) == {"session:user8:refresh_token": "r"}
        assert len(browser.sent) == THREADS


def test_no_refresh_outlives_the_sign_out_it_runs_beside(stores: Callable[[], AnyStore]) -> None:
    for _ in range(ROUNDS):
        store = stores()
        put(store, entry("alice", "old"))
        with client_of(store, Browser()) as client:
            refresh_beside_a_sign_out(client)
        assert sessions(store) == {}


def refresh_beside_a_sign_out(client: LogoutClient) -> None:
    leases = [client.lease("alice") for _ in range(THREADS)]

    def part(at: int) -> list[Saved]:
        if at == 0:
            client.sign_out(leaves("alice"))
        return [client.save(leases[at], [entry("alice", f"of {at}")]) for _ in range(5)]

    for answers in together(part):
        assert answers == sorted(answers, key=[Saved.STORED, Saved.SIGNED_OUT].index), "once signed out, for good"
    assert not any(map(client.still_valid, leases))


def test_everything_at_once_loses_nothing_and_brings_nothing_back(stores: Callable[[], AnyStore]) -> None:
    for _ in range(ROUNDS):
        store, browser = stores(), Browser()
        put(store, *(entry(account, "old") for account in ("alice", "bob", "carol")))
        owed, provider = leave_behind(DEVICE, store), Provider()
        with LogoutClient(DEVICE, store, navigator=browser, transport=provider) as client:
            resumed = everything_at_once(client, store, browser)
            owed.assert_finished_once(provider.revoked, resumed, client)


def everything_at_once(client: LogoutClient, store: AnyStore, browser: Browser) -> list[str]:
    """Give the sign-outs that were resumed, by whom ever."""
    dave = client.sign_out(leaves("dave")).id
    back = way_back(browser.sent[0])
    lease = client.lease("alice")

    def refreshes() -> None:
        assert client.save(lease, [entry("alice", "refreshed")]) in (Saved.STORED, Saved.SIGNED_OUT)

    def signs_in() -> None:
        client.signed_in("carol")
        put(store, entry("carol", "signed in"))

    parts: list[Callable[[], object]] = [
        lambda: client.sign_out(leaves("alice")),
        lambda: client.sign_out(leaves("alice")),
        lambda: client.sign_out(leaves("bob")),
        refreshes,
        signs_in,
        lambda: client.outcome(dave),
        lambda: client.complete(back),
        lambda: client.cancel(dave, CancelReason.USER_CANCELLED),
    ]

    def resumes_beside(part: Callable[[], object]) -> list[str]:
        told, more = resume_some(client)
        part()
        while more:
            some, more = resume_some(client)
            told += some
        return told

    resumed = together(lambda at: resumes_beside(parts[at]))
    assert sessions(store) == {"session:carol:refresh_token": "signed in"}
    # One for Dave, Alice and Bob each; complete and cancel left one truth about Dave.
    assert len(browser.sent) == 3
    assert isinstance(client.outcome(dave).provider, Unconfirmed)
    assert isinstance(client.complete(back), AlreadyHandled)
    assert not client.still_valid(lease)
    assert client.save(lease, [entry("alice", "late")]) is Saved.SIGNED_OUT
    assert sessions(store) == {"session:carol:refresh_token": "signed in"}
    return list(chain(*resumed))


def resume_some(client: LogoutClient) -> tuple[list[str], bool]:
    """Give the sign-outs that were resumed, and whether more are due now."""
    resumed = client.resume(2)
    return [outcome.id for outcome in resumed.outcomes], is_more_due(resumed)


def test_a_browser_that_comes_back_from_inside_the_call_ends_the_wait(stores: Callable[[], AnyStore]) -> None:
    browser = Browser(returns=True)
    with client_of(stores(), browser) as client:
        for outcome in together(lambda at: client.sign_out(leaves(f"user{at}"))):
            known = client.outcome(outcome.id)
            assert (known.application, known.provider) == (outcome.application, outcome.provider)
            assert isinstance(known.provider, Unconfirmed)
        assert client.pending() == ()


def test_a_listener_asks_and_signs_another_account_out_from_inside_the_call(stores: Callable[[], AnyStore]) -> None:
    store, curious = stores(), Curious()
    accounts = [name for at in range(THREADS) for name in (f"user{at}", f"user{at}'s companion")]
    put(store, *(entry(account, "r") for account in accounts))
    with LogoutClient(CONFIG, store, listeners=[curious]) as curious.client:
        client = curious.client
        outcomes = together(lambda at: client.sign_out(leaves(f"user{at}")))
    assert set(curious.nested) == {outcome.id for outcome in outcomes}
    for outcome in (*outcomes, *curious.nested.values()):
        assert outcome.application == READ_BACK
    assert len({outcome.id for outcome in (*outcomes, *curious.nested.values())}) == 2 * THREADS
    assert curious.asked.count(LogoutEventKind.LOGOUT_SUCCESS) == 2 * THREADS
    assert sessions(store) == {}
