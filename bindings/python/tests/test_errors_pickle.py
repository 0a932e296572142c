"""Errors travel: through pickle, copy, and other processes."""

import copy
import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from exeunt import HostError, LogoutError, RedirectUriError, Uri
from samples import ALICE, Host

KINDS = [LogoutError, *LogoutError.__subclasses__()]


def unpickled(error: Exception) -> Any:
    return pickle.loads(pickle.dumps(error))


TRAVELS = [unpickled, copy.copy, copy.deepcopy]


@pytest.mark.parametrize("travel", TRAVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_logout_error_arrives_whole(kind: type[LogoutError], travel: Callable[[Any], Any]) -> None:
    error = kind("the sentence (RULE-1)", rule="RULE-1", retryable=True)
    error.__dict__["note"] = "what the app added"
    found = travel(error)
    assert type(found) is kind
    assert str(found) == "the sentence (RULE-1)"
    assert vars(found) == vars(error)
    assert found.code == kind.code


@pytest.mark.parametrize("travel", TRAVELS)
@pytest.mark.parametrize("kind", HostError.__subclasses__())
def test_host_error_arrives_whole(kind: type[HostError], travel: Callable[[Any], Any]) -> None:
    found = travel(kind("in the host's words"))
    assert type(found) is kind
    assert (str(found), found.reason) == ("in the host's words",) * 2
    assert (found.code, found.retryable) == (kind.code, kind.retryable)


def test_kind_of_host_error_is_told_by_its_code() -> None:
    retryable = {kind.code: kind.retryable for kind in HostError.__subclasses__()}
    assert retryable == {
        "unavailable": True,
        "offline": True,
        "time_expired": True,
        "insecure": False,
        "bad_answer": True,
        "broken": False,
    }


def refused() -> None:
    Host().client().plan(replace(ALICE, redirect=Uri("https://app.example.com/bye#top")))


def test_error_of_another_process_arrives_with_its_rule() -> None:
    with (
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool,
        pytest.raises(RedirectUriError) as raised,
    ):
        pool.submit(refused).result()
    assert raised.value.rule == "URI-08"
    assert str(raised.value).endswith("(URI-08)")
