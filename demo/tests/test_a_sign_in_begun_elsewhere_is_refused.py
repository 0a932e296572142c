from collections.abc import Callable

import pytest

from demo.tests.conftest import Meet, Person, Stage


def just_opened(person: Person) -> None:
    person.open()


def about_to_sign_in(person: Person) -> None:
    person.open()
    person.page.click("#sign-in")
    person.page.wait_for_selector("[name=password]")


@pytest.mark.parametrize("moment", [just_opened, about_to_sign_in])
def test_a_sign_in_begun_elsewhere_is_refused(stage: Stage, meet: Meet, moment: Callable[[Person], None]) -> None:
    attacker, alice = meet(stage), meet(stage)
    moment(alice)
    answers: list[str] = []
    attacker.page.on("request", lambda request: answers.append(request.url) if "/callback?" in request.url else None)
    attacker.sign_in("Bob")
    before = stage.sessions()

    refused = alice.page.goto(answers[0])
    assert refused is not None
    assert refused.status == 400
    assert "not begun in this browser" in alice.page.inner_text("main")
    alice.open()
    alice.at_home("Nobody is signed in here")
    assert stage.sessions() == before
