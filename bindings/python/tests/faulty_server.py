"""A provider on loopback of whose requests one meets a fault, as `tests/transport/README.md` describes them."""

import base64
import contextlib
import json
import socket
import ssl
import struct
import threading
from pathlib import Path
from typing import Any

ROLES = {
    "/.well-known/openid-configuration": "metadata",
    "/revoke": "revocation",
    "/realms/r/protocol/openid-connect/revoke": "revocation",
    "/realms/r/protocol/openid-connect/logout": "call",
}
TLS_HANDSHAKE = 22
UNTRUSTED = Path(__file__).parents[3] / "tests" / "transport" / "untrusted.pem"


class FaultyServer:
    """Requests for `step` meet the fault; all others, and all after `recover`, are answered as they should be."""

    def __init__(self, behaviour: dict[str, Any], step: str) -> None:
        ((self._name, argument),) = behaviour.items()
        self._raw = argument.get("raw", "").encode() + base64.b64decode(argument.get("base64", ""))
        self._step = step
        self._sound = self._name == "sound"
        self._asked: list[str] = []
        self._over = threading.Event()
        # Bound, so that nobody else gets the port, but deaf until it listens.
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16) if self._listens else _bound()
        self.port: int = self._listener.getsockname()[1]
        if self._listens:
            self._start()

    @property
    def _listens(self) -> bool:
        return self._name != "refuses"

    def recover(self) -> None:
        """From now on answer everything as it should be."""
        if not self._sound and not self._listens:
            self._listener.listen(16)
            self._start()
        self._sound = True

    def asked(self) -> list[str]:
        """Say what was asked since the last time."""
        asked, self._asked = self._asked, []
        return asked

    def close(self) -> None:
        self._over.set()
        self._listener.close()

    def _start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The client may be gone, as some cells want.
        with connection, contextlib.suppress(OSError):
            self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        role = _role(_first_line(connection))
        if role:
            self._asked.append(role)
        faulty = role in (None, self._step) and not self._sound
        if faulty and self._name == "resets":
            connection.sendall(self._raw)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif role is None and self._name == "untrusted":
            self._answer_over_tls(connection)
        elif role is None:
            head = _exactly(connection, 5)
            _exactly(connection, int.from_bytes(head[3:5], "big"))
            connection.sendall(self._raw)
        else:
            _read_request(connection)
            if faulty:
                self._misbehave(connection)
            else:
                connection.sendall(self._sound_answer(role, "http"))

    def _answer_over_tls(self, connection: socket.socket) -> None:
        """Answer a client that accepts the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(UNTRUSTED)
        with context.wrap_socket(connection, server_side=True) as accepted:
            role = _role(_read_request(accepted).split(b"\r\n")[0])
            if role:
                self._asked.append(role)
                accepted.sendall(self._sound_answer(role, "https"))

    def _misbehave(self, connection: socket.socket) -> None:
        connection.sendall(self._raw)
        while self._name == "endless":
            connection.sendall(b"a" * 4096)
        while self._name == "trickles" and not self._over.wait(0.1):
            connection.sendall(b"a")
        if self._name == "silent":
            connection.recv(1)

    def _sound_answer(self, role: str, scheme: str) -> bytes:
        if role == "call":
            return b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        here = f"{scheme}://127.0.0.1:{self.port}"
        metadata = {"issuer": here, "end_session_endpoint": f"{here}/bye", "revocation_endpoint": f"{here}/revoke"}
        body = json.dumps(metadata) if role == "metadata" else ""
        kind = "Content-Type: application/json\r\n" if body else ""
        return f"HTTP/1.1 200 OK\r\n{kind}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


def _bound() -> socket.socket:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def _first_line(connection: socket.socket) -> bytes:
    """Peek, so that what resets has not read the request; what is no text is a greeting of TLS."""
    while True:
        seen = connection.recv(256, socket.MSG_PEEK)
        if not seen:
            raise ConnectionError
        if seen[0] == TLS_HANDSHAKE or b"\r\n" in seen:
            return seen.split(b"\r\n")[0]


def _role(line: bytes) -> str | None:
    return None if line[0] == TLS_HANDSHAKE else ROLES[line.decode().split(" ")[1]]


def _read_request(connection: socket.socket) -> bytes:
    """Read head and body; the answer is the head."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += _exactly(connection, 1)
    for line in head.decode().lower().splitlines():
        if line.startswith("content-length:"):
            _exactly(connection, int(line.split(":")[1]))
    return head


def _exactly(connection: socket.socket, length: int) -> bytes:
    read = b""
    while len(read) < length:
        piece = connection.recv(length - len(read))
        if not piece:
            raise ConnectionError
        read += piece
    return read
