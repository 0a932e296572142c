"""The guard in front of every page: the request is meant for us, and what changes something comes from our own page."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OwnPagesOnly:
    """Refuses other hosts (a name that was made to point here), and every POST that another site's page sends.

    Whoever types localhost on this machine is led to the public address: cookies belong to one name.

    The session cookie is SameSite=Lax, which keeps it out of such a POST as well; but other ports of one host count
    as the same site, so the Origin decides.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._origin = public_url
        public = urlsplit(public_url)
        self._host = public.netloc
        self._typed = f"localhost:{public.port}" if public.hostname == "127.0.0.1" else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if self._typed and headers.get("host") == self._typed and scope["method"] in ("GET", "HEAD"):
                return await RedirectResponse(self._origin + "/")(scope, receive, send)
            if headers.get("host") != self._host:
                refusal = PlainTextResponse("There is nothing at this address.\n", 421)
                return await refusal(scope, receive, send)
            if scope["method"] not in ("GET", "HEAD") and headers.get("origin") != self._origin:
                refusal = PlainTextResponse("This has to be asked for on our own page.\n", 403)
                return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)
