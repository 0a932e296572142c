"""Runs one case: makes the client, takes the steps, compares what became of them."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import exeunt
from exeunt import CancelReason, ClientConfig, EndSessionRequest, LogoutClient, LogoutError

from cases import projection
from cases.decode import CaseError, decode, only, record
from cases.projection import Names
from cases.scripted_host import Host, Store

CASES = Path(__file__).parents[4] / "tests" / "cases"


class Mismatch(AssertionError):
    """What happened is not what the case expects."""


def load() -> list[dict[str, Any]]:
    """All cases of all files."""
    return [case for path in sorted(CASES.glob("*.json")) for case in json.loads(path.read_text("utf-8"))]


def planted() -> list[dict[str, Any]]:
    """The cases that are wrong on purpose."""
    cases: list[dict[str, Any]] = json.loads((CASES / "planted" / "wrong.json").read_text("utf-8"))
    return cases


def run(case: Any) -> None:
    """Run one case, or raise `Mismatch` or `CaseError`."""
    only(case, "name", "source", "given", "expect")
    given = only(_repeat(case["given"]), "config", "store", "host", "steps")
    expect = only(
        case["expect"],
        *("error", "steps", "store", "keys", "own_keys", "navigations", "dismissed", "events", "event_ids", "http"),
    )
    _Run(given).check(expect)


def _repeat(value: Any) -> Any:
    """Write `{a*3}` out as `aaa`."""
    if isinstance(value, str):
        return re.sub(r"\{([^{}*]+)\*(\d+)\}", lambda found: found[1] * int(found[2]), value)
    if isinstance(value, list):
        return [_repeat(one) for one in value]
    if isinstance(value, dict):
        return {key: _repeat(one) for key, one in value.items()}
    return value


class _Run:
    def __init__(self, given: dict[str, Any]) -> None:
        script = given.get("host", {})
        self.names = Names()
        self.host = Host(script, self.names)
        self.store = Store(given.get("store", {}), script.get("store", {}))
        self.error: Any = None
        self.results: list[Any] = []
        self._lease: exeunt.Lease | None = None
        config = record(ClientConfig, given["config"])
        with_navigator = script.get("navigator", "absent") != "absent"
        if script.get("transport", "absent") != "absent":
            raise CaseError("transport is absent, or not mentioned")
        try:
            client = LogoutClient(
                config,
                self.store,
                navigator=self.host if with_navigator else None,
                transport=None if "transport" in script else self.host,
                listeners=[self.host],
            )
        except LogoutError as error:
            self.error = _error(error)
            return
        with client:
            self.client = self.host.client = client
            for step in given.get("steps", []):
                ((verb, argument),) = step.items()
                take = getattr(self, f"do_{verb}", None)
                if take is None:
                    raise CaseError(f"no verb: {verb}")
                try:
                    self.results.append(take(argument))
                except LogoutError as error:
                    self.results.append(_error(error))

    def request(self, argument: Any) -> EndSessionRequest:
        request: EndSessionRequest = record(EndSessionRequest, argument)
        if request.ticket is None:
            return request
        return replace(request, ticket=exeunt.Secret(self.names.fill(request.ticket.reveal())))

    def do_plan(self, argument: Any) -> Any:
        return projection.plan(self.client.plan(record(EndSessionRequest, argument)))

    def do_sign_out(self, argument: Any) -> Any:
        return self.begun(self.client.sign_out(self.request(argument)))

    def do_logout(self, argument: Any) -> Any:
        only(argument)
        return self.begun(self.client.logout())

    def do_run(self, argument: Any) -> Any:
        parts = only(argument, "request", "between")
        plan = self.client.plan(self.request(parts["request"]))
        between = only(parts.get("between", {}), "put", "remove")
        self.do_put(between.get("put", {}))
        self.do_remove(between.get("remove", []))
        return self.begun(self.client.run(plan))

    def do_complete(self, argument: Any) -> Any:
        parts = {name: self.names.fill(text) for name, text in only(argument, "url", "ticket").items()}
        found = self.client.complete(parts["url"], parts.get("ticket"))
        if not isinstance(found, exeunt.NotOurs):
            self.names.see_outcome(found.outcome, begun=False)
        return projection.completion(found)

    def do_cancel(self, argument: Any) -> Any:
        parts = only(argument, "id", "reason")
        return self.known(self.client.cancel(self.names.fill(parts["id"]), decode(CancelReason, parts["reason"])))

    def do_outcome(self, argument: Any) -> Any:
        return self.known(self.client.outcome(self.names.fill(only(argument, "id")["id"])))

    def do_proof(self, argument: Any) -> Any:
        navigation = self.client.proof(self.names.fill(only(argument, "id")["id"]))
        self.names.see_navigation(navigation)
        return {**projection.navigation(navigation), "reply": projection.write(navigation.reply())}

    def do_registration(self, argument: Any) -> Any:
        only(argument)
        return projection.write(self.client.registration())

    def do_pending(self, argument: Any) -> Any:
        waiting = self.client.pending(only(argument, "account").get("account"))
        written = [{"accounts": list(one.accounts), "provider": projection.write(one.provider)} for one in waiting]
        return {"pending": sorted(written, key=json.dumps)}

    def do_accounts(self, argument: Any) -> Any:
        only(argument)
        return {"accounts": sorted(account.home_account_id for account in self.client.accounts())}

    def do_read_id_token(self, argument: Any) -> Any:
        return projection.write(exeunt.read_id_token_unverified(only(argument, "token")["token"]))

    def do_ticket_in_cookies(self, argument: Any) -> Any:
        ticket = exeunt.ticket_in_cookies(self.names.fill(only(argument, "header")["header"]))
        return {} if ticket is None else {"ticket": ticket.reveal()}

    def do_resume(self, argument: Any) -> Any:
        resumed = self.client.resume(decode(int, only(argument, "limit")["limit"]))
        for outcome in resumed.outcomes:
            self.names.see_outcome(outcome, begun=False)
        return projection.resumed(resumed)

    def do_signed_in(self, argument: Any) -> Any:
        parts = only(argument, "account", "id_token", "ticket")
        self.client.signed_in(parts["account"], parts.get("id_token"), self.ticket(parts))
        return {}

    def do_login_advice(self, argument: Any) -> Any:
        parts = only(argument, "account", "ticket")
        return projection.advice(self.client.login_advice(parts.get("account"), self.ticket(parts)))

    def do_lease(self, argument: Any) -> Any:
        self._lease = self.client.lease(only(argument, "account")["account"])
        return {}

    def do_save(self, argument: Any) -> Any:
        entries = [exeunt.Entry(key=key, value=exeunt.Secret(text)) for key, text in argument.items()]
        return {"saved": projection.write(self.client.save(self.leased(), entries))}

    def do_still_valid(self, argument: Any) -> Any:
        only(argument)
        return {"still_valid": self.client.still_valid(self.leased())}

    def do_put(self, argument: Any) -> Any:
        self.store.entries.update({self.names.fill(key): self.names.fill(text) for key, text in argument.items()})
        return {}

    def do_remove(self, argument: Any) -> Any:
        for key in argument:
            self.store.entries.pop(key, None)
        return {}

    def do_faults(self, argument: Any) -> Any:
        self.store.follow(argument)
        return {}

    def do_time_passes(self, argument: Any) -> Any:
        self.store.time_passes(decode(int, only(argument, "seconds")["seconds"]))
        return {}

    def ticket(self, parts: dict[str, Any]) -> str | None:
        return self.names.fill(parts["ticket"]) if "ticket" in parts else None

    def leased(self) -> exeunt.Lease:
        if self._lease is None:
            raise CaseError("no lease was taken")
        return self._lease

    def begun(self, outcome: exeunt.LogoutOutcome) -> Any:
        self.names.see_outcome(outcome, begun=True)
        return projection.outcome(outcome)

    def known(self, outcome: exeunt.LogoutOutcome) -> Any:
        self.names.see_outcome(outcome, begun=False)
        return projection.outcome(outcome)

    def check(self, expect: dict[str, Any]) -> None:
        if "error" in expect or self.error is not None:
            _same("error", {"error": self.error} if self.error is None else self.error, {"error": expect.get("error")})
            return
        steps = expect.get("steps", [])
        if len(steps) != len(self.results):
            raise CaseError(f"{len(self.results)} steps, {len(steps)} expected results")
        for number, (result, wanted) in enumerate(zip(self.results, steps, strict=True), 1):
            _same(f"step {number}", self.names.hide(result), wanted)
        own = {key: value for key, value in self.store.entries.items() if key.startswith("exeunt.")}
        others = {key: value for key, value in self.store.entries.items() if key not in own}
        found = {
            "store": others,
            "keys": sorted(others),
            "own_keys": sum(key.startswith("exeunt.pending.") for key in own),
            "navigations": projection.write(self.host.navigations),
            "dismissed": self.host.dismissed,
            "events": [event.kind.value for event in self.host.events],
            "event_ids": projection.write(self.host.events),
            "http": self.host.requests,
        }
        for name in expect.keys() - {"steps"}:
            wanted = sorted(expect[name]) if name == "keys" else expect[name]
            if self.names.hide(found[name]) != wanted:
                raise Mismatch(f"{name}: {self.names.hide(found[name])!r}, expected {wanted!r}")


def _error(error: LogoutError) -> dict[str, Any]:
    return {"error": {"code": error.code} | ({} if error.rule is None else {"rule": error.rule})}


def _same(where: str, found: Any, wanted: Any) -> None:
    """Compare the keys that are expected; outcomes inside another result and an error in part likewise."""
    if "error" in found and "error" not in wanted:
        raise Mismatch(f"{where}: an error, {found['error']!r}")
    for name, value in wanted.items():
        if name not in found:
            raise Mismatch(f"{where}: no {name} in {sorted(found)}")
        if name in ("matched", "already_handled", "outcome", "error") and isinstance(found[name], dict):
            _same(f"{where}, {name}", found[name], value)
        elif name == "outcomes" and len(value) == len(found[name]):
            for number, (one, inner) in enumerate(zip(found[name], value, strict=True), 1):
                _same(f"{where}, {name} {number}", one, inner)
        elif found[name] != value:
            raise Mismatch(f"{where}, {name}: {found[name]!r}, expected {value!r}")
