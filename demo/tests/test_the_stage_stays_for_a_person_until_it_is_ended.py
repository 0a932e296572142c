import os
import re
import signal
import subprocess
from pathlib import Path

from demo.tests.conftest import Meet

RUN = Path(__file__).parents[1] / "run.sh"


def test_the_stage_stays_for_a_person_until_it_is_ended(meet: Meet) -> None:
    environment = os.environ | {"SERVE": "1"}
    with subprocess.Popen([RUN], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as play:
        try:
            assert play.stdout is not None
            opened = (re.search(r"Open (http://127\.0\.0\.1:\d+)$", line.rstrip()) for line in play.stdout)
            rp = next(found[1] for found in opened if found)
            alice = meet(rp)
            alice.sign_in("Alice")
            alice.sign_out_saying("yes")
            assert play.poll() is None
            play.send_signal(signal.SIGINT)
            assert play.wait() == 0
        finally:
            play.kill()
