"""Unique markers are planted as every kind of secret; nothing that is printed may hold one."""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import exeunt
import pytest
from exeunt import Account, EndSessionRequest, LogoutError, Parameter, Secret, This, Token, TokenKind
from samples import ALICE_BY_POPUP, BYE, DEVICE, SERVER, Host, entries, id_token

SUBJECT, SESSION = "MARKERsubject", "MARKERsession"
ID_TOKEN = id_token(sub=SUBJECT, sid=SESSION, login_hint="MARKERhint")
MARKERS = [
    *ID_TOKEN.split(".")[1:2],  # what it says, as it is sent
    *(SUBJECT, SESSION, "MARKERhint", "MARKERstate", "MARKERextra", "MARKERlogouthint", "MARKERticket"),
    *("MARKERrefresh", "MARKERaccess", "MARKERclientsecret", "MARKERcart", "MARKERreason", "MARKERcookie"),
    *("MARKERupstream", "MARKERpage"),
]
REQUEST = EndSessionRequest(
    who=This(
        Account(
            home_account_id="alice",
            id_token=Secret(ID_TOKEN),
            tokens=(Token(kind=TokenKind.ACCESS_TOKEN, value=Secret("MARKERaccess")),),
        )
    ),
    initiating_page=Secret(f"{BYE}?code=MARKERpage#MARKERpage"),
    id_token_hint=Secret(ID_TOKEN),
    logout_hint=Secret("MARKERlogouthint"),
    state=Secret("MARKERstate"),
    extra_parameters=(Parameter(name="extra", value=Secret("MARKERextra")),),
)
AT_AUTH0 = replace(
    DEVICE,
    provider=exeunt.Auth0(domain="op.example.com"),
    cookies=(exeunt.Cookie(name="session", domain="example.com"),),
)
FAR = EndSessionRequest(
    who=This(
        Account(
            home_account_id="alice",
            id_token=Secret(ID_TOKEN),
            connection=exeunt.Connection.FACEBOOK,
            upstream_access_token=Secret("MARKERupstream"),
        )
    ),
    reach=exeunt.Reach.UPSTREAM,
    extra_parameters=(Parameter(name="extra", value=Secret("MARKERextra")),),
)


class Printed:
    """Collects every way in which a value can be shown."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, *values: Any) -> None:
        for value in values:
            self.text += f"{value}\n{value!r}\n{[value]}\n"

    def add_error(self, error: BaseException, *, with_locals: bool = True) -> None:
        self.add(error, error.args, vars(error))
        self.text += "".join(traceback.TracebackException.from_exception(error, capture_locals=with_locals).format())


def leaked(text: str) -> list[str]:
    return [secret for secret in MARKERS if secret in text]


def test_leak_would_be_found() -> None:
    found = Printed()
    found.add(REQUEST, REQUEST.state and REQUEST.state.reveal())
    assert leaked(found.text) == ["MARKERstate"]


@pytest.fixture
def printed(caplog: pytest.LogCaptureFixture) -> Iterator[Printed]:
    """At the end nothing of what was printed or logged holds a marker."""
    caplog.set_level(logging.DEBUG)
    found = Printed()
    yield found
    for record in caplog.records:
        found.add(record.getMessage(), vars(record))
    assert found.text
    assert not leaked(found.text)


def host(before: Any = lambda _: None) -> Host:
    made = Host(before)
    made.store = exeunt.MemoryStore(
        {
            **entries(),
            "session:alice:id_token": ID_TOKEN,
            "session:alice:refresh_token": "MARKERrefresh",
            "session:alice:cart": "MARKERcart",
        }
    )
    return made


def states(one: Host) -> list[str]:
    """The whole state, and each half of it."""
    address = one.returned()
    return [address, address.split("state=")[1].split("%3B")[0]]


@pytest.mark.parametrize("config", [DEVICE, replace(SERVER, client_secret=Secret("MARKERclientsecret"))])
def test_sign_out_prints_no_secret(config: exeunt.ClientConfig, printed: Printed) -> None:
    one = host()
    with one.client(config) as client:
        plan = client.plan(REQUEST)
        outcome = client.run(plan)
        found = client.complete(one.returned(), outcome.ticket)
        printed.add(client, config, REQUEST, plan, plan.steps, plan.warnings, plan.explain(), outcome, outcome.reply())
        printed.add(found, found.reply(), *one.seen, one.store, client.proof(outcome.id), client.outcome(outcome.id))
        assert isinstance(found, exeunt.Matched)
        assert found.outcome.state == Secret("MARKERstate")
        for secret in [*states(one), *([] if outcome.ticket is None else [outcome.ticket.reveal()])]:
            assert secret not in printed.text


@pytest.mark.parametrize("config", [AT_AUTH0, replace(AT_AUTH0, home=SERVER.home)])
def test_sign_out_upstream_prints_no_secret(config: exeunt.ClientConfig, printed: Printed) -> None:
    one = host()
    with one.client(config) as client:
        plan = client.plan(FAR)
        outcome = client.run(plan)
        sent = next(each for each in one.seen if isinstance(each, exeunt.Navigation)).url.reveal()
        found = client.complete(BYE, outcome.ticket)
    assert "access_token=MARKERupstream" in sent
    assert isinstance(found, exeunt.Matched)
    printed.add(client, config, FAR, plan, plan.steps, plan.warnings, plan.explain(), outcome, outcome.reply())
    printed.add(found, found.reply(), *one.seen, one.store)
    assert sent not in printed.text


def test_connections_and_cookies_are_no_secrets() -> None:
    assert "Connection.FACEBOOK" in repr(FAR)
    assert "Cookie(name='session', path=None, domain='example.com'," in repr(AT_AUTH0)


def test_reply_of_a_server_prints_no_secret(printed: Printed) -> None:
    store = host().store
    with exeunt.LogoutClient(replace(SERVER, revoke_tokens=False), store) as client:
        outcome = client.sign_out(REQUEST)
        assert outcome.ticket is not None
        assert outcome.next is not None
        reply = outcome.reply()
        printed.add(outcome, outcome.next, reply, *reply.headers, reply.body)
        for secret in (outcome.ticket.reveal(), outcome.next.url.reveal()):
            assert any(secret in header.value.reveal() for header in reply.headers)
            assert secret not in printed.text


def test_hints_print_no_secret(printed: Printed) -> None:
    hints = exeunt.read_id_token_unverified(ID_TOKEN)
    assert (hints.subject, hints.session_id) == (Secret(SUBJECT), Secret(SESSION))
    printed.add(hints, exeunt.ticket_in_cookies("__Host-exeunt-ticket=MARKERcookie"))


def test_answer_of_a_transport_prints_no_body(printed: Printed) -> None:
    header = exeunt.Header(name="Set-Cookie", value=Secret("MARKERcookie"))
    printed.add(exeunt.HttpAnswer(status=200, headers=(header,), body=b"MARKERaccess"))


REFUSED = [
    replace(REQUEST, redirect=exeunt.Uri("https://evil.example/?token=MARKERextra")),
    replace(REQUEST, redirect=exeunt.Uri(f"{BYE}#MARKERextra")),
    replace(REQUEST, id_token_hint=Secret("MARKERhint.MARKERhint.MARKERhint")),
    replace(REQUEST, id_token_hint=Secret("MARKERhint")),
    replace(REQUEST, extra_parameters=(Parameter(name="state", value=Secret("MARKERextra")),)),
    replace(REQUEST, return_to="https://evil.example/?token=MARKERextra"),
    replace(REQUEST, authority="https://evil.example/?token=MARKERextra"),
    replace(REQUEST, who=FAR.who),
]


@pytest.mark.parametrize("request_", REFUSED, ids=range(len(REFUSED)))
def test_refusal_prints_no_secret(request_: EndSessionRequest, printed: Printed) -> None:
    one = host()
    with one.client() as client, pytest.raises(LogoutError) as raised:
        client.sign_out(request_)
    printed.add_error(raised.value, with_locals=False)  # a redirect address is text, and a local of the caller
    assert one.store.keys("session:alice:")


def test_wrong_types_are_refused_without_their_values(printed: Printed) -> None:
    wrong: Any = "MARKERhint"
    for request in (
        replace(REQUEST, id_token_hint=wrong),
        replace(REQUEST, who=wrong),
        replace(REQUEST, extra_parameters=(wrong,)),
        replace(REQUEST, extra_parameters=wrong),
        replace(REQUEST, who=This(Account(home_account_id="alice", id_token=wrong))),
    ):
        with host().client() as client, pytest.raises(TypeError) as raised:
            client.sign_out(request)
        printed.add(raised.value, vars(raised.value))


@pytest.mark.parametrize("callback", ["keys", "read", "commit", "navigate", "send", "dismiss", "on_event"])
@pytest.mark.parametrize("kind", [RuntimeError, exeunt.Unavailable, exeunt.Broken])
def test_text_of_a_raising_host_goes_no_further(
    callback: str, kind: type[Exception], printed: Printed, capfd: pytest.CaptureFixture[str]
) -> None:
    def before(name: str) -> None:
        if name == callback:
            raise kind("MARKERreason")

    one = host(before)
    with one.client() as client:
        try:
            printed.add(client.sign_out(replace(REQUEST, mode=ALICE_BY_POPUP.mode)))
            printed.add(client.complete(one.returned()))
        except LogoutError as error:
            # What the host raised is the cause, in its own words; ours must not repeat them.
            assert error.__cause__ is not None
            printed.add(error)
            printed.text += "".join(traceback.format_exception(error, chain=False))
    captured = capfd.readouterr()
    printed.text += captured.out + captured.err


@pytest.mark.parametrize("callback", ["keys", "read", "commit"])
def test_traceback_of_a_raising_host_shows_no_secret_even_with_locals(callback: str, printed: Printed) -> None:
    def before(name: str) -> None:
        if name == callback:
            raise RuntimeError("out of order")

    with host(before).client() as client, pytest.raises(LogoutError) as raised:
        client.sign_out(REQUEST)
    printed.add_error(raised.value)


def test_log_has_one_line_for_an_outcome(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "exeunt")
    one = host()
    with one.client() as client:
        outcome = client.sign_out(REQUEST)
        client.complete(one.returned())
    assert caplog.messages == [
        f"sign-out {outcome.id}: application ended (read_back), provider pending",
        f"sign-out {outcome.id}: application ended (read_back), provider unconfirmed (returned_with_state)",
    ]


def test_log_names_what_a_host_raised_by_type_only(caplog: pytest.LogCaptureFixture) -> None:
    def before(name: str) -> None:
        if name == "on_event":
            raise RuntimeError("MARKERreason")

    with host(before).client() as client:
        client.sign_out(REQUEST)
    warnings = {record.getMessage() for record in caplog.records if record.levelno == logging.WARNING}
    assert warnings == {"LogoutListener.on_event raised RuntimeError"}
