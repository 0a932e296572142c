"""A user's program: every type checker finds it right."""

import logging
from collections.abc import Sequence

from exeunt import (
    Account,
    AlreadyHandled,
    Auth0,
    Auth0Endpoint,
    Auth0Spa,
    Call,
    Change,
    Clear,
    ClientConfig,
    Commit,
    Completion,
    Connection,
    Cookie,
    Done,
    Ended,
    EndSessionRequest,
    Entra,
    Failed,
    Guarantee,
    Home,
    HttpAnswer,
    HttpCall,
    HttpMethod,
    LogoutClient,
    LogoutError,
    LogoutEvent,
    LogoutOutcome,
    LogoutStep,
    Matched,
    MemoryStore,
    Msal,
    Navigate,
    Navigated,
    Navigation,
    NotAsked,
    NotOurs,
    Pending,
    PlanWarning,
    Reach,
    RevocationReachesFurther,
    Revoke,
    SameSite,
    Secret,
    SessionStatus,
    SqliteStore,
    This,
    Unavailable,
    Unconfirmed,
    read_id_token_unverified,
    ticket_in_cookies,
)


class Keyring:
    def __init__(self) -> None:
        self.entries: dict[str, Secret] = {}

    def keys(self, prefix: str) -> list[str]:
        return [key for key in self.entries if key.startswith(prefix)]

    def read(self, keys: Sequence[str]) -> list[Secret | None]:
        raise Unavailable("locked")

    def commit(self, change: Change) -> Commit:
        for entry in change.write:
            self.entries[entry.key] = entry.value
        return Commit.COMMITTED if not change.require else Commit.CONFLICT

    def guarantee(self) -> Guarantee:
        return Guarantee.PER_KEY


class App:
    def navigate(self, navigation: Navigation) -> Navigated:
        logging.info("to %s", navigation.url)
        return Navigated.STARTED

    def dismiss(self, logout_id: str) -> Done:
        return Done.DONE

    def send(self, call: HttpCall) -> HttpAnswer:
        if call.method is HttpMethod.DELETE and call.body is not None:
            return HttpAnswer(status=204, headers=(), body=b"")
        return HttpAnswer(status=200, headers=(), body=call.url.reveal().encode())

    def on_event(self, event: LogoutEvent) -> Done:
        return Done.DONE


def words(status: SessionStatus) -> str:
    match status:
        case Ended(evidence):
            return f"ended: {evidence.value}"
        case Unconfirmed(doubt):
            return f"unconfirmed: {doubt.value}"
        case Failed(failure):
            return f"failed: {failure.value}"
        case Pending():
            return "under way"
        case NotAsked():
            return "not asked"


def effect(step: LogoutStep) -> str:
    match step:
        case Clear():
            return ", ".join(cookie.name for cookie in step.cookies)
        case Call():
            return step.endpoint
        case Navigate() | Revoke():
            return step.endpoint or "not known yet"


def reaches_further(warnings: Sequence[PlanWarning]) -> bool:
    return any(isinstance(warning, RevocationReachesFurther) for warning in warnings)


def page(completion: Completion) -> int:
    match completion:
        case Matched(outcome) | AlreadyHandled(outcome):
            return 200 if outcome.signed_out_locally else 500
        case NotOurs(why):
            return len(why.value)


def sign_out(client: LogoutClient, account: str) -> LogoutOutcome | None:
    try:
        plan = client.plan(EndSessionRequest(who=This(Account(home_account_id=account))))
        for line in plan.explain():
            logging.info(line)
        return client.run(plan)
    except LogoutError as error:
        logging.warning("%s %s %s", error.code, error.rule, error.retryable)
        return None


async def main() -> None:
    app = App()
    config = ClientConfig(
        client_id="app",
        provider=Entra(authority="https://login.microsoftonline.com/common"),
        home=Home.DEVICE,
        layout=Msal(),
    )
    with LogoutClient(config, Keyring(), navigator=app, transport=app, listeners=[app]) as client:
        outcome = await client.asign_out(EndSessionRequest(who=This(Account(home_account_id="a"))))
        status: SessionStatus = outcome.provider
        logging.info(words(status))
        logging.info(page(await client.acomplete("https://app.example.com/?state=x")))
    LogoutClient(config, MemoryStore()).close()
    auth0 = ClientConfig(
        client_id="app",
        provider=Auth0(domain="id.example.com", endpoint=Auth0Endpoint.OIDC_LOGOUT),
        home=Home.DEVICE,
        layout=Auth0Spa(),
        cookies=(Cookie(name="session", same_site=SameSite.STRICT),),
    )
    account = Account(home_account_id="a", connection=Connection.FACEBOOK, upstream_access_token=Secret("x"))
    with LogoutClient(auth0, MemoryStore()) as client:
        plan = client.plan(EndSessionRequest(who=This(account), reach=Reach.UPSTREAM))
        logging.info("%s %s", [effect(step) for step in plan.steps], reaches_further(plan.warnings))
        outcome = client.run(plan)
        logging.info("%s %s", [cookie.name for cookie in outcome.cookies], outcome.frame_parent)
        logging.info("%s", client.proof(outcome.id).reply().status)
    LogoutClient(config, SqliteStore("sessions.db")).close()
    subject: Secret | None = read_id_token_unverified(Secret("x")).subject
    ticket: Secret | None = ticket_in_cookies("a=b")
    logging.info("%s %s", subject, ticket)
