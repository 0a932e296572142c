"""What a signal's handler raises arrives once, at the caller, and never between the core and Python."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from exeunt import _bridge, _guard
from samples import ALICE, Host

UNDER_FIRE = [sys.executable, str(Path(__file__).with_name("under_fire.py"))]
INTERRUPTED = 100


class LateError(Exception):
    """A time limit's."""


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM, signal.SIGUSR1)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_storm_of_interrupts_neither_kills_nor_lies(store: str) -> None:
    command = [*UNDER_FIRE, "storm", store, str(INTERRUPTED)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found.pop("interrupted") == INTERRUPTED
    assert set(found) <= {"signed out"}  # before the shot


def test_interrupt_on_any_line_of_the_glue_arrives() -> None:
    done = subprocess.run([*UNDER_FIRE, "lines"], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found.pop("interrupted") > 20
    assert found == {}


@pytest.mark.parametrize("callback", ["read", "commit", "navigate", "send", "on_event"])
def test_whatever_a_handler_raises_in_a_callback_arrives(callback: str) -> None:
    error = LateError()

    def handler(_: int, __: FrameType | None) -> None:
        raise error

    def before(name: str) -> None:
        if name == callback:
            signal.raise_signal(signal.SIGALRM)

    signal.signal(signal.SIGALRM, handler)
    with pytest.raises(LateError) as raised:
        Host(before).client().sign_out(ALICE)
    assert raised.value is error
    assert signal.getsignal(signal.SIGALRM) is handler


def test_callback_may_catch_what_a_handler_raises() -> None:
    caught: list[str] = []

    def handler(_: int, __: FrameType | None) -> None:
        raise LateError

    def before(name: str) -> None:
        try:
            signal.raise_signal(signal.SIGALRM)
        except LateError:
            caught.append(name)

    signal.signal(signal.SIGALRM, handler)
    assert Host(before).client().sign_out(ALICE).signed_out_locally
    assert len(caught) > 5


def test_interrupt_while_an_object_of_the_core_is_freed_arrives() -> None:
    freed: list[str] = []
    others = [Host().client()]

    def handler(_: int, __: FrameType | None) -> None:
        raise LateError

    def shoot(frame: FrameType, event: str, _: Any) -> Any:
        if event == "call" and frame.f_code.co_name == "_uniffi_free" and not freed:
            freed.append(frame.f_code.co_name)
            signal.raise_signal(signal.SIGALRM)

    def before(name: str) -> None:
        if name == "commit" and others:
            sys.settrace(shoot)
            others.clear()
            sys.settrace(None)

    signal.signal(signal.SIGALRM, handler)
    with pytest.raises(LateError):
        Host(before).client().sign_out(ALICE)
    assert freed == ["_uniffi_free"]


def between(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> Host:
    """Let something happen each time when the core has called and the host's method has not begun."""
    host = Host()
    lift = _bridge.lift

    def lift_and_more(value: Any) -> Any:
        if _guard._calls.stack:
            happens()
        return lift(value)

    monkeypatch.setattr(_bridge, "lift", lift_and_more)
    return host


def test_signal_between_core_and_host_runs_its_handler_in_the_next_method(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[int, str]] = []

    def handler(number: int, frame: FrameType | None) -> None:
        assert frame is not None
        ran.append((number, frame.f_code.co_name))

    signal.signal(signal.SIGUSR1, handler)
    sent = iter([signal.SIGUSR1, signal.SIGUSR1])
    host = between(monkeypatch, lambda: [*map(signal.raise_signal, sent)])
    assert host.client().sign_out(ALICE).signed_out_locally
    assert ran == [(signal.SIGUSR1, "_deliver")]  # two of one kind, blocked together, are one


def test_every_handler_runs_though_one_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []

    def handler(number: int, _: FrameType | None) -> None:
        ran.append(number)
        raise LateError(number)

    for number in (signal.SIGALRM, signal.SIGUSR1):
        signal.signal(number, handler)
    sent = iter([signal.SIGALRM, signal.SIGUSR1])
    host = between(monkeypatch, lambda: [*map(signal.raise_signal, sent)])
    with pytest.raises(LateError):
        host.client().sign_out(ALICE)
    assert sorted(ran) == sorted([signal.SIGALRM, signal.SIGUSR1])
    assert signal.getsignal(signal.SIGUSR1) is handler


@pytest.mark.parametrize("left", [signal.SIG_IGN, signal.SIG_DFL])
def test_handlers_that_are_not_pythons_stay_untouched(left: signal.Handlers) -> None:
    signal.signal(signal.SIGUSR1, left)
    seen: set[Any] = set()
    assert Host(lambda _: seen.add(signal.getsignal(signal.SIGUSR1))).client().sign_out(ALICE).signed_out_locally
    assert seen == {left}


def test_handler_that_a_callback_sets_stays_and_is_kept_out_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    error = LateError()

    def handler(_: int, __: FrameType | None) -> None:
        raise error

    def before(name: str) -> None:
        if name == "read":
            signal.signal(signal.SIGUSR1, handler)

    def send() -> None:
        if signal.getsignal(signal.SIGUSR1) is not signal.SIG_IGN:
            signal.raise_signal(signal.SIGUSR1)

    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    host = between(monkeypatch, send)
    host.before = before
    with pytest.raises(LateError) as raised:
        host.client().sign_out(ALICE)
    assert raised.value is error
    assert signal.getsignal(signal.SIGUSR1) is handler


def test_call_within_a_callback_leaves_the_outer_one_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt = LateError()
    sent: list[str] = []

    def handler(_: int, __: FrameType | None) -> None:
        raise interrupt

    def before(name: str) -> None:
        if name == "navigate":
            assert client.outcome(client.pending("alice")[0].id).signed_out_locally
            sent.append(name)

    def send() -> None:
        if sent and sent.pop():
            signal.raise_signal(signal.SIGUSR1)

    signal.signal(signal.SIGUSR1, handler)
    host = between(monkeypatch, send)
    host.before = before
    with host.client() as client, pytest.raises(LateError) as raised:
        client.sign_out(ALICE)
    assert raised.value is interrupt
    assert signal.getsignal(signal.SIGUSR1) is handler


def test_other_threads_leave_handlers_alone() -> None:
    def handler(_: int, __: FrameType | None) -> None: ...

    signal.signal(signal.SIGUSR1, handler)
    seen: set[Any] = set()
    host = Host(lambda _: seen.add(signal.getsignal(signal.SIGUSR1)))
    assert asyncio.run(host.client().asign_out(ALICE)).signed_out_locally
    assert seen == {handler}
