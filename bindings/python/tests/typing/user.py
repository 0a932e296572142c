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
    CancelReason,
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
    Entry,
    Failed,
    Guarantee,
    Home,
    HttpAnswer,
    HttpCall,
    HttpMethod,
    KeptFor,
    Lease,
    LoginAdvice,
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
    OnCancel,
    Pending,
    PlanWarning,
    Reach,
    Resumed,
    RevocationReachesFurther,
    Revoke,
    SameSite,
    Saved,
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


def kept(outcome: LogoutOutcome) -> list[tuple[KeptFor, str | None, int]]:
    return [(one.purpose, one.account, one.until) for one in outcome.kept]


async def start(client: LogoutClient) -> int | None:
    resumed: Resumed = await client.aresume(10)
    for outcome in resumed.outcomes:
        logging.info("%s %s", outcome.id, kept(outcome))
    for key in resumed.set_aside:
        logging.warning("not understood: %s", key)
    return resumed.next_due


def sign_in_address(client: LogoutClient, address: str, ticket: Secret | None) -> str:
    advice: LoginAdvice = client.login_advice(ticket=ticket)
    if advice.since is not None:
        logging.info("a sign-out of %d was not confirmed", advice.since)
    return "&".join([address, *(f"{one.name}={one.value.reveal()}" for one in advice.parameters)])


async def take_answer(client: LogoutClient, account: str, id_token: str) -> None:
    await client.asigned_in(account, id_token, ticket_in_cookies("a=b"))


def refresh(client: LogoutClient, account: str) -> str:
    lease: Lease = client.lease(account)
    entry = Entry(key=f"session:{account}:access_token", value=Secret("fresh"))
    match client.save(lease, [entry]):
        case Saved.STORED:
            return "saved"
        case Saved.SIGNED_OUT:
            return "thrown away"


def kept_elsewhere(client: LogoutClient, lease: Lease) -> bool:
    return client.still_valid(lease)


def give_up(client: LogoutClient, outcome: LogoutOutcome) -> LogoutOutcome:
    return client.cancel(outcome.id, CancelReason.OFFLINE)


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
        on_cancel=OnCancel.FINISH_LOCALLY,
        keep_tokens_seconds=3600,
    )
    account = Account(home_account_id="a", connection=Connection.FACEBOOK, upstream_access_token=Secret("x"))
    with LogoutClient(auth0, MemoryStore()) as client:
        request = EndSessionRequest(who=This(account), reach=Reach.UPSTREAM, on_cancel=OnCancel.KEEP_EVERYTHING)
        plan = client.plan(request)
        logging.info("%s %s", [effect(step) for step in plan.steps], reaches_further(plan.warnings))
        outcome = client.run(plan)
        logging.info("%s %s", [cookie.name for cookie in outcome.cookies], outcome.frame_parent)
        logging.info("%s", client.proof(outcome.id).reply().status)
    LogoutClient(config, SqliteStore("sessions.db")).close()
    subject: Secret | None = read_id_token_unverified(Secret("x")).subject
    ticket: Secret | None = ticket_in_cookies("a=b")
    logging.info("%s %s", subject, ticket)
