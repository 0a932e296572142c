"""Builds the typed values from the JSON of a case. What the type does not know is an error of the case."""

import re
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Any

from exeunt import Secret


class CaseError(Exception):
    """The case is not written as the format wants it."""


def decode(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        kinds = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
        return decode(kinds[0], value) if len(kinds) == 1 else _variant(kinds, value)
    if typing.get_origin(hint) is tuple:
        return tuple(decode(typing.get_args(hint)[0], one) for one in _of_type(list, value))
    if hint is Secret:
        return Secret(_of_type(str, value))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if is_dataclass(hint):
        return record(typing.cast("type", hint), value)
    return _of_type(hint, value)


def record(kind: type, value: Any) -> Any:
    given = dict(_of_type(dict, value))
    hints = typing.get_type_hints(kind)
    arguments = {f.name: decode(hints[f.name], given.pop(f.name)) for f in fields(kind) if f.name in given}
    if given:
        raise CaseError(f"{kind.__name__} has no {', '.join(given)}")
    missing = [f.name for f in fields(kind) if f.default is MISSING and f.name not in arguments]
    if missing:
        raise CaseError(f"{kind.__name__} lacks {', '.join(missing)}")
    return kind(**arguments)


def only(value: Any, *known: str) -> dict[str, Any]:
    """An object with these keys at most."""
    unknown = set(_of_type(dict, value)) - set(known)
    if unknown:
        raise CaseError(f"unknown: {', '.join(sorted(unknown))}")
    return dict(value)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _variant(kinds: list[Any], value: Any) -> Any:
    by_name = {snake(kind.__name__): kind for kind in kinds}
    name, content = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else (value, {})
    if not isinstance(name, str) or name not in by_name:
        raise CaseError(f"none of {', '.join(by_name)}: {name!r}")
    if isinstance(value, str) != (not fields(by_name[name])):
        raise CaseError(f"{name}: a variant without fields is a text, one with fields an object")
    return record(by_name[name], content)


def _of_type(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise CaseError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value
