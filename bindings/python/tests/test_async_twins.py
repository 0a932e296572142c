"""Every method that touches the host has a twin for asyncio, which keeps the loop free."""

import asyncio
import inspect
import threading
from typing import Any

import exeunt
import pytest
from exeunt import Ended, Evidence, LogoutClient, Matched
from samples import ALICE, Host, id_token

METHODS = [
    *("plan", "sign_out", "logout", "run", "complete", "cancel", "outcome", "proof", "pending", "accounts"),
    *("resume", "signed_in", "login_advice", "lease", "save", "still_valid"),
]


def test_every_method_that_touches_the_host_has_a_twin() -> None:
    public = {name for name in vars(LogoutClient) if name[0] != "_"}
    assert public == {"close", "registration", "store", *METHODS, *(f"a{name}" for name in METHODS)}


@pytest.mark.parametrize("name", METHODS)
def test_twin_has_the_same_signature(name: str) -> None:
    twin = getattr(LogoutClient, f"a{name}")
    assert inspect.signature(twin) == inspect.signature(getattr(LogoutClient, name))
    assert inspect.iscoroutinefunction(twin)


def test_whole_sign_out_through_the_twins() -> None:
    async def work(client: LogoutClient, host: Host) -> None:
        assert [one.home_account_id for one in await client.aaccounts()] == ["alice", "bob"]
        plan = await client.aplan(ALICE)
        outcome = await client.arun(plan)
        assert outcome.application == Ended(Evidence.READ_BACK)
        assert [one.id for one in await client.apending()] == [outcome.id]
        assert isinstance(await client.acomplete(host.returned()), Matched)
        assert (await client.aproof(outcome.id)).id == outcome.id
        assert (await client.aoutcome(outcome.id)).signed_out_locally
        second = await client.asign_out(exeunt.EndSessionRequest(who=exeunt.Everyone()))
        assert (await client.acancel(second.id, exeunt.CancelReason.USER_CANCELLED)).id == second.id
        assert (await client.alogout()).signed_out_locally
        assert (await client.aresume(8)).set_aside == ()
        assert (await client.alogin_advice("alice")).since is not None
        lease = await client.alease("alice")
        assert await client.astill_valid(lease)
        await client.asigned_in("alice", exeunt.Secret(id_token(sub="alice")))
        cart = exeunt.Entry(key="session:alice:cart", value=exeunt.Secret("1 plum"))
        assert await client.asave(lease, [cart]) is exeunt.Saved.SIGNED_OUT

    host = Host()
    with host.client() as client:
        asyncio.run(work(client, host))


def test_loop_goes_on_while_the_host_works() -> None:
    loop_went_on = threading.Event()
    threads: list[bool] = []

    def before(_: str) -> None:
        threads.append(threading.current_thread() is threading.main_thread())
        assert loop_went_on.wait(60)

    async def work(client: LogoutClient) -> exeunt.LogoutOutcome:
        signing_out = asyncio.ensure_future(client.asign_out(ALICE))
        asyncio.get_running_loop().call_soon(loop_went_on.set)
        return await signing_out

    with Host(before).client() as client:
        assert asyncio.run(work(client)).signed_out_locally
    assert threads
    assert not any(threads)


def test_several_at_once_do_not_disturb_each_other() -> None:
    host = Host()

    async def work(client: LogoutClient) -> list[Any]:
        accounts = [exeunt.Account(home_account_id=name) for name in ("alice", "bob")]
        requests = [exeunt.EndSessionRequest(who=exeunt.This(account)) for account in accounts]
        return await asyncio.gather(*map(client.asign_out, requests), client.aoutcome("nobody"), return_exceptions=True)

    with host.client() as client:
        alice, bob, unknown = asyncio.run(work(client))
    assert alice.signed_out_locally
    assert bob.signed_out_locally
    assert isinstance(unknown, exeunt.UnknownLogoutError)
    assert host.store.keys("session:") == []


def test_exception_of_the_host_is_the_cause_on_the_other_side() -> None:
    error = RuntimeError("planted")

    def before(name: str) -> None:
        if name == "keys":
            raise error

    with Host(before).client() as client, pytest.raises(exeunt.HostFailedError) as raised:
        asyncio.run(client.asign_out(ALICE))
    assert raised.value.__cause__ is error


def test_exit_in_a_callback_ends_the_loop() -> None:
    def before(name: str) -> None:
        if name == "commit":
            raise SystemExit(3)

    with Host(before).client() as client, pytest.raises(SystemExit) as raised:
        asyncio.run(client.asign_out(ALICE))
    assert raised.value.code == 3
