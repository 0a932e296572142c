"""Texts that Python can hold and UTF-8 cannot carry, in every place where a text may be given."""

import pickle
import traceback
import typing
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any

import pytest
from exeunt import LogoutError, Secret

LONE = ["\ud800", "\udbff", "\udc00", "\udfff", "\ud83d\ude00"]
"""Either half, at both ends of its range; two of them are no pair to Python."""
TEXTS = [text for lone in LONE for text in (f"{lone}MARKER", f"MARKER{lone}", f"MARKER{lone}MARKER")]
MARKED = "https://app.example.com/bye?token=MARKER\ud800MARKER"


def everywhere(hint: Any, path: str = "") -> Iterator[Any]:
    """Values of this type as test parameters, each with the marked text in another one of its text fields."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is str:
        yield pytest.param(MARKED, id=path)
    elif origin in (typing.Union, UnionType):
        for kind in arguments:
            yield from everywhere(kind, path)
    elif origin is tuple:
        for one in everywhere(arguments[0], path):
            yield pytest.param((*one.values,), id=one.id)
    elif is_dataclass(hint):
        kind = typing.cast("type[Any]", hint)
        for name, field in typing.get_type_hints(kind).items():
            for one in everywhere(field, f"{path}/{kind.__name__}.{name}"):
                yield pytest.param(kind(**{**needed(kind), name: one.values[0]}), id=one.id)


def needed(kind: Any) -> dict[str, Any]:
    """What a record cannot do without."""
    hints = typing.get_type_hints(kind)
    return {field.name: plain(hints[field.name]) for field in fields(kind) if field.default is MISSING}


def plain(hint: Any) -> Any:
    """A value of the right type without anything in it."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return ()
    if arguments:
        return None if NoneType in arguments else plain(arguments[0])
    if issubclass(hint, Enum):
        return next(iter(hint))
    if is_dataclass(hint):
        return typing.cast("type[Any]", hint)(**needed(hint))
    return Secret("x") if hint is Secret else hint()


def assert_quotes_nothing(error: BaseException) -> None:
    """Nothing that the error shows or carries along is of the text that was given."""
    shown = [str(error), repr(error), repr(error.args), repr(vars(error)), *traceback.format_exception(error)]
    assert error.__context__ is None
    for text in (*shown, pickle.dumps(error, 0).decode("ascii")):
        for part in ("MARKER", "app.example.com", "token=", "\\u", "\\x", *LONE):
            assert part not in text


def assert_refused(kind: type[LogoutError], call: Callable[..., object], *arguments: Any) -> None:
    """The one sentence for all of them, by the error of the place."""
    with pytest.raises(LogoutError) as raised:
        call(*arguments)
    error = raised.value
    assert type(error) is kind
    assert str(error) == f"{kind.code}: a text holds a lone surrogate, which UTF-8 cannot carry"
    assert (error.rule, error.retryable) == (None, False)
    assert_quotes_nothing(error)
