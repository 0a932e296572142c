from playwright.sync_api import Response

from demo.tests.conftest import Meet, Stage


def test_the_form_submits_itself_under_its_own_policy(form_stage: Stage, meet: Meet) -> None:
    alice = meet(form_stage)
    complaints: list[str] = []
    forms: list[Response] = []
    alice.page.on("console", lambda message: complaints.append(message.text))
    alice.page.on("response", lambda answer: forms.append(answer) if answer.url.endswith("/sign-out") else None)
    alice.sign_in("Alice")
    alice.sign_out_saying("yes")

    [form] = forms
    assert form.status == 200
    policy = form.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert complaints == []
    alice.page.click("#proof")
    alice.at_home("You are signed out here and at the provider")


def test_without_scripts_a_button_stands_in(form_stage: Stage, meet: Meet) -> None:
    alice = meet(form_stage, scripts=False)
    alice.sign_in("Alice")
    alice.page.click("#sign-out")
    alice.page.click("noscript button")
    alice.page.click("#yes")
    alice.at_home("You are signed out here; at the provider, perhaps")
