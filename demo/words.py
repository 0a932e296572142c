"""What is known, in words. The page and the play say the same."""

from exeunt import (
    Doubt,
    Ended,
    Evidence,
    Failed,
    Failure,
    NotAsked,
    Pending,
    Revocation,
    RevocationStatus,
    SessionStatus,
    TokenKind,
    Unconfirmed,
    UpstreamStatus,
)

EVIDENCE = {
    Evidence.READ_BACK: "The store was listed again after the clear, and nothing of this session is left.",
    Evidence.LOGIN_REQUIRED: "Asked with prompt=none in this browser, the provider answered login_required.",
    Evidence.ENDED_BY_CALL: "Asked directly, the provider answered as it does when it has ended the session.",
}
DOUBTS = {
    Doubt.RETURNED_WITH_STATE: "The browser came back with the right state. That is all that a redirect can prove: "
    "a provider answers Yes and No alike.",
    Doubt.STORE_UNAVAILABLE: "The store did not answer after the clear had begun.",
    Doubt.COOKIE_DELETION_SENT: "The browser was told to delete its cookies; whether it obeyed cannot be seen.",
    Doubt.USER_CANCELLED: "The browser was closed before it came back.",
    Doubt.TIMED_OUT: "The browser did not come back in time.",
    Doubt.NEVER_CAME_BACK: "The browser never came back, and nobody said why; it may never have left.",
    Doubt.APP_CANCELLED: "This application stopped waiting.",
    Doubt.SUPERSEDED: "A later sign-out took over the browser.",
    Doubt.PROOF_INCONCLUSIVE: "The provider's answer to the proof proves nothing.",
    Doubt.NO_RETURN: "The browser stays at the provider; it has no address to return to.",
    Doubt.RETURNED: "The browser came back. This provider sends no state along, so it proves even less.",
    Doubt.CALL_UNANSWERED: "The provider was asked directly, and no answer came.",
    Doubt.CALL_INCONCLUSIVE: "The provider was asked directly, and its answer does not say that the session has ended.",
}
FAILURES = {
    Failure.LEFT_BEHIND: "Some entries of this session are still in the store.",
    Failure.NO_BROWSER: "There was no browser to send to the provider.",
    Failure.NAVIGATOR_FAILED: "The browser could not be sent to the provider.",
    Failure.DISCOVERY_FAILED: "The provider's addresses could not be looked up, so nobody was sent there.",
    Failure.ENDPOINT_REFUSED: "The provider's sign-out address is not one to send a browser to.",
    Failure.NO_ENDPOINT: "The provider offers no sign-out.",
    Failure.PROVIDER_REFUSED: "The provider answered with an error.",
    Failure.PROVIDER_UNREACHABLE: "The provider could not be reached.",
    Failure.NO_TOKEN: "There was no token that names this session to the provider.",
    Failure.STILL_SIGNED_IN: "Asked with prompt=none in this browser, the provider answered as it answers somebody "
    "who is signed in.",
    Failure.CANCELLED: "The sign-out was called off before anything was cleared, so everything was kept.",
}
REVOCATIONS = {
    RevocationStatus.WAITING: "not revoked yet: it will be",
    RevocationStatus.REVOKED: "revoked",
    RevocationStatus.UNSUPPORTED: "not revoked: the provider cannot",
    RevocationStatus.REFUSED: "not revoked: the provider refused",
    RevocationStatus.UNCERTAIN: "perhaps revoked: nobody knows",
}
TOKENS = {TokenKind.REFRESH_TOKEN: "refresh token", TokenKind.ACCESS_TOKEN: "access token"}
UPSTREAM = {
    UpstreamStatus.NOT_ASKED: "It was not asked to end, and from here nobody could tell if it had.",
    UpstreamStatus.UNCONFIRMED: "It was asked to end; from here nobody can tell if it has.",
}


def verdict(status: SessionStatus) -> str:
    """Say in a word or two what is known of a session."""
    match status:
        case Ended():
            return "Ended"
        case Unconfirmed():
            return "Not confirmed"
        case Failed(because=Failure.STILL_SIGNED_IN):
            return "Still signed in"
        case Failed():
            return "Not ended"
        case Pending():
            return "On its way"
        case NotAsked():
            return "Not asked to end"


def reason(status: SessionStatus) -> str:
    """Say how it is known, or why it is not."""
    match status:
        case Ended(evidence):
            return EVIDENCE[evidence]
        case Unconfirmed(because):
            return DOUBTS[because]
        case Failed(because):
            return FAILURES[because]
        case Pending():
            return "The browser was sent to the provider and has not come back."
        case NotAsked():
            return "Nothing was sent there: the next sign-in may need no password."


def revoked(revocation: Revocation) -> str:
    """Say what became of a token."""
    return f"{TOKENS[revocation.token]} {REVOCATIONS[revocation.status]}"


def written(status: SessionStatus) -> str:
    """Write a status as a program would: `Unconfirmed{ReturnedWithState}`."""
    match status:
        case Ended(evidence):
            return f"Ended{{{_camel(evidence.name)}}}"
        case Unconfirmed(because):
            return f"Unconfirmed{{{_camel(because.name)}}}"
        case Failed(because):
            return f"Failed{{{_camel(because.name)}}}"
        case Pending() | NotAsked():
            return type(status).__name__


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
