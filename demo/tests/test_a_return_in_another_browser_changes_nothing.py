from demo.tests.conftest import Meet, Stage


def test_a_return_in_another_browser_changes_nothing(stage: Stage, meet: Meet) -> None:
    alice, other = meet(stage), meet(stage)
    alice.sign_in("Alice")
    alice.page.click("#sign-out")
    alice.page.wait_for_selector("#yes")

    # The provider's answer, before Alice's browser has followed it.
    xsrf = alice.page.get_attribute("[name=xsrf]", "value") or ""
    confirm = f"{stage.provider.issuer}/session/end/confirm"
    answer = alice.page.request.post(confirm, form={"xsrf": xsrf, "logout": "yes"}, max_redirects=0)
    returned = answer.headers["location"]

    stolen = other.page.goto(returned)
    assert stolen is not None
    assert stolen.status == 400
    assert "This sign-out was begun in another browser." in other.page.inner_text("main")
    other.shown("7-begun-in-another-browser")

    alice.open()
    assert alice.known() == ("Ended{ReadBack}", "Pending")
    alice.page.goto(returned)
    alice.at_home("You are signed out here; at the provider, perhaps")
    assert alice.known() == ("Ended{ReadBack}", "Unconfirmed{ReturnedWithState}")
