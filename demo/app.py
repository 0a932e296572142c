"""The back end: it signs people in with a provider, and out again with exeunt. The second half is the one to copy."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from exeunt import (
    Account,
    ClientConfig,
    EndSessionRequest,
    HostError,
    HttpTransport,
    LogoutClient,
    LogoutError,
    LogoutListener,
    LogoutOutcome,
    NotOurs,
    Reach,
    Reply,
    Secret,
    SqliteStore,
    This,
    Unavailable,
    UnknownLogoutError,
    ticket_in_cookies,
)
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from demo.guards import OwnPagesOnly
from demo.pages import Pages, style
from demo.sessions import LIFETIME, PATIENCE, Session, Sessions, name_of, new_cookie
from demo.settings import Settings
from demo.sign_in import SignIn, SignInError, new_attempt


class Backend:
    """All that the back end holds while it runs. What must outlast it is in the store."""

    def __init__(
        self,
        settings: Settings,
        *,
        config: ClientConfig | None = None,
        listeners: Sequence[LogoutListener] = (),
        store: SqliteStore | None = None,
        transport: HttpTransport | None = None,
    ) -> None:
        self._settings = settings
        self._pages = Pages(settings)
        self._provider = SignIn(settings)
        self.store = store or SqliteStore(settings.store)
        self.client = LogoutClient(config or settings.logout(), self.store, transport=transport, listeners=listeners)
        self._sessions = Sessions(self.store)

    def app(self) -> Starlette:
        """Give the application."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            with self.store, self.client:
                await self._resume()
                resuming = asyncio.create_task(self._resume_every_minute())
                yield
                resuming.cancel()

        return Starlette(
            lifespan=lifespan,
            middleware=[Middleware(OwnPagesOnly, public_url=self._settings.public_url)],
            routes=[
                Route("/", self.home),
                Route("/style.css", style),
                Route("/sign-in", self.begin_sign_in, methods=["POST"]),
                Route("/callback", self.finish_sign_in),
                Route("/sign-out", self.sign_out, methods=["POST"]),
                Route("/sign-out/here", self.sign_out_here, methods=["POST"]),
                Route("/logged-out", self.come_back),
                Route("/proof/start", self.start_proof, methods=["POST"]),
                Route("/proof", self.come_back),
            ],
            exception_handlers={
                SignInError: self.not_signed_in,
                httpx.HTTPError: self.provider_is_away,
                LogoutError: self.not_signed_out,
                HostError: self.not_signed_out,  # the store did not answer us ourselves
            },
        )

    async def home(self, request: Request) -> Response:
        """Show who is signed in, or what is known of the last sign-out of this browser."""
        session = await self._session(request)
        if session:
            plan = await self.client.aplan(self._leaving(session.name, Reach.PROVIDER))
            here = await self.client.aplan(self._leaving(session.name, Reach.APP))
            return self._pages.signed_in(session.user, plan, here)
        if name := await self._interrupted(request):
            return await self._depart(request, name, Reach.PROVIDER)
        outcome = await self._last_sign_out(request)
        return self._pages.signed_out(outcome) if outcome else self._pages.welcome()

    # Signing in

    async def begin_sign_in(self, request: Request) -> Response:
        """Send the browser to the provider; after a sign-out that proved nothing, it is to ask for the password."""
        attempt = new_attempt()
        advice = await self.client.alogin_advice(ticket=ticket_of(request))
        response = redirect(await self._provider.address(attempt, advice.parameters))
        self._give_cookie(response, "sign-in", await self._sessions.begin(attempt), max_age=PATIENCE)
        return response

    async def finish_sign_in(self, request: Request) -> Response:
        """Take the provider's answer, and begin a new session under a new cookie."""
        attempt = await self._sessions.take(self._cookie(request, "sign-in"))
        user, tokens = await self._provider.redeem(dict(request.query_params), attempt)
        cookie = new_cookie()
        # First of all, so that nothing of an older sign-out reaches the new session.
        await self.client.asigned_in(name_of(cookie), tokens.id_token, ticket_of(request))
        await self._sessions.open(cookie, user, tokens)
        if before := await self._session(request):
            await self.client.asign_out(self._leaving(before.name, Reach.APP))
        response = redirect(self._settings.at("/"))
        self._give_cookie(response, "session", cookie, max_age=LIFETIME)
        self._take_cookie(response, "sign-in")
        self._take_cookie(response, "sign-out")
        return response

    # Signing out: the part to copy

    async def sign_out(self, request: Request) -> Response:
        """Sign out here and at the provider: the answer takes the browser there."""
        return await self._leave(request, Reach.PROVIDER)

    async def sign_out_here(self, request: Request) -> Response:
        """Sign out here only."""
        return await self._leave(request, Reach.APP)

    async def _leave(self, request: Request, reach: Reach) -> Response:
        session = await self._session(request)
        return await self._depart(request, session.name, reach) if session else redirect(self._settings.at("/"))

    async def _depart(self, request: Request, name: str, reach: Reach) -> Response:
        outcome = await self.client.asign_out(self._leaving(name, reach, ticket_of(request)))
        response = copied(outcome.reply())
        self._take_cookie(response, "session")
        # Drawn at random and no secret of the provider's: with it, this browser finds the outcome again.
        self._give_cookie(response, "sign-out", outcome.id)
        return response

    def _leaving(self, name: str, reach: Reach, ticket: Secret | None = None) -> EndSessionRequest:
        """Ask for the end of this one session, and of nobody else's."""
        return EndSessionRequest(
            who=This(Account(home_account_id=name)),
            reach=reach,
            return_to=self._settings.at("/"),
            ticket=ticket,
        )

    async def come_back(self, request: Request) -> Response:
        """Read the address to which the browser came back, after a sign-out or a proof."""
        # The address is our own public one: what a Host header says is of no interest.
        query = request.scope["query_string"].decode("ascii", "replace")
        url = self._settings.at(f"{request.url.path}?{query}" if query else request.url.path)
        completion = await self.client.acomplete(url, ticket_of(request))
        if isinstance(completion, NotOurs):
            reply = completion.reply()
            return self._pages.problem(reply.body.reveal(), reply.status)
        return copied(completion.reply())

    async def start_proof(self, request: Request) -> Response:
        """Send the browser to the provider with the question whether anybody is still signed in."""
        outcome = await self._last_sign_out(request)
        if outcome is None:
            return redirect(self._settings.at("/"))
        navigation = await self.client.aproof(outcome.id)
        return copied(navigation.reply())

    async def _interrupted(self, request: Request) -> str | None:
        """Give the session whose sign-out we answered with a crash: this browser has yet to go to the provider."""
        cookie = self._cookie(request, "session")
        name = name_of(cookie) if cookie else None
        return name if name and await self.client.apending(name) else None

    async def _resume(self) -> None:
        """Finish what was interrupted, by a crash of ours or a provider that did not answer."""
        with suppress(LogoutError):  # the store does not answer; it is asked again
            await self.client.aresume(100)

    async def _resume_every_minute(self) -> None:
        while True:
            await asyncio.sleep(60)
            await self._resume()

    async def _last_sign_out(self, request: Request) -> LogoutOutcome | None:
        cookie = self._cookie(request, "sign-out")
        try:
            return await self.client.aoutcome(cookie) if cookie else None
        except UnknownLogoutError:
            return None  # forgotten after a month, or not of our making

    # What went wrong

    async def not_signed_in(self, _: Request, error: Exception) -> Response:
        """Say why nobody was signed in."""
        return self._pages.problem(str(error), 400)

    async def provider_is_away(self, _: Request, __: Exception) -> Response:
        """Say that the provider does not answer."""
        return self._pages.problem("The provider does not answer. Please try again later.", 502)

    async def not_signed_out(self, _: Request, error: Exception) -> Response:
        """Say that nothing was done: exeunt raises only before the first effect."""
        again = isinstance(error, Unavailable) or (isinstance(error, LogoutError) and error.retryable)
        text = "Nothing was changed: who was signed in still is." + " Please try again." * again
        return self._pages.problem(text, 503 if again else 500)

    # Cookies: HttpOnly, Lax, and over TLS bound to this host

    async def _session(self, request: Request) -> Session | None:
        return await self._sessions.find(self._cookie(request, "session"))

    def _cookie(self, request: Request, name: str) -> str | None:
        return request.cookies.get(self._named(name))

    def _give_cookie(self, response: Response, name: str, value: str, max_age: int | None = None) -> None:
        response.set_cookie(self._named(name), value, max_age=max_age, **self._attributes())

    def _take_cookie(self, response: Response, name: str) -> None:
        response.delete_cookie(self._named(name), **self._attributes())

    def _named(self, name: str) -> str:
        return f"__Host-demo-{name}" if self._settings.secure else f"demo-{name}"

    def _attributes(self) -> dict[str, Any]:
        return {"path": "/", "httponly": True, "samesite": "lax", "secure": self._settings.secure}


def ticket_of(request: Request) -> Secret | None:
    """Give what an earlier sign-out left in this browser."""
    return ticket_in_cookies(request.headers.get("cookie", ""))


def copied(reply: Reply) -> Response:
    """Copy a reply of exeunt's as it is. Headers are appended, since a name may occur twice."""
    response = Response(reply.body.reveal(), reply.status)
    for header in reply.headers:
        response.headers.append(header.name, header.value.reveal())
    return response


def redirect(url: str) -> Response:
    """Answer with 303, so that a POST becomes a GET; nothing of it is kept."""
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
