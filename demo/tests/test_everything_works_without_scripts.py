from demo.tests.conftest import Meet, Stage


def test_everything_works_without_scripts(stage: Stage, meet: Meet) -> None:
    alice = meet(stage, scripts=False)
    alice.sign_in("Alice")
    alice.sign_out_saying("yes")
    alice.page.click("#proof")
    alice.at_home("You are signed out here and at the provider")
