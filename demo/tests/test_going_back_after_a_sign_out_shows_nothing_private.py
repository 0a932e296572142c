from demo.tests.conftest import Meet, Stage


def test_going_back_after_a_sign_out_shows_nothing_private(stage: Stage, meet: Meet) -> None:
    alice = meet(stage)
    alice.sign_in("Alice")
    private = alice.page.request.get(stage.rp + "/")
    assert "Hello, Alice" in private.text()
    assert private.headers["cache-control"] == "no-store"

    # The page that said hello, the provider's question, and the page after it: two steps back is the first.
    alice.sign_out_saying("yes")
    with alice.page.expect_navigation():
        alice.page.evaluate("history.go(-2)")
    alice.at_home("You are signed out here; at the provider, perhaps")
    assert "Alice" not in alice.page.content()
