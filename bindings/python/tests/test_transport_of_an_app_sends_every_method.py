"""A transport that an app writes with the standard library sends what the core hands to it: DELETE with a body too."""

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import exeunt
import pytest
from exeunt import (
    Account,
    EndSessionRequest,
    HttpAnswer,
    HttpCall,
    RevocationStatus,
    Secret,
    This,
    Token,
    TokenKind,
)
from samples import SERVER, Host

TOKEN = Secret("gho_MARKER")
REQUEST = EndSessionRequest(
    who=This(Account(home_account_id="alice", tokens=(Token(kind=TokenKind.ACCESS_TOKEN, value=TOKEN),))),
    revoke_tokens=True,
)


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Loopback:
    """A server on a loopback socket that keeps what it is sent, and the transport that sends everything there."""

    def __init__(self, server: HTTPServer) -> None:
        self._address = ("127.0.0.1", server.server_port)
        self.seen: list[Seen] = []

    def send(self, call: HttpCall, /) -> HttpAnswer:
        connection = http.client.HTTPConnection(*self._address, timeout=call.timeout_ms / 1000)
        address = urlsplit(call.url.reveal())
        body = None if call.body is None else call.body.reveal().encode()
        headers = {header.name: header.value.reveal() for header in call.headers}
        try:
            connection.request(call.method.name, address.path, body, {**headers, "Host": address.netloc})
            answer = connection.getresponse()
            return HttpAnswer(status=answer.status, headers=(), body=answer.read())
        finally:
            connection.close()


@contextmanager
def loopback(status: int) -> Iterator[Loopback]:
    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            """Take one request of any method."""
            self.raw_requestline = self.rfile.readline()
            assert self.parse_request()
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): text for name, text in self.headers.items()}
            made.seen.append(Seen(self.command, self.path, headers, body))
            self.send_response_only(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Loopback(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "becomes"), [(204, RevocationStatus.REVOKED), (422, RevocationStatus.REFUSED)])
def test_delete_arrives_with_credentials_and_body(status: int, becomes: RevocationStatus) -> None:
    config = replace(SERVER, provider=exeunt.Github(), post_logout_redirect_uri=None, redirect_uri=None)
    with loopback(status) as app, exeunt.LogoutClient(config, Host().store, transport=app) as client:
        outcome = client.sign_out(REQUEST)
    (seen,) = app.seen
    assert (seen.method, seen.path, seen.headers["host"]) == ("DELETE", "/applications/app/token", "api.github.com")
    assert seen.headers["authorization"] == f"Basic {base64.b64encode(b'app:s3cret').decode()}"
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body) == {"access_token": TOKEN.reveal()}
    assert [one.status for one in outcome.revocations if one.token is TokenKind.ACCESS_TOKEN] == [becomes]
    assert TOKEN.reveal() not in repr(outcome)


def test_post_arrives_with_its_form() -> None:
    with loopback(200) as app, exeunt.LogoutClient(SERVER, Host().store, transport=app) as client:
        outcome = client.sign_out(replace(REQUEST, who=This(Account(home_account_id="alice"))))
    (seen,) = app.seen
    assert (seen.method, seen.path, seen.headers["host"]) == ("POST", "/revoke", "op.example.com")
    assert seen.body == b"token=refresh&token_type_hint=refresh_token"
    assert [one.status for one in outcome.revocations] == [RevocationStatus.REVOKED]
