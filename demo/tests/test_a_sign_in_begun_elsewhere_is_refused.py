from demo.tests.conftest import Meet, Stage


def test_a_sign_in_begun_elsewhere_is_refused(stage: Stage, meet: Meet) -> None:
    attacker, alice = meet(stage), meet(stage)
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
