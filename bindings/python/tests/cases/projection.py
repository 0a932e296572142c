"""Writes results as JSON, with what is drawn at random replaced by its name."""

import re
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import exeunt

from cases.decode import snake

VARIANTS = (exeunt.SessionStatus | exeunt.PlanWarning | exeunt.LogoutStep | exeunt.Completion).__args__
LEFT_OUT = ("id", "accounts", "ticket", "frame_parent")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RANDOM_PARAMETERS = re.compile(r"(?<=[?&])(nonce|code_challenge)=[^&#]+")


def write(value: Any) -> Any:
    """Any value of the API. Absent values are left out."""
    if isinstance(value, exeunt.LogoutOutcome):
        return outcome(value)
    if isinstance(value, exeunt.Navigation):
        return navigation(value)
    if isinstance(value, exeunt.Reply):
        return {"status": value.status, "headers": _pairs(value.headers), "body": value.body.reveal()}
    if isinstance(value, exeunt.Secret):
        return value.reveal()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [write(one) for one in value]
    if is_dataclass(value):
        members = {f.name: getattr(value, f.name) for f in fields(value)}
        content = _present(members)
        if isinstance(value, VARIANTS):
            return {snake(type(value).__name__): content} if members else snake(type(value).__name__)
        return content
    return value


def outcome(value: exeunt.LogoutOutcome) -> dict[str, Any]:
    return {
        **_present({f.name: getattr(value, f.name) for f in fields(value) if f.name not in LEFT_OUT}),
        "kept": [_present({"purpose": one.purpose, "account": one.account}) for one in value.kept],
        "accounts": {one.account: write(one.status) for one in value.accounts},
        "has_ticket": value.ticket is not None,
        "signed_out_locally": value.signed_out_locally,
        "signed_out_at_provider": value.signed_out_at_provider,
        "reply": write(value.reply()),
    }


def navigation(value: exeunt.Navigation) -> dict[str, Any]:
    return {
        **_present({f.name: getattr(value, f.name) for f in fields(value) if f.name not in ("id", "form")}),
        "form": _pairs(value.form),
    }


def completion(value: exeunt.Completion) -> dict[str, Any]:
    written: dict[str, Any] = write(value)
    return {**written, "reply": write(value.reply())}


def resumed(value: exeunt.Resumed) -> dict[str, Any]:
    return {
        "outcomes": write(value.outcomes),
        "more": value.next_due is not None,
        "set_aside": list(value.set_aside),
    }


def advice(value: exeunt.LoginAdvice) -> dict[str, Any]:
    return {"parameters": _pairs(value.parameters), "remains": value.since is not None}


def plan(value: exeunt.LogoutPlan) -> dict[str, Any]:
    return {
        "steps": write(value.steps),
        "warnings": write(value.warnings),
        "explain": value.explain(),
        "printed": str(value),
    }


def state_of(value: exeunt.Navigation) -> str | None:
    """The whole state of a navigation: ours, and the caller's behind a semicolon."""
    sent = dict(parse_qsl(urlsplit(value.url.reveal()).query, keep_blank_values=True))
    sent.update({field.name: field.value.reveal() for field in value.form})
    return sent.get("state")


def request(call: exeunt.HttpCall) -> dict[str, Any]:
    written = {
        "method": call.method.value,
        "url": call.url.reveal(),
        "headers": {header.name.lower(): header.value.reveal() for header in call.headers},
    }
    return written if call.body is None else {**written, "body": call.body.reveal()}


class Names:
    """What was seen of the values drawn at random."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}
        self.latest: dict[str, str] = {}
        self._named: dict[str, str] = {}

    def see(self, name: str, text: str | None, *, placeholder: bool = True) -> None:
        if text is None:
            return
        self._named.setdefault(text, f"{{{name}}}")
        if placeholder:
            self.first.setdefault(name, text)
            self.latest[name] = text

    def see_navigation(self, value: exeunt.Navigation | None) -> None:
        whole = None if value is None else state_of(value)
        self.see("state", whole and whole.split(";")[0])

    def see_outcome(self, value: exeunt.LogoutOutcome, *, begun: bool) -> None:
        self.see("id", value.id, placeholder=begun)
        self.see("ticket", value.ticket and value.ticket.reveal())
        self.see_navigation(value.next)
        if UUID.fullmatch(value.correlation_id):
            self.see("uuid", value.correlation_id, placeholder=False)

    def fill(self, text: str) -> str:
        """Put what was seen in the place of its placeholder."""

        def seen(found: re.Match[str]) -> str:
            return (self.first if found[1] else self.latest).get(found[2], found[0])

        return re.sub(r"\{(first_)?(state|id|ticket)\}", seen, text)

    def hide(self, value: Any) -> Any:
        """Put placeholders in the place of what was seen, longer texts first."""
        if isinstance(value, str):
            for text in sorted(self._named, key=len, reverse=True):
                value = value.replace(text, self._named[text])
            return RANDOM_PARAMETERS.sub(r"\1={\1}", value)
        if isinstance(value, list):
            return [self.hide(one) for one in value]
        if isinstance(value, dict):
            return {key: self.hide(one) for key, one in value.items()}
        return value


def _present(members: dict[str, Any]) -> dict[str, Any]:
    """What is there: no absent value, and no cookies where there are none."""
    there = {name: member for name, member in members.items() if member is not None}
    if there.get("cookies") == ():
        del there["cookies"]
    return {name: write(member) for name, member in there.items()}


def _pairs(parameters: tuple[exeunt.Header, ...] | tuple[exeunt.Parameter, ...]) -> list[list[str]]:
    return [[one.name, one.value.reveal()] for one in parameters]
