from demo.play.provider import PASSWORD
from demo.tests.conftest import Meet, Stage


def test_signing_in_after_a_doubt_asks_for_the_password(stage: Stage, meet: Meet) -> None:
    alice = meet(stage)
    alice.sign_in("Alice")
    alice.sign_out_saying("no")  # the provider's session lives, and the return does not say so

    alice.page.click("#sign-in")
    alice.page.fill("[name=login]", "alice")
    alice.page.fill("[name=password]", PASSWORD)
    alice.page.click("#sign-in")
    alice.at_home("Hello, Alice")
