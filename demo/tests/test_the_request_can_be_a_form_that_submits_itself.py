from exeunt import (
    Account,
    ClientConfig,
    Endpoints,
    EndSessionRequest,
    Home,
    LogoutClient,
    MemoryStore,
    Oidc,
    Parameter,
    Prefix,
    Secret,
    This,
)
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


def test_a_field_called_submit_stands_in_nobodys_way(form_stage: Stage, meet: Meet) -> None:
    config = ClientConfig(
        client_id="demo",
        provider=Oidc(issuer=form_stage.rp, endpoints=Endpoints(end_session=f"{form_stage.rp}/end")),
        home=Home.SERVER,
        layout=Prefix(prefix="session", separator=":"),
        prefer_form_post=True,
        revoke_tokens=False,
    )
    names = ("submit", "action", "forms")
    request = EndSessionRequest(
        who=This(Account(home_account_id="a-session")),
        extra_parameters=tuple(Parameter(name=name, value=Secret("1")) for name in names),
    )
    reply = LogoutClient(config, MemoryStore()).sign_out(request).reply()

    alice = meet(form_stage)
    headers = {header.name: header.value.reveal() for header in reply.headers}
    alice.page.route("**/begin", lambda route: route.fulfill(body=reply.body.reveal(), headers=headers))
    with alice.page.expect_request("**/end") as posted:
        alice.page.goto(f"{form_stage.rp}/begin")
    assert posted.value.method == "POST"
    assert "submit=1&action=1&forms=1" in (posted.value.post_data or "")
