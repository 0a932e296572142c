"""One person with a browser that has no screen: a jar of cookies, and every step in plain sight."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Literal
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from demo.play.provider import PASSWORD

Answer = Literal["yes", "no"]
# Values that are no secrets; of everything else only the name is told.
_OPEN = {
    "client_id",
    "code_challenge_method",
    "error",
    "iss",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "response_type",
    "scope",
}
_LONGEST_WORD = 24  # of a path; what is longer was drawn at random
_MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page at which the browser came to rest."""

    url: str
    status: int
    text: str

    @property
    def heading(self) -> str:
        """What stands at its head."""
        found = re.search(r"<h1>(.*?)</h1>", self.text, re.DOTALL)
        return unescape(found[1]).strip() if found else ""

    def says(self, element: str) -> str:
        """Give the text of the element with this id."""
        found = re.search(rf'<\w+ id="{re.escape(element)}">([^<]*)<', self.text)
        return unescape(found[1]) if found else ""


def told(url: str) -> str:
    """Write an address without its secrets."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    shown = ", ".join(f"{name}={value if name in _OPEN else '***'}" for name, value in pairs)
    path = "/".join(part if len(part) <= _LONGEST_WORD else "***" for part in parts.path.split("/"))
    return f"{parts.scheme}://{parts.netloc}{path}" + (f" with {shown}" if shown else "")


class Visitor:
    """Alice, or Bob."""

    def __init__(self, name: str, rp: str, tell: Callable[[str], None] = lambda _: None) -> None:
        self.name = name
        self.was_asked = False
        """Whether the last sign-in asked for the password."""
        self.trail: list[str] = []
        """Every address, in order."""
        self._rp = rp
        self._tell = tell
        self._http = httpx.Client(trust_env=False, timeout=30)

    def close(self) -> None:
        """Close the browser."""
        self._http.close()

    def told_by_provider(self, parameter: str) -> str | None:
        """Give what the provider last sent back with the browser under this name."""
        queries = (dict(parse_qsl(urlsplit(url).query)) for url in reversed(self.trail) if url.startswith(self._rp))
        return next((query[parameter] for query in queries if parameter in query), None)

    def home(self) -> Page:
        """Open the application."""
        return self._go("GET", self._rp + "/")

    def sign_in(self) -> Page:
        """Sign in, with the password if the provider asks for it."""
        page = self._go("POST", self._rp + "/sign-in")
        self.was_asked = 'name="password"' in page.text
        if self.was_asked:
            page = self._go("POST", page.url, {"login": self.name.lower(), "password": PASSWORD})
        return page

    def sign_out(self) -> Page:
        """Ask the application to sign out; the browser comes to rest at the provider's question."""
        return self._go("POST", self._rp + "/sign-out")

    def answer(self, page: Page, answer: Answer) -> Page:
        """Answer the provider's question."""
        form = re.search(r'<form id="op\.logoutForm"[^>]*action="([^"]*)".*?</form>', page.text, re.DOTALL)
        hidden = re.search(r'name="xsrf" value="([^"]*)"', page.text)
        if not form or not hidden:
            raise LookupError(f"this page asks nothing: {page.heading or page.status}")
        fields = {"xsrf": unescape(hidden[1])} | ({"logout": "yes"} if answer == "yes" else {})
        return self._go("POST", urljoin(page.url, unescape(form[1])), fields)

    def ask_for_proof(self) -> Page:
        """Ask the application for a proof."""
        return self._go("POST", self._rp + "/proof/start")

    def _go(self, method: str, url: str, form: dict[str, str] | None = None) -> Page:
        for _ in range(_MOST_STEPS):
            parts = urlsplit(url)
            headers = {"Accept": "text/html"}
            if method == "POST":
                headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
            self._tell(f"{method} {told(url)}")
            self.trail.append(url)
            answer = self._http.request(method, url, data=form, headers=headers)
            if not answer.has_redirect_location:
                return Page(url, answer.status_code, answer.text)
            method, url, form = "GET", urljoin(url, answer.headers["location"]), None
        raise LookupError(f"the browser was sent around in circles, last to {told(url)}")
