"""What happens in the play, and what has to come out of it."""

from dataclasses import dataclass

import httpx
from exeunt import (
    Account,
    Done,
    Ended,
    EndSessionRequest,
    Evidence,
    Failed,
    Failure,
    LogoutEvent,
    LogoutOutcome,
    Reach,
    RevocationStatus,
    SessionStatus,
    This,
    Unconfirmed,
)

from demo import words
from demo.app import Backend
from demo.play.provider import Provider
from demo.play.stage import Stage
from demo.play.visitor import Answer, Visitor
from demo.sessions import ENTRIES

WORDS: dict[Answer, str] = {"yes": "Yes, sign me out", "no": "No, stay signed in"}
SAYS: dict[Answer, str] = {"yes": "login_required", "no": "consent_required"}
MEANS: dict[Answer, SessionStatus] = {"yes": Ended(Evidence.LOGIN_REQUIRED), "no": Failed(Failure.STILL_SIGNED_IN)}


class Ear:
    """Hears what the core tells its listeners, and tells it on."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.last_id = ""
        """The sign-out that was last heard of."""

    def on_event(self, event: LogoutEvent) -> Done:
        """Hear of one event."""
        self.last_id = event.id
        self._stage.step("event", event.kind.value)
        return Done.DONE


@dataclass(frozen=True, slots=True)
class Seen:
    """What one sign-out showed, piece by piece."""

    returned: bool
    revoked: bool
    inactive: bool
    proof: str | None
    outcome: LogoutOutcome

    def column(self) -> tuple[str, ...]:
        """Say it in words."""
        return (
            "yes" if self.returned else "no",
            "accepted (200)" if self.revoked else "not accepted",
            "inactive" if self.inactive else "active",
            self.proof or "nothing",
            words.verdict(self.outcome.provider).lower(),
        )


ROWS = (
    "Came back with the right state",
    "Revocation of both tokens",
    "Introspection of both tokens",
    "Answer to prompt=none",
    "Session at the provider",
)


class Play:
    """One performance."""

    def __init__(self, stage: Stage, backend: Backend, provider: Provider, rp: str, ear: Ear) -> None:
        self._stage = stage
        self._backend = backend
        self._provider = provider
        self._ear = ear
        self._alice = Visitor("Alice", rp, lambda what: stage.step("Alice", what))
        self._bob = Visitor("Bob", rp)  # he does nothing that Alice does not do

    def perform(self, answer: Answer) -> None:
        """Play it through."""
        try:
            self._perform(answer)
        finally:
            self._alice.close()
            self._bob.close()

    def _perform(self, answer: Answer) -> None:
        stage = self._stage
        stage.heading("Bob and Alice sign in, each with a browser of their own")
        page = self._bob.sign_in()
        stage.expect(
            "Bob is signed in, with his password.", happened=page.heading == "Hello, Bob" and self._bob.was_asked
        )
        bobs = self._stored()
        self._list_store("The store, with his session under a name that is the hash of his cookie:")
        page = self._alice.sign_in()
        stage.expect(
            "Alice is signed in, with her password.", happened=page.heading == "Hello, Alice" and self._alice.was_asked
        )
        self._list_store("The store now:")

        first = self._sign_out(answer, tell_plan=True)

        stage.heading("The store")
        self._list_store("Of sessions it holds:")
        left = self._stored()
        stage.expect("Alice's session is gone; Bob's is what it was, entry by entry.", happened=left == bobs)
        page = self._bob.home()
        stage.expect("Bob goes on working.", happened=page.heading == "Hello, Bob")

        if answer == "yes":
            stage.heading("The evidence")
            stage.table(("", "after Yes"), tuple(zip(ROWS, first.column(), strict=True)))
            stage.say("")
            stage.say("The first three lines look the same after a No: see it with ANSWER=no make demo.")
        else:
            self._other_answer(first)

    def _other_answer(self, declined: Seen) -> None:
        stage = self._stage
        stage.heading("The other answer, for comparison")
        page = self._alice.sign_in()
        stage.expect(
            "Alice is signed in again, and was asked for her password: that session never ended, so exeunt advised it.",
            happened=page.heading == "Hello, Alice" and self._alice.was_asked,
        )
        agreed = self._sign_out("yes", tell_plan=False)
        stage.heading("The evidence, side by side")
        stage.table(("", "after No", "after Yes"), tuple(zip(ROWS, declined.column(), agreed.column(), strict=True)))
        stage.say("")
        alike = declined.column()[:3] == agreed.column()[:3]
        stage.expect("Return, revocation and introspection look the same; only the proof tells.", happened=alike)

    def _sign_out(self, answer: Answer, *, tell_plan: bool) -> Seen:
        stage, alice = self._stage, self._alice
        [name] = {key.split(":")[1] for key in self._stored()} - {self._name_of_bob()}
        tokens = self._backend.store.read([f"session:{name}:{entry}" for entry in ("access_token", "refresh_token")])
        if tell_plan:
            self._tell_plan(name)

        stage.heading(f"Alice signs out, and says {answer.capitalize()} at the provider")
        question = alice.sign_out()
        stage.step("provider", f"asks: {question.heading}")
        stage.step("Alice", f"answers: {WORDS[answer]}")
        page = alice.answer(question, answer)
        stage.expect("Alice is back at the application.", happened=page.status == httpx.codes.OK)

        stage.heading("What is known so far")
        outcome = self._tell_outcome()
        returned = isinstance(outcome.provider, Unconfirmed) and page.says("provider") == words.written(
            outcome.provider
        )
        stage.expect(
            "Unconfirmed{ReturnedWithState} is all that a redirect can prove; the page says no more.", happened=returned
        )
        revoked = [one.status for one in outcome.revocations] == [RevocationStatus.REVOKED] * 2
        stage.expect("Both tokens were revoked: the provider accepted it (200).", happened=revoked)
        inactive = not any(self._is_active(token.reveal()) for token in tokens if token is not None)
        stage.expect("Both tokens are inactive: the provider's introspection says so.", happened=inactive)
        traces = self._traces_of([token.reveal() for token in tokens if token is not None])
        stage.expect("Neither token is anywhere in the store's file any more.", happened=not traces)

        stage.heading("The proof: is anybody still signed in at the provider, in Alice's browser?")
        alice.ask_for_proof()
        said = alice.told_by_provider("error")
        stage.step("provider", f"answers: {said}")
        outcome = self._tell_outcome()
        means = words.written(MEANS[answer])
        stage.expect(
            f"{SAYS[answer]} means {means}.", happened=said == SAYS[answer] and outcome.provider == MEANS[answer]
        )
        if answer == "no":
            stage.say("Alice declined. The application is signed out; at the provider she is still signed in.", 2)
        return Seen(returned, revoked, inactive, said, outcome)

    def _tell_plan(self, name: str) -> None:
        self._stage.heading("The plan for Alice, before anything happens")
        request = EndSessionRequest(who=This(Account(home_account_id=name)), reach=Reach.PROVIDER)
        for sentence in self._backend.client.plan(request).explain():
            self._stage.item(sentence)

    def _tell_outcome(self) -> LogoutOutcome:
        outcome = self._backend.client.outcome(self._ear.last_id)
        for session, status in (("application", outcome.application), ("provider", outcome.provider)):
            self._stage.step(session, f"{words.written(status)}: {words.reason(status)}")
        self._stage.step("upstream", words.UPSTREAM[outcome.upstream])
        return outcome

    def _stored(self) -> dict[str, str]:
        keys = self._backend.store.keys("session:")
        values = self._backend.store.read(keys)
        return {key: value.reveal() for key, value in zip(keys, values, strict=True) if value is not None}

    def _name_of_bob(self) -> str:
        users = {key: value for key, value in self._stored().items() if key.endswith(":user")}
        return next(key.split(":")[1] for key, value in users.items() if '"name": "Bob"' in value)

    def _list_store(self, text: str) -> None:
        self._stage.say(text)
        stored = self._stored()
        for name in sorted({key.split(":")[1] for key in stored}):
            entries = ", ".join(entry for entry in ENTRIES if f"session:{name}:{entry}" in stored)
            whose = "Bob" if name == self._name_of_bob() else "Alice"
            self._stage.item(f"session:{name[:8]}...: {entries} ({whose})")

    def _is_active(self, token: str) -> bool:
        pair = (self._provider.client_id, self._provider.client_secret.reveal())
        answer = httpx.post(
            f"{self._provider.issuer}/token/introspection", data={"token": token}, auth=pair, trust_env=False
        )
        return answer.raise_for_status().json()["active"] is not False

    def _traces_of(self, tokens: list[str]) -> list[str]:
        store = self._backend.store.path
        files = [path for path in store.parent.iterdir() if path.name.startswith(store.name)]
        return [path.name for path in files for token in tokens if token.encode() in path.read_bytes()]
