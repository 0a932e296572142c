"""Opening, closing, copying, printing, forking: the client behaves as Python's own objects do."""

import copy
import doctest
import gc
import os
import pickle
import traceback
import weakref
from dataclasses import FrozenInstanceError, replace
from typing import Any

import exeunt
import pytest
from exeunt import (
    Account,
    ClientConfig,
    Cookie,
    EndSessionRequest,
    Everyone,
    LogoutClient,
    MemoryStore,
    Oidc,
    Secret,
    This,
    Uri,
)
from samples import ALICE, DEVICE, SERVER, Host, entries

ANYTHING: Any = object()


def test_closed_client_says_so_and_closing_twice_is_no_error() -> None:
    client = Host().client()
    with client:
        assert client.accounts()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.accounts()
    assert repr(client) == "<LogoutClient of 'app', closed>"


def test_closed_client_lets_go_of_the_host() -> None:
    host = Host()
    watched = weakref.ref(host)
    client = host.client()
    client.sign_out(ALICE)
    client.close()
    del host
    gc.collect()
    assert watched() is None
    assert client


def test_client_that_is_dropped_lets_go_of_the_host() -> None:
    host = Host()
    watched = weakref.ref(host)
    host.client().sign_out(ALICE)
    del host
    gc.collect()
    assert watched() is None


def test_closing_inside_a_callback_lets_the_call_finish() -> None:
    def before(name: str) -> None:
        if name == "navigate":
            client.close()

    client = Host(before).client()
    assert client.sign_out(ALICE).provider == exeunt.Pending()


def test_wrong_configuration_is_refused_when_the_client_is_made() -> None:
    with pytest.raises(exeunt.ConfigurationError) as raised:
        LogoutClient(replace(DEVICE, client_secret=Secret("x")), MemoryStore())
    assert raised.value.code == "configuration"
    assert raised.value.rule == "NAT-07"
    assert not raised.value.retryable


def test_logout_signs_out_everyone_of_a_device_and_is_refused_on_a_server() -> None:
    host = Host()
    assert {one.account for one in host.client().logout().accounts} == {"alice", "bob"}
    assert host.store.keys("session:") == []
    host = Host()
    with pytest.raises(exeunt.RequestError):
        host.client(SERVER).logout()
    assert len(host.store.keys("session:")) == len(entries())


@pytest.mark.parametrize("wrong", ["alice", b"https://x", 3, None, object()])
def test_wrong_arguments_are_type_errors(wrong: Any) -> None:
    with Host().client() as client:
        for call in (client.plan, client.sign_out, client.run, client.outcome, client.proof):
            if call in (client.outcome, client.proof) and isinstance(wrong, str):
                continue
            with pytest.raises(TypeError):
                call(wrong)
        with pytest.raises(TypeError):
            client.cancel("id", wrong)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"client_id": 3}, "ClientConfig.client_id: expected str, found int"),
        ({"home": "device"}, "ClientConfig.home: expected Home, found str"),
        ({"allow_http": 1}, "ClientConfig.allow_http: expected bool, found int"),
        ({"redirect_uris": "https://a.example"}, "ClientConfig.redirect_uris: expected tuple or list, found str"),
        ({"redirect_uris": (3,)}, "ClientConfig.redirect_uris: expected str, found int"),
        ({"client_secret": "x"}, "ClientConfig.client_secret: expected Secret or None, found str"),
        ({"home": None}, "ClientConfig.home: expected Home, found NoneType"),
        (
            {"post_logout_redirect_uri": 3},
            "ClientConfig.post_logout_redirect_uri: expected Omit or Uri or None, found int",
        ),
        ({"cookies": (Cookie(name=ANYTHING),)}, "ClientConfig.cookies: Cookie.name: expected str, found object"),
        ({"provider": Oidc(issuer=ANYTHING)}, "ClientConfig.provider: Oidc.issuer: expected str, found object"),
    ],
)
def test_error_of_type_names_the_field(config: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError) as raised:
        LogoutClient(replace(DEVICE, **config), MemoryStore())
    assert str(raised.value) == sentence


def test_truth_is_no_number() -> None:
    with pytest.raises(TypeError, match=r"PopupWindow\.width: expected int, found bool"):
        Host().client().plan(replace(ALICE, popup=exeunt.PopupWindow(width=True)))


def test_number_that_the_core_cannot_hold_is_refused() -> None:
    request = replace(ALICE, popup=exeunt.PopupWindow(width=2**31))
    with pytest.raises(ValueError, match=r"PopupWindow\.width: expected a number of at most 32 bits$"):
        Host().client().plan(request)
    with pytest.raises(ValueError, match=r"^expected a number of at most 64 bits$"):
        Host().client().resume(1 << 63)
    with pytest.raises(ValueError, match=r"^ClientConfig\.keep_tokens_seconds: expected a number of at most 64 bits$"):
        LogoutClient(replace(DEVICE, keep_tokens_seconds=-(1 << 63) - 1), MemoryStore())


def test_lists_are_taken_where_tuples_are_declared() -> None:
    addresses: Any = ["https://app.example.com/bye"]
    with LogoutClient(replace(DEVICE, redirect_uris=addresses), MemoryStore()) as client:
        assert client.logout().signed_out_locally


def test_records_are_frozen_hashable_and_matched_by_position() -> None:
    config = replace(DEVICE, redirect_uris=("https://a.example",))
    assert hash(config) == hash(replace(config))
    assert config == replace(config)
    with pytest.raises(FrozenInstanceError):
        config.client_id = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        ClientConfig("app")  # type: ignore[call-arg]
    match This(Account(home_account_id="alice")):
        case This(account):
            assert account.home_account_id == "alice"


def test_plan_is_a_value_that_prints_and_explains_itself() -> None:
    with Host().client() as client:
        plan, same, other = client.plan(ALICE), client.plan(ALICE), client.plan(EndSessionRequest(who=Everyone()))
    assert plan == same
    assert hash(plan) == hash(same)
    assert plan != other
    assert plan != "a plan"
    assert [type(step).__name__ for step in plan.steps] == ["Clear", "Navigate", "Revoke"]
    assert str(plan) == "\n".join(plan.explain())
    assert repr(plan) == f"LogoutPlan(steps={plan.steps!r}, warnings={plan.warnings!r})"
    assert copy.copy(plan) is copy.deepcopy(plan) is plan


def test_plan_is_printed_without_the_queries_of_addresses() -> None:
    config = replace(DEVICE, post_logout_redirect_uri=Uri("https://app.example.com/bye?k=SECRET"))
    with LogoutClient(config, MemoryStore()) as client:
        plan = client.plan(ALICE)
    assert "https://app.example.com/bye?k=SECRET" in [getattr(step, "redirect_uri", None) for step in plan.steps]
    for text in (repr(plan), str(plan), *plan.explain()):
        assert "SECRET" not in text
    assert "'https://app.example.com/bye'" in repr(plan)


def test_outcome_without_secrets_is_pickled() -> None:
    outcome = Host().client().sign_out(ALICE)
    assert pickle.loads(pickle.dumps(outcome)) == outcome


def test_plan_is_neither_forged_nor_pickled() -> None:
    with pytest.raises(TypeError, match="made by"):
        exeunt.LogoutPlan("anything")
    with Host().client() as client, pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(client.plan(ALICE))
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Host().client())


def test_plan_outlives_its_client_and_is_run_by_another_of_the_same_configuration() -> None:
    with Host().client() as client:
        plan = client.plan(ALICE)
    assert Host().client().run(plan).signed_out_locally
    with pytest.raises(exeunt.RequestError):
        Host().client(replace(DEVICE, client_id="other")).run(plan)


def test_completion_takes_text_and_secrets() -> None:
    host = Host()
    with host.client() as client:
        client.sign_out(ALICE)
        assert isinstance(client.complete("https://other.example/"), exeunt.NotOurs)
        assert isinstance(client.complete(Secret(host.returned())), exeunt.Matched)
        again = client.complete(host.returned(), ticket=None)
        assert isinstance(again, exeunt.AlreadyHandled)
        assert again.reply().status == 200


def test_hints_know_when_they_expire() -> None:
    hints = replace(exeunt.read_id_token_unverified(entries()["session:alice:id_token"]), expires_at=100)
    assert hints.is_expired_at(100)
    assert not hints.is_expired_at(99)
    with pytest.raises(exeunt.MalformedTokenError):
        exeunt.read_id_token_unverified("no token")


def in_child(work: Any) -> None:
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - it is reported by the exit code
            traceback.print_exc()
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_client_made_before_a_fork_serves_parent_and_child() -> None:
    host = Host()
    with host.client() as client:
        plan = client.plan(ALICE)
        before = client._live[1]

        def work() -> None:
            assert client.run(plan).signed_out_locally
            assert client._live[1] is not before
            assert client.accounts()[0].home_account_id == "bob"

        in_child(work)
        assert len(client.accounts()) == 2
        assert client.run(plan).signed_out_locally
        assert client._live[1] is before


def test_store_in_memory_is_each_processs_own() -> None:
    store = MemoryStore({"a": "1"})
    in_child(lambda: store.commit(exeunt.Change(remove=("a",))))
    assert store.keys("") == ["a"]


def test_examples_of_the_documentation_run() -> None:
    result = doctest.testmod(exeunt)
    assert result.attempted > 0
    assert result.failed == 0
