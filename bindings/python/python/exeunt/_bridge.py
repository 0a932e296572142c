"""Pairs the declared types with the generated ones by name, and carries values across, checking their types."""

import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import ModuleType, NoneType, UnionType
from typing import Any

from exeunt import _core
from exeunt._errors import LogoutError, RequestError
from exeunt._secret import Secret, is_unicode

Convert = Callable[[Any], Any]

_lowerers: dict[Any, Convert] = {}
_lifters: dict[type, Convert] = {}


class LoneSurrogateError(ValueError):
    """A text that UTF-8 cannot carry. The text may be anything, so that no part of it is kept."""

    def __init__(self) -> None:
        super().__init__("a text holds a lone surrogate, which UTF-8 cannot carry")


def lower(value: object) -> Any:
    """Give the generated twin of a declared value."""
    return given(type(value), value, RequestError)


_NARROW = frozenset({"width", "height", "left", "top", "status"})
"""Fields that the core holds in 32 bits; the others have 64."""


class _TooLargeError(ValueError):
    """A number that the core has no room for."""


def given(hint: Any, value: object, refusal: type[LogoutError]) -> Any:
    """Check and lower what the app gave; a text that UTF-8 cannot carry is refused by the error of the place."""
    try:
        return lowerer(hint)(value)
    except LoneSurrogateError as error:
        sentence = f"{refusal.code}: {error}"
    raise refusal(sentence)


def lift(value: Any) -> Any:
    """Give the declared twin of a generated value."""
    convert = _lifters.get(type(value))
    return convert(value) if convert else value


def is_plan(value: object) -> bool:
    """Tell whether this is the core's own plan."""
    return isinstance(value, _core.LogoutPlan)


def variant_name(name: str) -> str:
    """Write a variant's name as the generator does: `MayNotReturn` becomes `MAY_NOT_RETURN`."""
    return "".join("_" * (place > 0) + c if c.isupper() else c.upper() for place, c in enumerate(name))


def pair(modules: Sequence[ModuleType]) -> None:
    """Pair every record and enum declared in these modules; a difference from the core is an error of the build."""
    for module in modules:
        for name, declared in vars(module).items():
            if isinstance(declared, UnionType):
                for variant in typing.get_args(declared):
                    _pair_record(variant, getattr(getattr(_core, name), variant_name(variant.__name__)))
            elif isinstance(declared, type) and declared.__module__ == module.__name__ and hasattr(_core, name):
                if issubclass(declared, Enum):
                    _pair_enum(declared, getattr(_core, name))
                elif is_dataclass(declared):
                    _pair_record(declared, getattr(_core, name))


def _pair_enum(declared: type[Enum], core: Any) -> None:
    if [member.name for member in declared] != [member.name for member in core]:
        raise ImportError(f"{declared.__name__} differs from the core's")
    to_core = {member: core[member.name] for member in declared}
    _lowerers[declared] = _checked(declared, to_core.__getitem__)
    _lifters[core] = {twin: member for member, twin in to_core.items()}.__getitem__


def _pair_record(declared: type, core: Any) -> None:
    names = [field.name for field in fields(declared)]
    if names != list(inspect.signature(core).parameters):
        raise ImportError(f"the fields of {declared.__name__} differ from the core's")
    hints = typing.get_type_hints(declared)
    narrow = {name for name in _NARROW & set(names) if int in (hints[name], *typing.get_args(hints[name]))}

    def to_core(value: Any) -> Any:
        arguments = {}
        for name in names:
            try:
                arguments[name] = lowerer(hints[name])(getattr(value, name))
                if name in narrow:
                    _fits(arguments[name], 32)
            except TypeError as error:
                raise TypeError(f"{declared.__name__}.{name}: {error}") from None
            except _TooLargeError as error:
                sentence = f"{declared.__name__}.{name}: {error}"
                raise _TooLargeError(sentence) from None
        return core(**arguments)

    _lowerers[declared] = _checked(declared, to_core)
    _lifters[core] = lambda value: declared(**{name: lift(getattr(value, name)) for name in names})


def lowerer(hint: Any) -> Convert:
    """Give what checks a value against a type hint and lowers it."""
    convert = _lowerers.get(hint)
    if convert is None:
        convert = _lowerers[hint] = _compose(hint)
    return convert


def _compose(hint: Any) -> Convert:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        return _one_of({kind: lowerer(kind) for kind in arguments if kind is not NoneType}, NoneType in arguments)
    if origin is tuple or origin is Sequence:
        return _many(lowerer(arguments[0]))
    raise TypeError(f"no type of exeunt: {hint!r}")


def _checked(kind: type, convert: Convert) -> Convert:
    def check(value: Any) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _unexpected((kind,), value)
        return convert(value)

    return check


def _many(each: Convert) -> Convert:
    def check(value: Any) -> Any:
        # A text is a sequence of texts to Python, but never meant as one here.
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            raise _unexpected((tuple, list), value)
        return [each(one) for one in value]

    return check


def _one_of(choices: dict[type, Convert], optional: bool) -> Convert:  # noqa: FBT001 - private, named at its one call
    def choose(value: Any) -> Any:
        if value is None and optional:
            return None
        for kind, convert in choices.items():
            if isinstance(value, kind):
                return convert(value)
        raise _unexpected((*choices, NoneType) if optional else tuple(choices), value)

    return choose


def _unexpected(kinds: tuple[type, ...], value: object) -> TypeError:
    # The value itself may be a secret: only its type is named.
    expected = " or ".join("None" if kind is NoneType else kind.__name__ for kind in kinds)
    return TypeError(f"expected {expected}, found {type(value).__name__}")


def _fits(value: int | None, bits: int) -> None:
    if value is not None and not -(1 << bits - 1) <= value < 1 << bits - 1:
        sentence = f"expected a number of at most {bits} bits"
        raise _TooLargeError(sentence)


def _number(value: int) -> int:
    _fits(value, 64)
    return value


def _as_it_is(value: Any) -> Any:
    return value


def _text(value: str) -> str:
    if not is_unicode(value):
        raise LoneSurrogateError
    return value


_lowerers[str] = _checked(str, _text)
_lowerers[int] = _checked(int, _number)
for _plain in (bool, bytes, Secret):
    _lowerers[_plain] = _checked(_plain, _as_it_is)
_lifters[list] = lambda many: tuple(map(lift, many))
