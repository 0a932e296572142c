from demo.tests.conftest import Meet, Stage


def test_saying_yes_is_proved_to_end_the_provider_session(stage: Stage, meet: Meet) -> None:
    alice = meet(stage)
    alice.open()
    alice.shown("1-nobody-is-signed-in")
    alice.sign_in("Alice")
    alice.shown("2-signed-in")
    alice.page.click("#sign-out")
    alice.shown("3-the-provider-asks")
    alice.page.click("#yes")
    alice.at_home("You are signed out here; at the provider, perhaps")
    assert alice.known() == ("Ended{ReadBack}", "Unconfirmed{ReturnedWithState}")
    alice.shown("4-returned")

    alice.page.click("#proof")
    alice.at_home("You are signed out here and at the provider")
    assert alice.known() == ("Ended{ReadBack}", "Ended{LoginRequired}")
    assert "the provider answered login_required" in alice.page.inner_text("main")
    assert alice.page.query_selector("#proof") is None
    alice.shown("5-proved-to-have-ended")
