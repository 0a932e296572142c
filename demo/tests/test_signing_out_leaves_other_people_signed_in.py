from demo.tests.conftest import Meet, Stage


def test_signing_out_leaves_other_people_signed_in(stage: Stage, meet: Meet) -> None:
    alice, bob = meet(stage), meet(stage)
    bob.sign_in("Bob")
    bobs = stage.sessions()
    alice.sign_in("Alice")
    assert len(stage.sessions()) == 2 * len(bobs)

    alice.sign_out_saying("yes")
    assert stage.sessions() == bobs
    bob.open()
    bob.at_home("Hello, Bob")
