"""Whole sign-outs through the built-in transport against every fault of the shared file, on real sockets."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import exeunt
import pytest
from aging import time_passes
from cases import projection
from cases.decode import only, record
from faulty_server import FaultyServer

CASES = json.loads((Path(__file__).parents[3] / "tests" / "transport" / "sign_outs.json").read_text("utf-8"))
TOKEN = "TOKEN-OF-ALICE"
ALICE = {"who": {"this": {"account": {"home_account_id": "alice"}}}}
SAID = ("application", "provider", "revocations", "kept")


@pytest.fixture(scope="module")
def faults() -> dict[str, list[str]]:
    """Run all cells at once: where a server is slow a time-out is waited for, and that once is enough."""
    with ThreadPoolExecutor(len(CASES)) as threads:
        return dict(zip([case["name"] for case in CASES], threads.map(run, CASES), strict=True))


@pytest.mark.parametrize("name", [case["name"] for case in CASES])
def test_cell_ends_as_it_says(name: str, faults: dict[str, list[str]]) -> None:
    assert faults[name] == []


def test_every_cell_was_run(faults: dict[str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert len(faults) == len(CASES)
    with capsys.disabled():
        sys.stdout.write(f"\npython: {len(faults)} sign-outs that meet faults\n")


def run(case: dict[str, Any]) -> list[str]:
    only(case, "name", "source", "server", "scheme", "step", "expect")
    server = FaultyServer(case["server"], case["step"])
    try:
        return _faults(case, server)
    finally:
        server.close()


def _faults(case: dict[str, Any], server: FaultyServer) -> list[str]:
    faults: list[str] = []

    def same(what: str, found: object, expected: object) -> None:
        if found != expected:
            faults.append(f"{what}: {found}, expected {expected}")

    expect = only(case["expect"], *SAID, "navigation", "requests", "more", "later")
    store = exeunt.MemoryStore({"s:alice:refresh_token": TOKEN})
    here = f"{case.get('scheme', 'http')}://127.0.0.1:{server.port}"
    with exeunt.LogoutClient(_config(case["step"], here), store) as client:
        outcome = client.sign_out(record(exeunt.EndSessionRequest, ALICE))
        same("the sign-out", _seen(outcome), {name: expect[name] for name in SAID})
        same("a navigation", outcome.next is not None, expect["navigation"])
        same("requests", server.asked(), expect["requests"])
        kept = expect["kept"]
        same("secrets", _holds_token(store), kept not in ([], ["browser_return"]))
        for one in [{"after": 0, "requests": [], "more": expect["more"]}, *expect["later"]]:
            moment = only(one, "after", "sound", "finds", "requests", "more")
            time_passes(store, moment["after"])
            if moment.get("sound", False):
                server.recover()
            resumed = client.resume(8)
            when = f"{moment['after']} seconds later"
            finds = moment.get("finds")
            same(f"resume {when}", [_seen(one) for one in resumed.outcomes], [finds] if finds else [])
            same(f"requests {when}", server.asked(), moment["requests"])
            same(f"more {when}", resumed.next_due is not None, moment["more"])
            same(f"set aside {when}", list(resumed.set_aside), [])
            kept = finds["kept"] if finds else kept
            same(f"secrets {when}", _holds_token(store), kept not in ([], ["browser_return"]))
    return faults


def _config(step: str, here: str) -> exeunt.ClientConfig:
    endpoints = {"end_session": f"{here}/bye", "revocation": f"{here}/revoke"}
    providers: dict[str, Any] = {
        "metadata": {"oidc": {"issuer": here}},
        "revocation": {"oidc": {"issuer": here, "endpoints": endpoints}},
        "call": {"keycloak": {"server_url": here, "realm": "r", "direct": True}},
    }
    config: exeunt.ClientConfig = record(
        exeunt.ClientConfig,
        {
            "client_id": "rp",
            "provider": providers[step],
            "home": "device",
            "layout": {"prefix": {"prefix": "s", "separator": ":"}},
            "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        },
    )
    return config


def _seen(outcome: exeunt.LogoutOutcome) -> dict[str, Any]:
    return {
        "application": projection.write(outcome.application),
        "provider": projection.write(outcome.provider),
        "revocations": [one.status.value for one in outcome.revocations],
        "kept": [one.purpose.value for one in outcome.kept],
    }


def _holds_token(store: exeunt.MemoryStore) -> bool:
    keys = store.keys("")
    assert all(key.startswith("exeunt.") for key in keys)
    return any(TOKEN in value.reveal() for value in store.read(keys) if value)
