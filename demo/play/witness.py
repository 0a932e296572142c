"""Shows what the core does while it does it: each change of the store, and each request."""

from pathlib import Path

import httpx
from exeunt import BadAnswer, Change, Commit, Header, HttpAnswer, HttpCall, Offline, Secret, SqliteStore, TimeExpired

from demo.play.stage import Stage


class WatchedStore(SqliteStore):
    """The store, which tells of each change that concerns a sign-out."""

    def __init__(self, path: Path, stage: Stage) -> None:
        super().__init__(path)
        self._stage = stage

    def commit(self, change: Change, /) -> Commit:
        """Make the change, and tell what it was."""
        done = super().commit(change)
        recorded = any(entry.key.startswith("exeunt.pending.") for entry in change.write)
        if done is Commit.COMMITTED and recorded:
            gone = sum(key.startswith("session:") for key in change.remove)
            if gone:
                what = f"the sign-out is written down and {gone} entries of the session removed, in one transaction"
            else:
                what = "what has become of the sign-out is written down"
            self._stage.step("store", what)
        return done


class WatchedTransport:
    """A transport that tells of each request. Without it the core would send the same by itself."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def send(self, call: HttpCall, /) -> HttpAnswer:
        """Send the request as it is, and tell where it went."""
        url = httpx.URL(call.url.reveal())
        try:
            answer = httpx.request(
                call.method.value.upper(),
                url,
                headers=[(header.name, header.value.reveal()) for header in call.headers],
                content=call.body.reveal().encode() if call.body else None,
                timeout=httpx.Timeout(call.timeout_ms / 1000, connect=call.connect_timeout_ms / 1000),
                trust_env=False,
            )
        except httpx.TimeoutException as error:
            raise TimeExpired("the provider took too long") from error
        except httpx.TransportError as error:
            raise Offline("the provider could not be reached") from error
        if len(answer.content) > call.max_body_bytes:
            raise BadAnswer("the body is larger than allowed")
        self._stage.step("request", f"{call.method.value.upper()} {url.path}: {answer.status_code}")
        headers = tuple(Header(name=name, value=Secret(value)) for name, value in answer.headers.items())
        return HttpAnswer(status=answer.status_code, headers=headers, body=answer.content)
