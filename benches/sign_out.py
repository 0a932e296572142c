#!/usr/bin/env python3
"""How long a sign-out takes against another one. Both of a pair run in turn, many times; their medians are compared.

A ratio is all that is claimed: seconds are those of this machine and this moment.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from exeunt import (
    Account,
    Change,
    ClientConfig,
    Endpoints,
    EndSessionRequest,
    Entry,
    Home,
    LogoutClient,
    MemoryStore,
    Msal,
    Oidc,
    Prefix,
    Reach,
    Secret,
    SessionStore,
    SqliteStore,
    This,
    Uri,
)

ROUNDS = 60
OP = "https://op.example.com"
SERVER = ClientConfig(
    client_id="app",
    provider=Oidc(issuer=OP, endpoints=Endpoints(end_session=f"{OP}/logout")),
    home=Home.SERVER,
    layout=Prefix(prefix="session", separator=":"),
    post_logout_redirect_uri=Uri("https://app.example.com/bye"),
    revoke_tokens=False,
)
DEVICE = ClientConfig(client_id="app", provider=SERVER.provider, home=Home.DEVICE, layout=Msal(), revoke_tokens=False)


class Pair(NamedTuple):
    """Two ways to do something, and what their ratio should be like."""

    name: str
    expected: str
    one: Callable[[], None]
    other: Callable[[], None]


def sessions(number: int) -> dict[str, str]:
    """Tokens of so many users of a server."""
    return {f"session:user{user}:{entry}": "x" * 1200 for user in range(number) for entry in ("id", "cart")}


def msal(number: int) -> dict[str, str]:
    """MSAL's cache with so many accounts."""
    kinds = ("idtoken|app|home||", "accesstoken|app|home|openid|", "refreshtoken|app|||")
    return {f"msal.3|user{user}.home|login.windows.net|{kind}": "{}" for user in range(number) for kind in kinds}


def signs_out(config: ClientConfig, store: SessionStore) -> Callable[[], None]:
    """Sign out one user after another, each of whom is there."""
    client, users = LogoutClient(config, store), iter(range(ROUNDS))

    def act() -> None:
        who = This(Account(home_account_id=f"user{next(users)}"))
        client.sign_out(EndSessionRequest(who=who, reach=Reach.APP if config is DEVICE else None))

    return act


def plans(config: ClientConfig, store: SessionStore) -> Callable[[], None]:
    """Plan the same sign-out again and again."""
    client, request = LogoutClient(config, store), EndSessionRequest(who=This(Account(home_account_id="user0")))
    return lambda: void(client.plan(request))


def void(_: object) -> None:
    """Throw an answer away."""


def filled(path: Path, entries: dict[str, str]) -> SqliteStore:
    """Make a file that holds these."""
    store = SqliteStore(path)
    store.commit(Change(write=tuple(Entry(key=key, value=Secret(value)) for key, value in entries.items())))
    return store


def compare(pair: Pair) -> None:
    """Run both in turn and print how many times as long the second takes."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for act, times in zip((pair.one, pair.other), took, strict=True):
            begun = perf_counter()
            act()
            times.append(perf_counter() - begun)
    first, second = map(median, took)
    print(f"{second / first:8.2f}  {pair.name} ({pair.expected}); {first * 1e6:.0f} µs against {second * 1e6:.0f} µs")


def main() -> None:
    """Print each ratio."""
    few, many = ROUNDS, 100 * ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        small, large, again = (filled(Path(folder, f"{at}.db"), sessions(few if at != 1 else many)) for at in range(3))
        pairs = [
            Pair(
                f"a server's sign-out among {many} sessions in SQLite, against {few}",
                "about 1: the cost does not grow with other users",
                signs_out(SERVER, small),
                signs_out(SERVER, large),
            ),
            Pair(
                "a server's sign-out in SQLite, against memory",
                "what durable transactions cost",
                signs_out(SERVER, MemoryStore(sessions(few))),
                signs_out(SERVER, again),
            ),
            Pair(
                f"one account of MSAL's cache among {10 * few}, against {few}",
                "up to 10: its whole cache is listed",
                signs_out(DEVICE, MemoryStore(msal(few))),
                signs_out(DEVICE, MemoryStore(msal(10 * few))),
            ),
            Pair(
                "a sign-out, against its plan",
                "the plan only reads",
                plans(SERVER, MemoryStore(sessions(few))),
                signs_out(SERVER, MemoryStore(sessions(few))),
            ),
        ]
        for pair in pairs:
            compare(pair)
        for store in (small, large, again):
            store.close()


if __name__ == "__main__":
    main()
