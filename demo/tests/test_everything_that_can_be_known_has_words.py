from exeunt import Doubt, Evidence, Failure, RevocationStatus, TokenKind, UpstreamStatus

from demo import words


def test_everything_that_can_be_known_has_words() -> None:
    assert set(words.EVIDENCE) == set(Evidence)
    assert set(words.DOUBTS) == set(Doubt)
    assert set(words.FAILURES) == set(Failure)
    assert set(words.REVOCATIONS) == set(RevocationStatus)
    assert set(words.TOKENS) == set(TokenKind)
    assert set(words.UPSTREAM) == set(UpstreamStatus)
