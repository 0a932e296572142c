import os
import re
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / "run.sh"

BEGINNING = [
    "Bob is signed in, with his password.",
    "Alice is signed in, with her password.",
    "The plan for Alice, before anything happens",
    "4 cached entries of account",
    "logout_start",
    "logout_success",
    "asks: Sign out?",
]
MIDDLE = [
    "logout_end",
    "Ended{ReadBack}",
    "Unconfirmed{ReturnedWithState} is all that a redirect can prove",
    "Both tokens were revoked",
    "Both tokens are inactive",
    "Neither token is anywhere in the store's file any more.",
]
END = ["Alice's session is gone; Bob's is what it was", "Bob goes on working.", "The evidence"]
STORIES = {
    "yes": [
        *BEGINNING,
        "answers: Yes, sign me out",
        *MIDDLE,
        "login_required means Ended{LoginRequired}.",
        *END,
        "Everything turned out as expected.",
    ],
    "no": [
        *BEGINNING,
        "answers: No, stay signed in",
        *MIDDLE,
        "consent_required means Failed{StillSignedIn}.",
        *END[:2],
        "was asked for her password",
        "login_required means Ended{LoginRequired}.",
        "The evidence, side by side",
        "only the proof tells.",
        "Everything turned out as expected.",
    ],
}


def played(answer: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ANSWER": answer, "SERVE": "0"}
    return subprocess.run([RUN], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("answer", STORIES)
def test_the_play_ends_well_whatever_alice_answers(answer: str) -> None:
    play = played(answer)
    assert play.returncode == 0, play.stdout + play.stderr
    told = " ".join(play.stdout.split())
    place = 0
    for phrase in STORIES[answer]:
        found = told.find(phrase, place)
        assert found >= 0, f"missing, or too early: {phrase}\n{play.stdout}"
        place = found + len(phrase)

    assert max(map(len, play.stdout.splitlines())) <= 100
    assert "\033" not in play.stdout  # no terminal, no colours
    assert "NOT" not in re.findall(r"[A-Z]{3,}", play.stdout)
    told_values = re.findall(r"\b(?:code|state|nonce|id_token_hint|code_challenge)=(\S+?),?\s", play.stdout)
    assert set(told_values) == {"***"}


def test_an_answer_that_is_neither_is_refused() -> None:
    play = played("maybe")
    assert play.returncode == 2
    assert "say yes or no" in play.stderr
