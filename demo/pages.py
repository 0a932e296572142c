"""The pages: what is known is put into words here, and into HTML by the templates."""

import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from exeunt import (
    Ended,
    Failed,
    LogoutOutcome,
    LogoutPlan,
    NotAsked,
    Pending,
    SessionStatus,
    Unconfirmed,
    UpstreamStatus,
)
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from demo import words
from demo.sessions import User
from demo.settings import Settings

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of the three sessions, as it is drawn."""

    title: str
    place: str
    mark: str
    """`signed`, `alive` (though it should not be), `unknown`, `ended` or `none`: the dot beside the verdict."""
    verdict: str
    reason: str


class Pages:
    """The pages of one back end."""

    def __init__(self, settings: Settings) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._here = urlsplit(settings.public_url).netloc
        self._there = urlsplit(settings.issuer).netloc
        self._headers = {
            # What was shown to somebody is not shown to whoever presses "back" after them.
            "Cache-Control": "no-store",
            # A form may end at the provider: browsers apply form-action to the redirects that follow, too.
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {settings.issuer}",
            # Not `no-referrer`: with that, browsers send no Origin with our own forms.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }

    def welcome(self) -> Response:
        """Show the page to somebody of whom nothing is known."""
        cards = self._cards(
            ("none", "None", "Nobody is signed in here."),
            ("unknown", "Not known", "Only the provider knows whom it remembers in this browser."),
            ("none", "Not known", "Some providers have another one behind them, with a session of its own."),
        )
        return self._page("welcome.html", cards=cards)

    def signed_in(self, user: User, plan: LogoutPlan, here: LogoutPlan) -> Response:
        """Show who is signed in, and what signing out will do."""
        at = time.strftime("%H:%M", time.localtime(user.signed_in_at))
        cards = self._cards(
            ("signed", "Signed in", f"You are {user.name}."),
            ("signed", f"Signed in at {at}", f"It sent you here as {user.name}, and may again without a password."),
            ("none", "Not known", "If the provider asked yet another one, that one remembers you as well."),
        )
        return self._page("signed_in.html", cards=cards, user=user, plan=plan.explain(), here=here.explain())

    def signed_out(self, outcome: LogoutOutcome) -> Response:
        """Show what is known of a sign-out, and how it is known."""
        asked = outcome.upstream is not UpstreamStatus.NOT_ASKED
        cards = self._cards(
            self._drawn(outcome.application),
            self._drawn(outcome.provider),
            (
                "unknown" if asked else "none",
                "Not confirmed" if asked else "Not asked",
                words.UPSTREAM[outcome.upstream],
            ),
        )
        return self._page(
            "signed_out.html",
            cards=cards,
            headline=_headline(outcome),
            application=words.written(outcome.application),
            provider=words.written(outcome.provider),
            revocations=[words.revoked(one) for one in outcome.revocations],
            provable=not outcome.signed_out_at_provider,
            left_behind=outcome.left_behind,
        )

    def problem(self, text: str, status: int) -> Response:
        """Say what is wrong."""
        return self._page("problem.html", status, text=text.strip())

    def _drawn(self, status: SessionStatus) -> tuple[str, str, str]:
        mark = {Ended: "ended", Unconfirmed: "unknown", Pending: "unknown", Failed: "alive", NotAsked: "unknown"}
        return mark[type(status)], words.verdict(status), words.reason(status)

    def _cards(self, *sessions: tuple[str, str, str]) -> list[Card]:
        titles = ("This application", "The provider", "Behind the provider")
        places = (self._here, self._there, "Google, a company directory, …")
        return [
            Card(title=title, place=place, mark=mark, verdict=verdict, reason=reason)
            for title, place, (mark, verdict, reason) in zip(titles, places, sessions, strict=True)
        ]

    def _page(self, template: str, status: int = 200, **values: object) -> Response:
        text = self._templates.get_template(template).render(values)
        return HTMLResponse(text, status, headers=self._headers)


async def style(_: Request) -> Response:
    """Give the style sheet: the only thing that the pages load."""
    return FileResponse(HERE / "style.css")


def _headline(outcome: LogoutOutcome) -> str:
    if not outcome.signed_out_locally:
        return "Your session here could not be cleared"
    match outcome.provider:
        case Ended():
            return "You are signed out here and at the provider"
        case Failed():
            return "You are signed out here, but not at the provider"
        case NotAsked():
            return "You are signed out here only"
        case _:
            return "You are signed out here; at the provider, perhaps"
