from demo.tests.conftest import Meet, Stage


def test_signing_out_here_only_keeps_the_provider_session(stage: Stage, meet: Meet) -> None:
    alice = meet(stage)
    alice.sign_in("Alice")
    alice.page.click("#sign-out-here")
    alice.at_home("You are signed out here only")
    assert alice.known() == ("Ended{ReadBack}", "NotAsked")
    assert stage.sessions() == {}
    alice.shown("8-signed-out-here-only")

    alice.page.click("#sign-in")
    alice.at_home("Hello, Alice")  # and no password was asked for on the way


def test_the_proof_says_so(stage: Stage, meet: Meet) -> None:
    alice = meet(stage)
    alice.sign_in("Alice")
    alice.page.click("#sign-out-here")
    alice.page.click("#proof")
    alice.at_home("You are signed out here, but not at the provider")
    assert alice.known() == ("Ended{ReadBack}", "Failed{StillSignedIn}")
