"""A process that signs people out while signals arrive, and says how each sign-out ended.

``python under_fire.py storm memory 100`` is shot at by a timer until that many are interrupted. The timer counts the
time that this process computes: on a busy machine it shoots no oftener a sign-out, and handlers cannot pile up.
``lines`` interrupts itself, once on every line of the generated functions that carry values and calls across.
"""

import json
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import exeunt._core
from exeunt import Change, MemoryStore, SqliteStore
from samples import ALICE, Host, entries
from test_store_contract import put

GENERATED = str(Path(exeunt._core.__file__).parent)
TICK = 0.001  # seconds; the kernel's own tick is longer on many machines, and then counts
CARRIERS = (
    *("_reserve", "discard", "finalize", "make_call", "write_result"),
    *("_uniffi_trait_interface_call_with_error", "_uniffi_rust_call_with_error", "_uniffi_check_call_status"),
)


class Gun:
    """A signal's handler. It raises once after it was loaded, when it has run so many times."""

    def __init__(self, kind: type[BaseException]) -> None:
        self.kind = kind
        self.times = 0
        self.raised: BaseException | None = None

    def load(self, times: int) -> None:
        self.times, self.raised = times, None

    def __call__(self, _: int, __: FrameType | None) -> None:
        self.times -= 1
        if self.times == 0:
            self.raised = self.kind("shot")
            raise self.raised


def attempt(store: MemoryStore | SqliteStore, gun: Gun, times: int) -> str:
    """Sign out, and say in a few words how that ended."""
    put(store, **entries())
    client = Host(store=store).client()
    caught: BaseException | None = None
    signed_out = False
    gun.load(times)
    try:
        signed_out = client.sign_out(ALICE).signed_out_locally
        gun.times = 0
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is judged
        caught = error
    client.close()
    gone = not store.keys("session:alice:")
    store.commit(Change(remove=tuple(store.keys(""))))
    if caught is not None:
        return "interrupted" if caught is gun.raised else f"raised {caught!r} instead of {gun.raised!r}"
    if gun.raised is not None:
        return "an interrupt was lost"
    return "signed out" if signed_out and gone else f"success without effect: {signed_out=} {gone=}"


def storm(store: MemoryStore | SqliteStore, number: int) -> Counter[str]:
    gun = Gun(KeyboardInterrupt)
    signal.signal(signal.SIGVTALRM, gun)
    signal.setitimer(signal.ITIMER_VIRTUAL, TICK, TICK)
    chance = random.Random(1)  # noqa: S311 - no secret
    found: Counter[str] = Counter()
    while found["interrupted"] < number:
        found[attempt(store, gun, chance.randint(1, 3))] += 1
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return found


def lines() -> Counter[str]:
    class LateError(Exception):
        """A time limit's, as apps have them: what a handler raises need not be a `KeyboardInterrupt`."""

    gun = Gun(LateError)
    signal.signal(signal.SIGALRM, gun)
    places: set[tuple[str, int]] = set()
    attempt_traced(gun, places.add)
    found: Counter[str] = Counter()
    for place in sorted(places):
        found[attempt_traced(gun, shot_at(place))] += 1
    return found


def shot_at(wanted: tuple[str, int]) -> Callable[[tuple[str, int]], None]:
    def see(place: tuple[str, int]) -> None:
        if place == wanted:
            sys.settrace(None)
            signal.raise_signal(signal.SIGALRM)

    return see


def attempt_traced(gun: Gun, see: Callable[[tuple[str, int]], None]) -> str:
    """Show each line of these functions before it is run."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code.co_name not in CARRIERS or not code.co_filename.startswith(GENERATED):
            return None
        if event == "line" and gun.times > 0:
            see((code.co_name, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        return attempt(MemoryStore(), gun, 1)
    finally:
        sys.settrace(None)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    if sys.argv[1] == "lines":
        say(json.dumps(lines()))
        return
    _, _, which, number = sys.argv
    with TemporaryDirectory() as folder:
        store = MemoryStore() if which == "memory" else SqliteStore(Path(folder, "sessions.db"))
        say(json.dumps(storm(store, int(number))))


if __name__ == "__main__":
    main()
