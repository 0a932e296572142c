from demo.tests.conftest import Meet, Stage


def test_saying_no_is_proved_to_leave_the_provider_session(stage: Stage, meet: Meet) -> None:
    alice = meet(stage)
    alice.sign_in("Alice")
    alice.sign_out_saying("no")
    assert alice.known() == ("Ended{ReadBack}", "Unconfirmed{ReturnedWithState}")

    alice.page.click("#proof")
    alice.at_home("You are signed out here, but not at the provider")
    assert alice.known() == ("Ended{ReadBack}", "Failed{StillSignedIn}")
    alice.shown("6-proved-to-be-still-signed-in")
