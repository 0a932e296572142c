"""A record that the app changed: a text in it that UTF-8 cannot carry is an error of the request."""

from dataclasses import replace

from exeunt import Matched, RequestError, read_id_token_unverified
from lone_surrogates import MARKED, assert_refused
from samples import ALICE, Host, id_token


def test_outcome_navigation_and_completion_refuse_it() -> None:
    with Host().client() as client:
        outcome = client.sign_out(ALICE)
        proof = replace(client.proof(outcome.id), redirect_uri=MARKED)
    changed = replace(outcome, return_to=MARKED)
    assert_refused(RequestError, changed.reply)
    assert_refused(RequestError, lambda: changed.signed_out_locally)
    assert_refused(RequestError, lambda: changed.signed_out_at_provider)
    assert_refused(RequestError, Matched(changed).reply)
    assert_refused(RequestError, proof.reply)


def test_hints_refuse_it() -> None:
    hints = replace(read_id_token_unverified(id_token(sub="alice")), issuer=MARKED)
    assert_refused(RequestError, hints.is_expired_at, 0)
