"""Four processes on one SQLite file sign in, refresh, sign out and resume at the same time, each any of two accounts.

A refresh token is ``{session}/{number}``, the access token beside it the same. The file itself keeps a history of both:
triggers write it in the transaction of each change, so that its order is the store's, and a session that had gone and
is there again is seen however soon it goes once more. Now and then all processes meet: one reads a token to refresh it,
and while it has yet to save what that brought, another signs the account out and in again. From the beginning there are
sign-outs whose revocations are due, and all processes resume them at once.
"""

import json
import multiprocessing
import random
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from multiprocessing.synchronize import Barrier, Lock
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from aging import CLAIM_LAPSES, time_passes
from exeunt import (
    Account,
    Change,
    ClientConfig,
    Commit,
    Doubt,
    Ended,
    EndSessionRequest,
    Entry,
    Evidence,
    Home,
    HttpAnswer,
    HttpCall,
    LogoutClient,
    Requirement,
    Saved,
    Secret,
    SqliteStore,
    This,
    Unconfirmed,
)
from left_behind import is_more_due, leave_behind
from samples import DEVICE, SERVER

PROCESSES = 4
ROUNDS = 40
MOST_SECONDS = 240  # far more than it takes: only a deadlock lasts as long
BETWEEN = 4  # rounds from one meeting to the next
MEETINGS = ROUNDS // (BETWEEN + 1)
LATE = range(PROCESSES, MEETINGS)  # each process refreshes beside a sign-out first, then too late
SHARED = ("alice", "bob")
HISTORY = """
CREATE TABLE history (at INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, value TEXT);
CREATE TRIGGER inserted AFTER INSERT ON entries WHEN new.key GLOB 'session:*_token'
BEGIN INSERT INTO history (key, value) VALUES (new.key, new.value); END;
CREATE TRIGGER updated AFTER UPDATE ON entries WHEN new.key GLOB 'session:*_token'
BEGIN INSERT INTO history (key, value) VALUES (new.key, new.value); END;
CREATE TRIGGER deleted AFTER DELETE ON entries WHEN old.key GLOB 'session:*_token'
BEGIN INSERT INTO history (key, value) VALUES (old.key, NULL); END;
"""


@dataclass
class Report:
    """What one process did."""

    stored: list[str] = field(default_factory=list)
    """Every refresh token that it saved."""
    revoked: list[str] = field(default_factory=list)
    """Every token whose revocation it sent."""
    signed_out: dict[str, list[str]] = field(default_factory=dict)
    """The identifiers of its sign-outs of each account."""
    refused: list[int] = field(default_factory=list)
    """The meetings at which a sign-out was faster than its refresh."""
    resumed: list[str] = field(default_factory=list)
    """The sign-outs that it resumed."""
    count: int = 0
    """How often it refreshed the account that nobody else touches."""


class Worker:
    """One process: its client, and what it does to the accounts."""

    def __init__(self, path: Path, home: Home, number: int, together: tuple[Barrier, Lock]) -> None:
        self.report = Report()
        self.store = SqliteStore(path, busy_timeout=60)
        self.client = LogoutClient(config_of(home), self.store, transport=self)
        self._number = number
        self._name = f"p{number}"
        self._meeting, self._refreshing = together
        self._chance = random.Random(number)  # noqa: S311 - the same in every run

    def send(self, call: HttpCall, /) -> HttpAnswer:
        form = parse_qs(call.body.reveal() if call.body else "")
        self.report.revoked.extend(form["token"])
        return HttpAnswer(status=200, headers=(), body=b"")

    def work(self) -> None:
        deeds: list[Callable[[], object]] = [
            *[self.refresh] * 4,
            *[self.sign_in] * 3,
            *[self.sign_out, self.resume, self.count, self.refresh_too_late],
        ]
        more = self.resume()
        for number in range(ROUNDS):
            self._round = f"{self._name}.{number}"
            turn, before = divmod(number, BETWEEN + 1)
            if before == BETWEEN:
                self.meet(turn)
            else:
                self._account = self._chance.choice(SHARED)
                self._chance.choice(deeds)()
            assert_nothing_is_torn(self.store)
            more = more and self.resume()
        while more:
            more = self.resume()
        self.count()

    def meet(self, turn: int) -> None:
        self._account = SHARED[turn % len(SHARED)]
        self._meeting.wait()  # what anybody had begun is over
        part = (self._number + turn) % PROCESSES
        if part == 0:
            self.sign_in()
            saved = self.refresh(self._miss_the_sign_out if turn in LATE else self._race_the_sign_out)
            if saved is Saved.SIGNED_OUT:
                self.report.refused.append(turn)
            return
        self._meeting.wait()  # the token is read
        if part == 1:
            self.sign_out()
            self.sign_in()
        else:
            self._chance.choice([self.sign_out, self.resume, self.count])()
        if turn in LATE:
            self._meeting.wait()

    def _race_the_sign_out(self) -> None:
        self._meeting.wait()
        self.count()  # for the time that it takes

    def _miss_the_sign_out(self) -> None:
        self._meeting.wait()
        self._meeting.wait()

    def sign_in(self) -> None:
        self.client.signed_in(self._account)
        self._begin(f"{self._round}/0")

    def _begin(self, token: str) -> None:
        nobody = Requirement(key=f"session:{self._account}:refresh_token", value=None)
        if self.store.commit(Change(require=(nobody,), write=session(self._account, token))) is Commit.COMMITTED:
            self.report.stored.append(token)

    def refresh(self, meanwhile: Callable[[], None] = lambda: None) -> Saved | None:
        with self._refreshing:  # as the provider does, which takes a refresh token once
            lease = self.client.lease(self._account)
            token = session_in(self.store, self._account)[0]
            meanwhile()
            if token is None:
                return None  # nothing to refresh
            brought = following(token)
            saved = self.client.save(lease, session(self._account, brought))
            if saved is Saved.STORED:
                self.report.stored.append(brought)
            return saved

    def refresh_too_late(self) -> None:
        lease = self.client.lease(self._account)
        token = session_in(self.store, self._account)[0]
        if token is None:
            return  # nothing to refresh
        self.sign_out()
        assert not self.client.still_valid(lease)
        assert self.client.save(lease, session(self._account, following(token))) is Saved.SIGNED_OUT

    def sign_out(self) -> None:
        outcome = self.client.sign_out(EndSessionRequest(who=This(Account(home_account_id=self._account))))
        self.report.signed_out.setdefault(self._account, []).append(outcome.id)

    def resume(self) -> bool:
        """Tell whether more is due now."""
        resumed = self.client.resume(2)
        assert resumed.set_aside == ()
        self.report.resumed.extend(outcome.id for outcome in resumed.outcomes)
        return is_more_due(resumed)

    def count(self) -> None:
        key = f"session:{self._name}:count"
        lease = self.client.lease(self._name)
        [seen] = self.store.read([key])
        brought = str(int(seen.reveal() if seen else "0") + 1)
        assert self.client.save(lease, [Entry(key=key, value=Secret(brought))]) is Saved.STORED
        self.report.count += 1


def config_of(home: Home) -> ClientConfig:
    return replace(SERVER if home is Home.SERVER else DEVICE, post_logout_redirect_uri=None)


def session(account: str, token: str) -> tuple[Entry, ...]:
    names = ("refresh_token", "access_token")
    return tuple(Entry(key=f"session:{account}:{name}", value=Secret(token)) for name in names)


def following(token: str) -> str:
    name, number = token.split("/")
    return f"{name}/{int(number) + 1}"


def session_in(store: SqliteStore, account: str) -> list[str | None]:
    values = store.read([f"session:{account}:{name}" for name in ("refresh_token", "access_token")])
    return [value and value.reveal() for value in values]


def assert_nothing_is_torn(store: SqliteStore) -> None:
    for account in SHARED:
        refresh_token, access_token = session_in(store, account)
        assert refresh_token == access_token


def keep_history(path: Path) -> None:
    with SqliteStore(path) as store:
        store.keys("")  # the file has its table from now on
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(HISTORY)


def history(path: Path) -> list[tuple[str, str | None]]:
    """Each key of a token with each value that it took on, in the order of the store; none where it was removed."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT key, value FROM history ORDER BY at").fetchall()


def came_back(changes: Iterable[tuple[str, str | None]]) -> list[str]:
    """Tokens of a session that was there, was gone, and is there again."""
    there: dict[str, str | None] = {}
    gone: set[tuple[str, str | None]] = set()
    found = []
    for key, token in changes:
        name = token and token.split("/")[0]
        if there.get(key) != name:
            gone.add((key, there.get(key)))
        if token and (key, name) in gone:
            found.append(token)
        there[key] = name
    return found


def newest(tokens: Iterable[str]) -> set[str]:
    """Of each session the refresh token that no other has followed."""
    numbers: dict[str, int] = {}
    for name, number in (token.split("/") for token in tokens):
        numbers[name] = max(int(number), numbers.get(name, 0))
    return {f"{name}/{number}" for name, number in numbers.items()}


def run_worker(path: Path, home: Home, number: int, together: tuple[Barrier, Lock]) -> None:
    meeting, _ = together
    worker = Worker(path, home, number, together)
    meeting.wait()
    try:
        with worker.store, worker.client:
            worker.work()
    except BaseException:
        meeting.abort()  # nobody waits for this one
        raise
    path.with_name(f"{number}.json").write_text(json.dumps(vars(worker.report)))


@pytest.mark.parametrize("home", Home)
def test_processes_share_one_store(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    with SqliteStore(path) as store:
        owed = leave_behind(config_of(home), store)
    keep_history(path)
    spawn = multiprocessing.get_context("spawn")
    together = (spawn.Barrier(PROCESSES), spawn.Lock())
    processes = [spawn.Process(target=run_worker, args=(path, home, each, together)) for each in range(PROCESSES)]
    for process in processes:
        process.start()
    try:
        for process in processes:
            process.join(MOST_SECONDS)
        assert [process.exitcode for process in processes] == [0] * PROCESSES
    finally:
        for process in processes:
            process.kill()

    reports = [Report(**json.loads(path.with_name(f"{each}.json").read_text())) for each in range(PROCESSES)]
    last = Worker(path, home, PROCESSES, together)
    with last.store, last.client:
        time_passes(last.store, CLAIM_LAPSES)
        assert not owed.ids & {outcome.id for outcome in last.client.resume(1000).outcomes}
        assert last.client.resume(1000).outcomes == ()
        changes = history(path)
        assert came_back(changes) == []
        assert_nothing_is_torn(last.store)
        for number, report in enumerate(reports):
            [counted] = last.store.read([f"session:p{number}:count"])
            assert counted == Secret(str(report.count))
            for outcome in map(last.client.outcome, chain(*report.signed_out.values())):
                assert outcome.application in (Ended(Evidence.READ_BACK), Unconfirmed(Doubt.SUPERSEDED)), outcome
        sent = [token for report in (*reports, last.report) for token in report.revoked]
        owed.assert_finished_once(sent, chain(*(report.resumed for report in reports)), last.client)
        revoked = set(sent)
        left = {token for account in SHARED for token in session_in(last.store, account)}
        assert newest(token for report in reports for token in report.stored) <= revoked | left
    assert {token for _, token in changes if token} == {token for report in reports for token in report.stored}
    assert {turn for report in reports for turn in report.refused} >= set(LATE)
    for account in SHARED:
        assert sum(len(report.signed_out.get(account, [])) for report in reports) >= PROCESSES
