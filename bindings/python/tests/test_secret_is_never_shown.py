"""A Secret shows itself only when asked."""

import copy
import json
import logging
import pickle
from dataclasses import asdict

import pytest
from exeunt import Account, Parameter, Secret

SECRET = Secret("MARKER")


@pytest.mark.parametrize(
    "shown",
    [str(SECRET), repr(SECRET), f"{SECRET}", f"{SECRET!r:>20}", f"{SECRET:>10}", "%s" % SECRET, "{0!a}".format(SECRET)],  # noqa: UP031, UP030, UP032 - every way of formatting
)
def test_every_way_of_formatting_shows_stars(shown: str) -> None:
    assert "***" in shown
    assert "MARKER" not in shown


def test_reveal_gives_the_text() -> None:
    assert SECRET.reveal() == "MARKER"


def test_equal_texts_are_equal_secrets_and_no_other_type_is() -> None:
    assert Secret("MARKER") == SECRET
    assert hash(Secret("MARKER")) == hash(SECRET)
    assert Secret("other") != SECRET
    assert SECRET != "MARKER"
    assert len({SECRET, Secret("MARKER"), Secret("é")}) == 2


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_is_refused_also_inside_a_record(protocol: int) -> None:
    for value in (SECRET, Account(home_account_id="alice", id_token=SECRET)):
        with pytest.raises(TypeError, match="not pickled") as raised:
            pickle.dumps(value, protocol)
        assert "MARKER" not in str(raised.value)


def test_copies_stay_secret() -> None:
    parameter = Parameter(name="a", value=SECRET)
    for value in (copy.copy(SECRET), copy.deepcopy(SECRET), copy.deepcopy(parameter).value, asdict(parameter)["value"]):
        assert value is SECRET


def test_it_cannot_be_changed_or_serialised_by_accident() -> None:
    with pytest.raises(AttributeError):
        SECRET.other = 1
    with pytest.raises(AttributeError):
        del SECRET._Secret__value  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        vars(SECRET)
    with pytest.raises(TypeError):
        json.dumps({"token": SECRET})


def test_what_is_no_text_is_refused_without_being_quoted() -> None:
    for value in (b"MARKER", None, SECRET):
        with pytest.raises(TypeError) as raised:
            Secret(value)  # type: ignore[arg-type]
        assert "MARKER" not in repr(raised.value)
    with pytest.raises(ValueError, match="lone surrogate") as refused:
        Secret("MARKER\ud800")
    assert "MARKER" not in repr(refused.value)


def test_log_line_shows_stars(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("app").warning("the token is %s, %r", SECRET, Account(home_account_id="alice", id_token=SECRET))
    line = (
        "the token is ***, Account(home_account_id='alice', id_token=Secret('***'), "
        "tokens=(), connection=None, upstream_access_token=None)"
    )
    assert caplog.messages == [line]
