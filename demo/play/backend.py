"""The back end on a free port of loopback, for as long as the play lasts."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from exeunt import ClientConfig, LogoutListener

from demo.app import Backend
from demo.play.provider import Provider
from demo.play.stage import Stage
from demo.play.witness import WatchedStore, WatchedTransport
from demo.serve import server
from demo.settings import Settings


def free_port() -> socket.socket:
    """Take a free port of loopback. It listens at once, so nobody has to wait for the server behind it."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.set_inheritable(True)
    return listening


def address_of(listening: socket.socket) -> str:
    """Give the address by which browsers reach this port."""
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def settings_for(listening: socket.socket, provider: Provider, folder: Path) -> Settings:
    """Put together what the back end is told."""
    return Settings(
        public_url=address_of(listening),
        issuer=provider.issuer,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        store=folder / "sessions.sqlite",
        authority=provider.certificate,
    )


@contextmanager
def running(
    listening: socket.socket,
    settings: Settings,
    *,
    config: ClientConfig | None = None,
    listeners: Sequence[LogoutListener] = (),
    shown_on: Stage | None = None,
) -> Iterator[Backend]:
    """Run the back end on a thread; on a stage everybody sees what it does."""
    store = WatchedStore(settings.store, shown_on) if shown_on else None
    transport = WatchedTransport(shown_on) if shown_on else None
    backend = Backend(settings, config=config, listeners=listeners, store=store, transport=transport)
    serving = server(backend.app())
    thread = threading.Thread(target=serving.run, args=([listening],), name="back end")
    thread.start()
    try:
        yield backend
    finally:
        serving.should_exit = True
        thread.join()
