"""Serves the back end as a process manager would start it: ``python -m demo.serve``, told by the environment."""

import os
import socket
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from demo.app import Backend
from demo.settings import Settings, from_environment


def server(app: Starlette) -> uvicorn.Server:
    """Give a server without an access log: addresses carry codes and states."""
    return uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False))


def serve(settings: Settings, backend: Backend) -> None:
    """Serve on the socket that was handed down (DEMO_SOCKET, its number), or on the port of the public address."""
    given = os.environ.get("DEMO_SOCKET")
    port = urlsplit(settings.public_url).port or 0
    listening = socket.socket(fileno=int(given)) if given else socket.create_server(("127.0.0.1", port))
    server(backend.app()).run([listening])


def main() -> None:
    """Serve as the environment says."""
    settings = from_environment()
    serve(settings, Backend(settings))


if __name__ == "__main__":
    main()
