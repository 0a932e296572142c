"""A callback that was interrupted, raised, or forgot its answer never reads as success."""

import asyncio
import itertools
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import exeunt
import pytest
from exeunt import Failed, Failure, HostFailedError, LogoutError, Pending, RevocationStatus
from samples import ALICE, ALICE_BY_POPUP, DEVICE, Host

CALLBACKS = ["keys", "read", "commit", "guarantee", "navigate", "dismiss", "send", "on_event"]
STORE = CALLBACKS[:4]


class Cancelled(BaseException):
    """As gevent and others raise it: no Exception."""


def sign_out_and_return(host: Host) -> exeunt.LogoutOutcome:
    """Everything that calls back: a sign-out by popup, and its return."""
    with host.client() as client:
        outcome = client.sign_out(ALICE_BY_POPUP)
        client.complete(host.returned())
        return outcome


def raising(callback: str, error: BaseException) -> Callable[[str], None]:
    def before(name: str) -> None:
        if name == callback:
            raise error

    return before


def calls_of_a_whole_sign_out() -> list[str]:
    names: list[str] = []
    sign_out_and_return(Host(names.append))
    return names


def test_every_callback_is_called_by_the_sign_out_of_these_tests() -> None:
    assert set(calls_of_a_whole_sign_out()) == set(CALLBACKS)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, Cancelled, asyncio.CancelledError])
@pytest.mark.parametrize("number", range(len(calls_of_a_whole_sign_out())))
def test_interruption_of_any_call_is_raised_again(number: int, kind: type[BaseException]) -> None:
    count = itertools.count()
    interruption = kind("planted")

    def before(_: str) -> None:
        if next(count) == number:
            raise interruption

    with pytest.raises(kind) as raised:
        sign_out_and_return(Host(before))
    assert raised.value is interruption


@pytest.mark.parametrize("callback", CALLBACKS)
def test_control_c_within_a_callback_arrives(callback: str) -> None:
    def before(name: str) -> None:
        if name == callback:
            signal.raise_signal(signal.SIGINT)

    # A shell starts what runs in the background with the signal ignored.
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            sign_out_and_return(Host(before))
    finally:
        signal.signal(signal.SIGINT, inherited)


def test_the_first_of_two_interruptions_is_raised() -> None:
    count = itertools.count()

    def before(name: str) -> None:
        if name == "on_event":
            raise Cancelled(next(count))

    with pytest.raises(Cancelled) as raised:
        sign_out_and_return(Host(before))
    assert raised.value.args == (0,)
    assert next(count) > 1


@pytest.mark.parametrize("callback", ["keys", "read", "commit"])
def test_exception_of_the_store_is_the_cause_of_the_refusal(callback: str) -> None:
    error = RuntimeError("planted")
    host = Host(raising(callback, error))
    with pytest.raises(HostFailedError) as raised:
        host.client().sign_out(ALICE)
    assert raised.value.__cause__ is error
    assert host.store.keys("session:alice:")


def test_locked_store_is_retryable_and_its_error_is_the_cause() -> None:
    error = exeunt.Unavailable("the keychain is locked")
    with pytest.raises(exeunt.StoreLockedError) as raised:
        Host(raising("keys", error)).client().sign_out(ALICE)
    assert raised.value.retryable
    assert raised.value.__cause__ is error


def test_subclass_of_a_host_error_is_what_it_extends() -> None:
    class KeychainLocked(exeunt.Unavailable):
        pass

    with pytest.raises(exeunt.StoreLockedError):
        Host(raising("read", KeychainLocked())).client().sign_out(ALICE)


def test_raising_navigator_and_transport_are_reasons_in_the_outcome() -> None:
    outcome = Host(raising("navigate", RuntimeError())).client().sign_out(ALICE)
    assert outcome.provider == Failed(Failure.NAVIGATOR_FAILED)
    outcome = Host(raising("send", RuntimeError())).client().sign_out(ALICE)
    assert [one.status for one in outcome.revocations] == [RevocationStatus.UNCERTAIN]


def test_raising_listener_and_dismissal_change_nothing() -> None:
    for callback in ("on_event", "dismiss"):
        assert sign_out_and_return(Host(raising(callback, RuntimeError()))).signed_out_locally


def test_raising_listener_is_not_the_cause_of_another_error() -> None:
    called: list[str] = []

    def before(name: str) -> None:
        called.append(name)
        if name in ("commit", "on_event"):
            raise KeyError(name)

    with Host(before).client() as client, pytest.raises(LogoutError) as raised:
        client.sign_out(ALICE)
    assert called.index("commit") < len(called) - 1 - called[::-1].index("on_event")
    assert repr(raised.value.__cause__) == "KeyError('commit')"


WRONG: list[Any] = [None, True, 0, 1, "", "done", b"", [None, 1], object(), exeunt.Commit, "COMMITTED"]


@pytest.mark.parametrize("answer", WRONG, ids=repr)
@pytest.mark.parametrize("callback", CALLBACKS)
def test_forgotten_or_wrong_answer_is_no_success(callback: str, answer: Any) -> None:
    host = Host()
    setattr(host, callback, lambda *_: answer)
    with host.client() as client:
        try:
            outcome = client.sign_out(ALICE_BY_POPUP)
        except LogoutError as error:
            assert callback in STORE
            assert isinstance(error.__cause__, TypeError)
            assert host.store.keys("session:alice:")
            return
    assert callback not in STORE
    navigated = callback != "navigate"
    assert outcome.provider == (Pending() if navigated else Failed(Failure.NAVIGATOR_FAILED))
    sent = callback != "send"
    assert [one.status for one in outcome.revocations] == [
        RevocationStatus.REVOKED if sent else RevocationStatus.UNCERTAIN
    ]


def test_error_of_a_nested_call_belongs_to_the_nested_call() -> None:
    def before(name: str) -> None:
        if name == "navigate":
            with pytest.raises(exeunt.UnknownLogoutError) as raised:
                client.outcome("nobody")
            assert raised.value.__cause__ is None
            raise KeyError("outer")

    host = Host(before)
    with host.client() as client:
        assert client.sign_out(replace(ALICE)).provider == Failed(Failure.NAVIGATOR_FAILED)


def test_host_without_a_method_is_refused_when_the_client_is_made() -> None:
    with pytest.raises(TypeError, match="object is no SessionStore: it has no keys, read, commit, guarantee"):
        exeunt.LogoutClient(DEVICE, object())  # type: ignore[arg-type]
