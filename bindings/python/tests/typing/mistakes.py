"""A user's mistakes: every type checker finds each of them. The comment says on which line."""

from exeunt import (
    Account,
    AlreadyHandled,
    Auth0,
    Clear,
    ClientConfig,
    Completion,
    Ended,
    EndSessionRequest,
    Failed,
    LogoutClient,
    LogoutStep,
    Matched,
    Navigate,
    Navigated,
    Navigation,
    Navigator,
    Pending,
    Revoke,
    Saved,
    SessionStatus,
    Unconfirmed,
    Who,
)


def forgets_not_asked(status: SessionStatus) -> str:  # mistake
    match status:
        case Ended():
            return "ended"
        case Unconfirmed():
            return "unconfirmed"
        case Failed():
            return "failed"
        case Pending():
            return "under way"


def forgets_not_ours(completion: Completion) -> str:  # mistake
    match completion:
        case Matched() | AlreadyHandled():
            return "known"


def gives_text_for_a_secret() -> Account:
    return Account(home_account_id="alice", id_token="text")  # mistake


def gives_text_for_a_connection() -> Account:
    return Account(home_account_id="alice", connection="facebook")  # mistake


def gives_text_for_an_endpoint() -> Auth0:
    return Auth0(domain="id.example.com", endpoint="oidc_logout")  # mistake


def forgets_a_call(step: LogoutStep) -> str:  # mistake
    match step:
        case Clear():
            return "cleared"
        case Navigate() | Revoke():
            return "sent"


def forgets_who() -> EndSessionRequest:
    return EndSessionRequest()  # mistake


def forgets_a_lease(client: LogoutClient) -> Saved:
    return client.save("alice", [])  # mistake


def forgets_that_somebody_signed_out(saved: Saved) -> str:  # mistake
    match saved:
        case Saved.STORED:
            return "saved"


def gives_text_for_a_policy(who: Who) -> EndSessionRequest:
    return EndSessionRequest(who=who, on_cancel="keep_everything")  # mistake


class NoStore:
    def keys(self, prefix: str) -> list[str]:
        return [prefix]


def lends_half_a_store(config: ClientConfig) -> LogoutClient:
    return LogoutClient(config, NoStore())  # mistake


def forgets_the_receipt() -> Navigator:
    class App:
        def navigate(self, navigation: Navigation) -> Navigated:
            return Navigated.STARTED if navigation.form else Navigated.STOPPED

        def dismiss(self, logout_id: str) -> None:
            del logout_id

    return App()  # mistake
