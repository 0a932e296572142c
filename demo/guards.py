"""The guard in front of every page: the request is meant for us, and what changes something comes from our own page."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OwnPagesOnly:
    """Refuses other hosts (a name that was made to point here), and every POST that another site's page sends.

    The session cookie is SameSite=Lax, which keeps it out of such a POST as well; but other ports of one host count
    as the same site, so the Origin decides.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._origin = public_url
        self._host = urlsplit(public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if headers.get("host") != self._host:
                refusal = PlainTextResponse("There is nothing at this address.\n", 421)
                return await refusal(scope, receive, send)
            if scope["method"] not in ("GET", "HEAD") and headers.get("origin") != self._origin:
                refusal = PlainTextResponse("This has to be asked for on our own page.\n", 403)
                return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)
