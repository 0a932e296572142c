"""The host that a case describes."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import exeunt
from exeunt import Change, Commit, Done, Guarantee, Header, HostError, HttpAnswer, Navigated, Secret

from cases.decode import CaseError, only, snake
from cases.projection import Names, request, state_of

_IN_INDEX = re.compile(r"(?P<index>exeunt\.(?:due|old)\.)(?P<time>[0-9]{12})(?P<rest>\..*)", re.DOTALL)

HOST_ERRORS = {snake(kind.__name__): kind for kind in HostError.__subclasses__()}


class Unexpected(Exception):
    """What a host raises that nobody foresaw."""


def raise_named(how: str) -> None:
    if how == "throws":
        raise Unexpected
    if how not in HOST_ERRORS:
        raise CaseError(f"no failure: {how}")
    raise HOST_ERRORS[how]("scripted")


def _older(value: Any, seconds: int) -> Any:
    if isinstance(value, list):
        return [_older(one, seconds) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: member - seconds if type(member) is int and name.endswith(("_at", "_until")) else _older(member, seconds)
        for name, member in value.items()
    }


class Store:
    def __init__(self, entries: dict[str, str], script: Any) -> None:
        self.entries = dict(entries)
        self._calls: Counter[str] = Counter()
        self.follow(script)

    def follow(self, script: Any) -> None:
        self._script = only(script, "guarantee", "fails", "ignores_removals", "ignores_writes")
        for fault in self._script.get("fails", []):
            only(fault, "method", "from", "to", "how")

    def keys(self, prefix: str, /) -> list[str]:
        self._count("keys")
        return [key for key in self.entries if key.startswith(prefix)]

    def read(self, keys: Sequence[str], /) -> list[Secret | None]:
        special = self._count("read", "short")
        values = [None if (value := self.entries.get(key)) is None else Secret(value) for key in keys]
        return values[:-1] if special else values

    def commit(self, change: Change, /) -> Commit:
        if self._count("commit", "conflict"):
            return Commit.CONFLICT
        wanted = {one.key: None if one.value is None else one.value.reveal() for one in change.require}
        if any(self.entries.get(key) != value for key, value in wanted.items()):
            return Commit.CONFLICT
        for entry in change.write:
            if not entry.key.startswith(tuple(self._script.get("ignores_writes", []))):
                self.entries[entry.key] = entry.value.reveal()
        for key in change.remove:
            if not key.startswith(tuple(self._script.get("ignores_removals", []))):
                self.entries.pop(key, None)
        return Commit.COMMITTED

    def guarantee(self) -> Guarantee:
        self._count("guarantee")
        return Guarantee(self._script.get("guarantee", "atomic"))

    def time_passes(self, seconds: int) -> None:
        """Age what is ours: every time in it moves into the past, by names and types alone."""
        for key, text in self.entries.items():
            if key.startswith("exeunt."):
                try:
                    value = json.loads(text)
                except ValueError:
                    continue
                if isinstance(value, dict):
                    self.entries[key] = json.dumps(_older(value, seconds))
        # The index of a server has its times in its keys.
        for key, found in [(key, _IN_INDEX.fullmatch(key)) for key in self.entries]:
            if found:
                time = max(int(found["time"]) - seconds, 0)
                self.entries[f"{found['index']}{time:012}{found['rest']}"] = self.entries.pop(key)

    def _count(self, method: str, special: str = "") -> bool:
        """Count a call. Raise what the script has for it, or tell that it is the special one."""
        self._calls[method] += 1
        number = self._calls[method]
        for fault in self._script.get("fails", []):
            if fault["method"] == method and fault["from"] <= number <= fault.get("to", number):
                if fault["how"] == special:
                    return True
                raise_named(fault["how"])
        return False


class Host:
    """Navigator, transport and listener in one."""

    def __init__(self, script: Any, names: Names) -> None:
        known = ("navigator", "dismiss", "listener", "http", "transport", "store")
        self._script = only(script, *known)
        self._names = names
        self._rules = [
            only(rule, "method", "url", "times", "status", "headers", "body", "fails")
            for rule in self._script.get("http", [])
        ]
        self.client: exeunt.LogoutClient | None = None
        self.navigations: list[exeunt.Navigation] = []
        self.dismissed = 0
        self.events: list[exeunt.LogoutEvent] = []
        self.requests: list[Any] = []

    def navigate(self, navigation: exeunt.Navigation, /) -> Navigated:
        self.navigations.append(navigation)
        self._names.see_navigation(navigation)
        how = self._script["navigator"]
        if how in ("throws", "offline"):
            raise_named(how)
        if how == "completes":
            if self.client is None:
                raise CaseError("no client to complete with")
            self.client.complete(f"{navigation.redirect_uri}?state={quote(state_of(navigation) or '', safe='')}")
            return Navigated.STARTED
        return Navigated(how)

    def dismiss(self, _: str, /) -> Done:
        self.dismissed += 1
        if "dismiss" in self._script:
            raise_named(self._script["dismiss"])
        return Done.DONE

    def on_event(self, event: exeunt.LogoutEvent, /) -> Done:
        self.events.append(event)
        if "listener" in self._script:
            raise_named(self._script["listener"])
        return Done.DONE

    def send(self, call: exeunt.HttpCall, /) -> HttpAnswer:
        self.requests.append(request(call))
        for rule in self._rules:
            if (rule["method"], rule["url"]) == (call.method.value, call.url.reveal()) and rule.get("times", 1):
                if "times" in rule:
                    rule["times"] -= 1
                if "fails" in rule:
                    raise_named(rule["fails"])
                headers = tuple(Header(name=name, value=Secret(text)) for name, text in rule.get("headers", {}).items())
                return HttpAnswer(status=rule["status"], headers=headers, body=rule.get("body", "").encode())
        raise exeunt.Offline("scripted")
