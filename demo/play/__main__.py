"""Performs the play, or leaves its stage to a person: ``python -m demo.play``.

ANSWER=yes or no is what Alice says at the provider; SERVE=1 leaves provider and back end running.
"""

import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import cast

from demo.app import Backend
from demo.play import backend, provider
from demo.play.scenes import Ear, Play
from demo.play.stage import Stage
from demo.play.visitor import Answer
from demo.serve import server

INTERRUPTED = 130  # as shells have it


def perform(answer: Answer) -> int:
    """Play it through; 0 if everything turned out as expected."""
    stage = Stage()
    ear = Ear(stage)
    with tempfile.TemporaryDirectory(prefix="exeunt-demo-") as folder, backend.free_port() as listening:
        rp = backend.address_of(listening)
        with provider.running(rp) as known:
            settings = backend.settings_for(listening, known, Path(folder))
            stage.heading("The stage")
            stage.step("back end", f"{rp}, with its sessions in one SQLite file")
            stage.step("provider", f"{known.issuer}, a real OpenID provider (npm: oidc-provider)")
            with backend.running(listening, settings, listeners=[ear], shown_on=stage) as running:
                Play(stage, running, known, rp, ear).perform(answer)
    stage.say("")
    if stage.surprises:
        stage.say("NOT AS EXPECTED:")
        for surprise in stage.surprises:
            stage.item(surprise)
        return 1
    stage.say("Everything turned out as expected.")
    return 0


def serve() -> int:
    """Run provider and back end until somebody ends them."""
    stage = Stage()
    with tempfile.TemporaryDirectory(prefix="exeunt-demo-") as folder, backend.free_port() as listening:
        rp = backend.address_of(listening)
        with provider.running(rp) as known:
            settings = backend.settings_for(listening, known, Path(folder))
            stage.heading(f"Open {rp}")
            stage.say(f"Two people can sign in, alice and bob; the password of both is: {provider.PASSWORD}")
            stage.say("Use two browser profiles to be both at once. Ctrl-C ends everything.")
            with suppress(KeyboardInterrupt):  # the way to end it
                server(Backend(settings).app()).run([listening])
    return 0


def main() -> int:
    """Do what the environment asks for."""
    answer = os.environ.get("ANSWER") or "yes"
    if answer not in ("yes", "no"):
        print(f"ANSWER={answer}: say yes or no", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything is cleaned up as well
    try:
        return serve() if os.environ.get("SERVE", "0") == "1" else perform(cast("Answer", answer))
    except KeyboardInterrupt:
        print("\nEnded.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it was, it is said in one line
        print(f"\nNOT AS EXPECTED: the play broke off: {type(error).__name__}: {error}", file=sys.stderr)
        return 1


sys.exit(main())
